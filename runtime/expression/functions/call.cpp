// Reading arguments and the texts of their errors.
#include "runtime/expression/functions/call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace pawl::expression {

namespace {

std::string_view arguments_of(std::string_view signature) noexcept {
  const auto from = signature.find('(');
  return signature.substr(from + 1, signature.rfind(')') - from - 1);
}

/// Takes the next of `a, b?, c...` off the front; the last one stands for all that follow.
std::string_view next_argument(std::string_view& list) noexcept {
  const auto comma = list.find(", ");
  const auto name = list.substr(0, comma);
  list.remove_prefix(comma == list.npos ? list.size() : comma + 2);
  return name;
}

std::string_view argument_name(std::string_view signature, std::size_t index) noexcept {
  auto list = arguments_of(signature);
  auto name = next_argument(list);
  for (; index > 0 && !list.empty(); --index)
    name = next_argument(list);
  return name.substr(0, name.find_first_of("?."));
}

} // namespace

const value call::undefined_;

const char* kind_name(kind k) noexcept {
  switch (k) {
    case kind::undefined: return "undefined";
    case kind::null: return "null";
    case kind::boolean: return "a boolean";
    case kind::number: return "a number";
    case kind::big_integer: return "an integer too large to be exact";
    case kind::text: return "a text";
    case kind::array: return "an array";
    case kind::object: return "an object";
  }
  return "";
}

arity arity_of(std::string_view signature) noexcept {
  arity found;
  for (auto list = arguments_of(signature); !list.empty();) {
    const auto name = next_argument(list);
    const bool is_many = name.size() > 3 && name.substr(name.size() - 3) == "...";
    found.least += name.back() != '?' && (!is_many || found.most == 0);
    found.most = is_many ? std::numeric_limits<std::size_t>::max() : found.most + 1;
  }
  return found;
}

bool call::count_fits(arity allowed) {
  if (count() >= allowed.least && count() <= allowed.most) return true;
  const bool too_few = count() < allowed.least;
  return fail(
      fmt::format("{} argument{}, got {}; it is called as {}",
                  fmt::format("{} {}", too_few ? "at least" : "at most", too_few ? allowed.least : allowed.most),
                  (too_few ? allowed.least : allowed.most) == 1 ? "" : "s", count(), of_.signature));
}

bool call::text(std::size_t i, std::string_view& out) {
  if (!at(i).is(kind::text)) return wrong_kind(i, "a text");
  out = at(i).as_text();
  return cost_.step() && cost_.read_text(out.size());
}

bool call::number(std::size_t i, double& out) {
  if (!at(i).is(kind::number)) return wrong_kind(i, "a number");
  out = at(i).as_number();
  return true;
}

bool call::array(std::size_t i) { return at(i).is(kind::array) || wrong_kind(i, "an array"); }

bool call::object(std::size_t i) { return at(i).is(kind::object) || wrong_kind(i, "an object"); }

bool call::whole(std::size_t i, std::int64_t least, std::int64_t most, std::int64_t& out) {
  double n = 0;
  if (!number(i, n)) return false;
  if (!(n >= static_cast<double>(least) && n <= static_cast<double>(most)) || n != std::trunc(n))
    return refuse(i, fmt::format("must be a whole number from {} to {}", least, most));
  out = static_cast<std::int64_t>(n);
  return true;
}

bool call::fail(std::string_view message) {
  return cost_.fail(errc::evaluation, fmt::format("'{}': {}", of_.name(), message));
}

bool call::refuse(std::size_t i, std::string_view message) {
  return fail(fmt::format("argument {} ({}) {}", i + 1, argument_name(of_.signature, i), message));
}

bool call::wrong_kind(std::size_t i, const char* wanted) {
  return refuse(i, fmt::format("must be {}, not {}", wanted, kind_name(at(i).type())));
}

bool call::wrong_item(std::size_t i, std::size_t item, const value& found, const char* wanted) {
  return fail(fmt::format("item {} of argument {} ({}) must be {}, not {}", item, i + 1,
                          argument_name(of_.signature, i), wanted, kind_name(found.type())));
}

bool call::append(std::string& out, std::string_view piece) {
  const auto length = out.size() + piece.size();
  if (length > cost_.allowed().string_bytes_max) return cost_.build_text(length);
  if (!cost_.allocate(piece.size())) return false;
  out.append(piece);
  return true;
}

bool call::make_text(value& out, std::string_view text) {
  if (!cost_.build_text(text.size())) return false;
  out = value::text(std::string(text));
  return true;
}

bool call::add_item(std::vector<value>& out, value item) {
  if (out.size() >= cost_.allowed().array_items_max) return cost_.build_array(out.size() + 1);
  if (!cost_.step() || !cost_.allocate(sizeof(value))) return false;
  out.push_back(std::move(item));
  return true;
}

bool call::add_member(value::members& out, std::string_view key, value item) {
  if (!cost_.step() || !cost_.allocate(sizeof(value::members::value_type) + key.size())) return false;
  out.emplace_back(std::string(key), std::move(item));
  return true;
}

std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t from) noexcept {
  if (from > text.size()) return text.npos;
  if (wanted.empty()) return from;
  const void* found = memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
  return found == nullptr ? text.npos : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

void append_utf8(std::string& out, char32_t c) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((c >> shift) & 0x3FU)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0U | (c >> 6U));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0U | (c >> 12U));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | (c >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

} // namespace pawl::expression
