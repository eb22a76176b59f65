// Conversions between doubles and text on top of std::to_chars and std::from_chars.
#include "runtime/expression/numbers.hpp"

#include "runtime/expression/ascii.hpp"
#include "runtime/expression/unicode.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace pawl::expression {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double exact_integers_end = 9007199254740992.0; // 2^53

using ascii::is_digit;

void append_integer(std::string& out, std::int64_t n) {
  std::array<char, 24> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), n).ptr;
  out.append(buffer.data(), end);
}

/// `digits` without a point, of which the first stands for 10^(point - 1).
void append_digits(std::string& out, std::string_view digits, int point) {
  const int count = static_cast<int>(digits.size());
  if (point > 21 || point < -5) {
    out += digits[0];
    if (count > 1) out.append(".").append(digits.substr(1));
    out += point > 0 ? "e+" : "e-";
    append_integer(out, std::abs(point - 1));
  } else if (point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else if (count <= point) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else {
    const auto whole = static_cast<std::size_t>(point);
    out.append(digits.substr(0, whole)).append(".").append(digits.substr(whole));
  }
}

double parse_radix(std::string_view digits, unsigned bits_per_digit) noexcept {
  if (digits.empty()) return not_a_number;
  std::uint64_t head = 0; // the leading bits; the lowest also remembers whether any bit behind them was set
  int dropped = 0;
  for (const char c : digits) {
    const int lower = c | 0x20;
    const int digit = is_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
    if (digit >= (1 << bits_per_digit)) return not_a_number;
    const auto d = static_cast<std::uint64_t>(digit);
    if (head >> (63 - bits_per_digit) != 0) {
      head |= static_cast<std::uint64_t>(d != 0);
      dropped += static_cast<int>(bits_per_digit);
    } else {
      head = head << bits_per_digit | d;
    }
  }
  return std::ldexp(static_cast<double>(head), dropped);
}

/// Above or below the range of doubles: where does the first significant digit stand?
double out_of_range(std::string_view text) noexcept {
  long point = 0;
  bool before_point = true;
  bool significant = false;
  std::size_t i = 0;
  for (; i < text.size() && (is_digit(text[i]) || text[i] == '.'); ++i) {
    if (text[i] == '.') {
      before_point = false;
      continue;
    }
    significant = significant || text[i] != '0';
    if (before_point && significant) ++point;
    if (!before_point && !significant) --point;
  }
  long exponent = 0;
  if (i < text.size()) {
    const bool negative = text[i + 1] == '-';
    for (++i; i < text.size(); ++i) {
      if (is_digit(text[i]) && exponent < 1'000'000) exponent = exponent * 10 + (text[i] - '0');
    }
    if (negative) exponent = -exponent;
  }
  return point + exponent > 0 ? infinite : 0.0;
}

/// The length of digits[.digits][e[+-]digits] at the start, at least one digit before the exponent; 0 if there is none.
std::size_t decimal_length(std::string_view text) noexcept {
  std::size_t i = 0;
  std::size_t digits = 0;
  for (; i < text.size() && is_digit(text[i]); ++i)
    ++digits;
  if (i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && is_digit(text[i]); ++i)
      ++digits;
  }
  if (digits == 0) return 0;
  if (i < text.size() && (text[i] | 0x20) == 'e') {
    std::size_t end = i + 1;
    if (end < text.size() && (text[end] == '+' || text[end] == '-')) ++end;
    const std::size_t first = end;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    if (end > first) i = end;
  }
  return i;
}

} // namespace

void append_number(std::string& out, double n) {
  if (std::isnan(n)) {
    out += "NaN";
  } else if (std::isinf(n)) {
    out += n > 0 ? "Infinity" : "-Infinity";
  } else if (std::fabs(n) < exact_integers_end && n == std::trunc(n)) {
    append_integer(out, static_cast<std::int64_t>(n));
  } else {
    std::array<char, 40> buffer;
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(n), std::chars_format::scientific).ptr;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    const auto e = text.find('e');
    const char* exponent_start = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
    int exponent = 0;
    std::from_chars(exponent_start, text.data() + text.size(), exponent);
    std::string digits(1, text[0]);
    if (e > 1) digits.append(text.substr(2, e - 2));
    if (n < 0) out += '-';
    append_digits(out, digits, exponent + 1);
  }
}

std::string number_to_text(double n) {
  std::string out;
  append_number(out, n);
  return out;
}

double parse_decimal(std::string_view digits) noexcept {
  double n = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (problem == std::errc::result_out_of_range) return out_of_range(digits);
  return problem == std::errc() && end == digits.data() + digits.size() ? n : not_a_number;
}

double text_to_number(std::string_view text) noexcept {
  text = trim_space(text);
  if (text.empty()) return 0;
  if (text.size() > 2 && text[0] == '0') {
    const int mark = text[1] | 0x20;
    if (mark == 'x') return parse_radix(text.substr(2), 4);
    if (mark == 'o') return parse_radix(text.substr(2), 3);
    if (mark == 'b') return parse_radix(text.substr(2), 1);
  }
  const bool is_negative = text[0] == '-';
  if (is_negative || text[0] == '+') text.remove_prefix(1);
  double n = not_a_number;
  if (text == "Infinity") {
    n = infinite;
  } else if (!text.empty() && decimal_length(text) == text.size()) {
    n = parse_decimal(text);
  }
  return is_negative ? -n : n;
}

double power(double base, double exponent) noexcept {
  const bool is_unit = base == 1 || base == -1;
  if (std::isnan(exponent) || (is_unit && std::isinf(exponent))) return not_a_number;
  return std::pow(base, exponent);
}

} // namespace pawl::expression
