// Exact comparison and divisibility of numbers.
#include "runtime/schema/numbers.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <string_view>

namespace pawl::schema {
namespace {

using nlohmann::json;

__extension__ typedef unsigned __int128 wide;

constexpr double two_to_64 = 18446744073709551616.0;

std::uint64_t multiply_modulo(std::uint64_t a, std::uint64_t b, std::uint64_t modulus) {
  return static_cast<std::uint64_t>(static_cast<wide>(a) * b % modulus);
}

std::uint64_t power_of_ten_modulo(int exponent, std::uint64_t modulus) {
  std::uint64_t power = 1 % modulus;
  std::uint64_t square = 10 % modulus;
  for (int rest = exponent; rest > 0; rest /= 2) {
    if (rest % 2 == 1) power = multiply_modulo(power, square, modulus);
    square = multiply_modulo(square, square, modulus);
  }
  return power;
}

decimal without_zeros(decimal d) {
  while (d.digits != 0 && d.digits % 10 == 0) {
    d.digits /= 10;
    ++d.exponent;
  }
  return d;
}

template <class T> int order(T a, T b) { return static_cast<int>(a > b) - static_cast<int>(a < b); }

int compare_wholes(const whole& a, const whole& b) {
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  return a.negative ? order(b.magnitude, a.magnitude) : order(a.magnitude, b.magnitude);
}

// `d` has a fraction, or is beyond all integers of 64 bits.
int compare_whole_with_double(const whole& a, double d) {
  if (d >= two_to_64) return -1;
  if (d <= -two_to_64) return 1;
  const int integral = compare_wholes(a, whole_of(json(std::trunc(d))));
  if (integral != 0) return integral;
  return d > 0 ? -1 : 1;
}

} // namespace

whole whole_of(const json& number) {
  if (number.is_number_unsigned()) return {false, number.get<std::uint64_t>(), true};
  if (number.is_number_integer()) {
    const auto n = number.get<std::int64_t>();
    return {n < 0, n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n), true};
  }
  const auto d = number.get<double>();
  if (!(std::fabs(d) < two_to_64) || std::trunc(d) != d) return {};
  return {d < 0, static_cast<std::uint64_t>(std::fabs(d)), true};
}

int compare_numbers(const json& a, const json& b) {
  const whole left = whole_of(a);
  const whole right = whole_of(b);
  if (left.fits && right.fits) return compare_wholes(left, right);
  if (left.fits) return compare_whole_with_double(left, b.get<double>());
  if (right.fits) return -compare_whole_with_double(right, a.get<double>());
  return order(a.get<double>(), b.get<double>());
}

bool is_integer(const json& number) {
  if (number.is_number_integer()) return true;
  const auto d = number.get<double>();
  return std::isfinite(d) && std::trunc(d) == d;
}

decimal decimal_of(const json& number) {
  if (const whole n = whole_of(number); n.fits) return without_zeros({n.magnitude, 0});
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, std::fabs(number.get<double>()), std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = text.find('e');
  if (e == std::string_view::npos) return {}; // not finite: no JSON
  decimal d;
  for (char c : text.substr(0, e))
    if (c != '.') d.digits = d.digits * 10 + static_cast<std::uint64_t>(c - '0');
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end, d.exponent);
  if (e > 2) d.exponent -= static_cast<int>(e) - 2;
  return without_zeros(d);
}

bool is_multiple(const json& number, const decimal& divisor) {
  const decimal n = decimal_of(number);
  if (n.digits == 0) return true;
  // The digits do not end in a zero, so that no power of ten below the divisor's can be made up for.
  if (divisor.digits == 0 || n.exponent < divisor.exponent) return false;
  const std::uint64_t power = power_of_ten_modulo(n.exponent - divisor.exponent, divisor.digits);
  return multiply_modulo(n.digits % divisor.digits, power, divisor.digits) == 0;
}

} // namespace pawl::schema
