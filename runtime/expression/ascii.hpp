// Letters and digits of ASCII, whatever the locale says. Knows nothing of Unicode: unicode.hpp does.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace pawl::expression::ascii {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_letter(char c) noexcept { return lower(c) >= 'a' && lower(c) <= 'z'; }

inline std::string lowered(std::string_view text) {
  std::string letters(text);
  std::transform(letters.begin(), letters.end(), letters.begin(), lower);
  return letters;
}

} // namespace pawl::expression::ascii
