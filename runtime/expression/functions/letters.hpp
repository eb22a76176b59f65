// Upper and lower case of Latin, Greek, Cyrillic and Armenian letters, without a locale. Every other letter stays.
#pragma once

namespace pawl::expression {

char32_t upper_letter(char32_t c) noexcept;
char32_t lower_letter(char32_t c) noexcept;

} // namespace pawl::expression
