// Numbers to text and back, as JavaScript does it, in every locale.
#pragma once

#include <string>
#include <string_view>

namespace pawl::expression {

/// JavaScript's Number::toString in base ten: shortest digits that read back, 1e+21, 1e-7, "0" for -0.
void append_number(std::string& out, double n);
std::string number_to_text(double n);

/// JavaScript's Number(text): trimmed, "" is 0, 0x 0o 0b, Infinity; NaN for everything that is no number.
double text_to_number(std::string_view text) noexcept;

/// Digits with an optional decimal part and exponent, as the grammar of expressions has them.
double parse_decimal(std::string_view digits) noexcept;

/// JavaScript's Math.pow, which differs from C's for a base of 1 or -1.
double power(double base, double exponent) noexcept;

} // namespace pawl::expression
