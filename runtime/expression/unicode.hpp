// UTF-8 as JavaScript sees text: white space, identifier letters, UTF-16 units. Knows nothing of values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::expression {

struct code_point {
  char32_t value = 0;
  std::uint32_t bytes = 0; ///< 0 at the end of the text or at bytes that are not UTF-8
};

/// The code point that starts at `at`. Overlong forms and surrogates are not UTF-8.
code_point decode(std::string_view text, std::size_t at) noexcept;

/// The byte of the first fault, or nothing.
std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

bool is_space(char32_t c) noexcept;           ///< JavaScript's \s
bool is_line_terminator(char32_t c) noexcept; ///< what JavaScript's dot does not match
std::string_view trim_space(std::string_view text) noexcept;

/// The text, or its first characters and "…" where it has more than `bytes_max` bytes: for messages.
std::string shortened(std::string_view text, std::size_t bytes_max);

bool is_jexl_letter(char32_t c) noexcept;       ///< may start an identifier in Jexl
bool is_unicode_letter(char32_t c) noexcept;    ///< may start an identifier by Unicode, beyond ASCII
bool is_unicode_name_part(char32_t c) noexcept; ///< may go on in an identifier by Unicode, beyond ASCII

std::size_t utf16_length(std::string_view text) noexcept;

/// The character at a UTF-16 index; nothing behind the end and for either half of a surrogate pair.
std::optional<std::string_view> utf16_unit(std::string_view text, std::size_t index) noexcept;

} // namespace pawl::expression
