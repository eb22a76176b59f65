// Letters and digits of ASCII, whatever the locale says. Schemas stand alone, so this is not the expressions'
// ascii.hpp.
#pragma once

namespace pawl::schema::ascii {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

} // namespace pawl::schema::ascii
