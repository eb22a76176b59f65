// The limits of values in memory, and canonical text; parsing is the expressions' reader, which fromJson shares.
#include "runtime/core/json.hpp"

#include "runtime/core/characters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>

namespace pawl::core {
namespace {

using nlohmann::json;

error too_big(const char* what, const char* limit, std::size_t max) {
  return {errc::limit, fmt::format("{} is over the limit {} of {}", what, limit, max), ""};
}

// What is left of the limits while a value is walked; `over` names the one that was reached.
struct allowance {
  std::size_t values_left;
  std::size_t bytes_left; // of texts and names alone: a lower bound of the JSON, so that dump() is never far over
  const char* over = nullptr;

  bool take_value() { return values_left-- != 0 || refuse("json_values_max"); }
  bool take_bytes(std::size_t count) {
    if (count > bytes_left) return refuse("bytes");
    bytes_left -= count;
    return true;
  }
  bool refuse(const char* limit) {
    over = limit;
    return false;
  }
};

bool measure(const json& value, std::size_t depth_left, allowance& left) {
  if (!left.take_value()) return false;
  const bool is_json =
      !value.is_discarded() && !value.is_binary() && !(value.is_number_float() && !std::isfinite(value.get<double>()));
  if (!is_json) return false;
  if (value.is_string()) return left.take_bytes(value.get_ref<const std::string&>().size());
  if (!value.is_structured()) return true;
  if (depth_left == 0) return left.refuse("json_depth_max");
  if (value.is_array())
    return std::all_of(value.begin(), value.end(),
                       [&](const json& item) { return measure(item, depth_left - 1, left); });
  const auto& members = value.get_ref<const json::object_t&>();
  return std::all_of(members.begin(), members.end(), [&](const auto& member) {
    return left.take_bytes(member.first.size()) && measure(member.second, depth_left - 1, left);
  });
}

std::size_t limit_of(std::string_view name, const json_limits& limits) {
  return name == "bytes" ? limits.bytes_max : name == "json_depth_max" ? limits.depth_max : limits.values_max;
}

// The order of UTF-16 is that of UTF-8's bytes, but for characters of four bytes: their surrogates come before U+E000.
bool utf16_less(const std::string& a, const std::string& b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return y != b.end();
  const auto rank = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0xEE || byte == 0xEF ? byte + 0x100 : +byte;
  };
  return rank(*x) < rank(*y);
}

// ECMAScript's Number::toString from the shortest digits that round-trip.
void append_double(std::string& out, double v) {
  if (v == 0) {
    out += '0';
    return;
  }
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(v), std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = text.find('e');
  std::string digits(1, text[0]);
  if (e > 2) digits += text.substr(2, e - 2);
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end, exponent);
  const int k = static_cast<int>(digits.size());
  const int n = exponent + 1; // the decimal point stands after n digits
  if (v < 0) out += '-';
  if (k <= n && n <= 21) {
    out += digits + std::string(static_cast<std::size_t>(n - k), '0');
  } else if (0 < n && n <= 21) {
    out += digits.substr(0, static_cast<std::size_t>(n)) + "." + digits.substr(static_cast<std::size_t>(n));
  } else if (-6 < n && n <= 0) {
    out += "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  } else {
    out += digits[0];
    if (k > 1) out += "." + digits.substr(1);
    out += fmt::format("e{}{}", n - 1 < 0 ? '-' : '+', std::abs(n - 1));
  }
}

void append_canonical(std::string& out, const json& value) {
  switch (value.type()) {
    case json::value_t::object: {
      std::vector<const json::object_t::value_type*> members;
      for (const auto& member : value.get_ref<const json::object_t&>())
        members.push_back(&member);
      const auto by_units = [](auto* a, auto* b) { return utf16_less(a->first, b->first); };
      if (!std::is_sorted(members.begin(), members.end(), by_units))
        std::sort(members.begin(), members.end(), by_units);
      out += '{';
      for (const auto* member : members) {
        if (out.back() != '{') out += ',';
        out += json(member->first).dump(-1, ' ', false, json::error_handler_t::replace);
        out += ':';
        append_canonical(out, member->second);
      }
      out += '}';
      return;
    }
    case json::value_t::array:
      out += '[';
      for (const auto& item : value) {
        if (&item != &value.front()) out += ',';
        append_canonical(out, item);
      }
      out += ']';
      return;
    case json::value_t::number_float: append_double(out, value.get<double>()); return;
    default: out += value.dump(-1, ' ', false, json::error_handler_t::replace); return;
  }
}

} // namespace

json& array_in(json& object, const std::string& name) { return *object.emplace(name, json::array()).first; }

bool is_plain_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const character c = character_at(text, at);
    if (c.bytes == 0 || steers(c.code)) return false;
    at += c.bytes;
  }
  return true;
}

std::size_t text_bytes(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).size();
}

json_ptr share(json value) { return std::make_shared<const json>(std::move(value)); }

bool same(const json_ptr& a, const json_ptr& b) { return a == b || (a && b && *a == *b); }

result<json> parse_json(std::string_view text, const char* what, const json_limits& limits) {
  return expression::read_json(text, what, limits);
}

result<std::string> to_text(const json& value, const char* what, const json_limits& limits) {
  allowance left{limits.values_max, limits.bytes_max};
  if (!measure(value, limits.depth_max, left)) {
    if (left.over == nullptr)
      return error{errc::bad_json, fmt::format("{} holds a number that is not finite, or what is no JSON", what), ""};
    return too_big(what, left.over, limit_of(left.over, limits));
  }
  try {
    std::string text = value.dump();
    if (text.size() > limits.bytes_max) return too_big(what, "bytes", limits.bytes_max);
    return text;
  } catch (const json::type_error&) {
    return error{errc::bad_json, fmt::format("{} holds text that is not UTF-8", what), ""};
  }
}

std::string canonical_json(const json& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

} // namespace pawl::core
