// Bounded parsing by a SAX handler over nlohmann's iterative parser, and canonical text.
#include "runtime/core/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>

namespace pawl::core {
namespace {

using nlohmann::json;

struct place {
  std::size_t line = 1;
  std::size_t column = 1;
};

place place_of(std::string_view text, std::size_t byte) {
  place at;
  for (char c : text.substr(0, std::min(byte, text.size()))) {
    at.column = c == '\n' ? 1 : at.column + 1;
    at.line += c == '\n';
  }
  return at;
}

error too_big(const char* what, const char* limit, std::size_t max) {
  return {errc::limit, fmt::format("{} is over the limit {} of {}", what, limit, max), ""};
}

std::string text_of(std::size_t byte, place at) {
  return fmt::format("byte {}, line {}, column {}", byte, at.line, at.column);
}

error not_json(const char* what, std::string_view text, std::size_t byte) {
  return {errc::bad_json, fmt::format("{} is not valid JSON", what), text_of(byte, place_of(text, byte))};
}

// Builds the value with a stack of its own, so that depth and number of values are known before they are allocated.
class bounded_builder final : public nlohmann::json_sax<json> {
public:
  bounded_builder(std::string_view text, const char* what, const json_limits& limits)
      : text_(text), what_(what), limits_(limits) {}

  bool null() override { return add(json(nullptr)); }
  bool boolean(bool v) override { return add(json(v)); }
  bool number_integer(number_integer_t v) override { return add(json(v)); }
  bool number_unsigned(number_unsigned_t v) override { return add(json(v)); }
  bool number_float(number_float_t v, const string_t&) override { return add(json(v)); }
  bool string(string_t& v) override { return add(json(std::move(v))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& v) override {
    json& object = *open_.back();
    if (object.contains(v)) {
      failure_ = error{errc::bad_json, fmt::format("{} names one member of an object twice", what_),
                       fmt::format("JSON pointer of the object: {}", depth_text())};
      return false;
    }
    key_ = std::move(v);
    return true;
  }

  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& e) override {
    // Byte numbers of the parser count from 1. Its text may quote the input, so only the place is told.
    const std::size_t at = byte > 0 ? byte - 1 : 0;
    failure_ = not_json(what_, text_, at);
    if (e.id == 406) failure_->message = fmt::format("{} holds a number that no double can hold", what_);
    return false;
  }

  result<json> take() {
    if (failure_) return *failure_;
    return std::move(root_);
  }

private:
  bool add(json value) { return place_value(std::move(value)) != nullptr; }

  json* place_value(json value) {
    if (++values_ > limits_.values_max) {
      failure_ = too_big(what_, "json_values_max", limits_.values_max);
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    json& parent = *open_.back();
    if (parent.is_array()) return &parent.get_ref<json::array_t&>().emplace_back(std::move(value));
    return &(parent.get_ref<json::object_t&>()[std::move(key_)] = std::move(value));
  }

  bool open(json container) {
    if (open_.size() >= limits_.depth_max) {
      failure_ = too_big(what_, "json_depth_max", limits_.depth_max);
      return false;
    }
    json* placed = place_value(std::move(container));
    if (placed == nullptr) return false;
    open_.push_back(placed);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string depth_text() const { return fmt::format("depth {}", open_.size()); }

  std::string_view text_;
  const char* what_;
  const json_limits& limits_;
  json root_;
  std::vector<json*> open_; // pointers stay valid: a container only grows while no deeper one is open
  std::string key_;
  std::size_t values_ = 0;
  std::optional<error> failure_;
};

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

json_ptr share(json value) { return std::make_shared<const json>(std::move(value)); }

bool same(const json_ptr& a, const json_ptr& b) { return a == b || (a && b && *a == *b); }

result<json> parse_json(std::string_view text, const char* what, const json_limits& limits) {
  if (text.size() > limits.bytes_max) return too_big(what, "bytes", limits.bytes_max);
  // nlohmann takes a zero byte for the end and would ignore what follows.
  if (const auto zero = text.find('\0'); zero != std::string_view::npos) return not_json(what, text, zero);
  bounded_builder builder(text, what, limits);
  (void)json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
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
