// The limits of values in memory, and canonical text; parsing is the expressions' reader, which fromJson shares.
#include "runtime/core/json.hpp"

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

bool measure(const json& value, std::size_t depth_left, std::size_t& values_left, const char*& over) {
  if (values_left-- == 0) {
    over = "json_values_max";
    values_left = 0;
    return false;
  }
  const bool is_json =
      !value.is_discarded() && !value.is_binary() && !(value.is_number_float() && !std::isfinite(value.get<double>()));
  if (!is_json) {
    over = nullptr;
    return false;
  }
  if (!value.is_structured()) return true;
  if (depth_left == 0) {
    over = "json_depth_max";
    return false;
  }
  return std::all_of(value.begin(), value.end(),
                     [&](const json& item) { return measure(item, depth_left - 1, values_left, over); });
}

std::u16string utf16(const std::string& text) {
  std::u16string units;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const int length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (int k = 1; k < length && i + k < text.size(); ++k)
      point = (point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    i += length;
    if (point < 0x10000) {
      units.push_back(static_cast<char16_t>(point));
    } else {
      units.push_back(static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10)));
      units.push_back(static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FF)));
    }
  }
  return units;
}

bool is_ascii(const std::string& s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool utf16_less(const std::string& a, const std::string& b) {
  if (is_ascii(a) && is_ascii(b)) return a < b;
  return utf16(a) < utf16(b);
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
      std::sort(members.begin(), members.end(), [](auto* a, auto* b) { return utf16_less(a->first, b->first); });
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
  return expression::read_json(text, what, limits);
}

result<std::string> to_text(const json& value, const char* what, const json_limits& limits) {
  std::size_t values_left = limits.values_max;
  const char* over = nullptr;
  if (!measure(value, limits.depth_max, values_left, over)) {
    if (over == nullptr)
      return error{errc::bad_json, fmt::format("{} holds a number that is not finite, or what is no JSON", what), ""};
    return too_big(what, over, std::string_view(over) == "json_depth_max" ? limits.depth_max : limits.values_max);
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
