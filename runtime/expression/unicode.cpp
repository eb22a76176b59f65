// Decoding and classifying characters; the tables of letters are in identifier_ranges.cpp.
#include "runtime/expression/unicode.hpp"

#include <algorithm>
#include <cstring>

namespace pawl::expression {

namespace {

bool is_continuation(unsigned char byte) noexcept { return (byte & 0xC0U) == 0x80U; }

unsigned char byte_at(std::string_view text, std::size_t at) noexcept { return static_cast<unsigned char>(text[at]); }

} // namespace

code_point decode(std::string_view text, std::size_t at) noexcept {
  if (at >= text.size()) return {};
  const auto lead = byte_at(text, at);
  if (lead < 0x80) return {lead, 1};
  const std::uint32_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return {};
  char32_t c = lead & (0xFFU >> (length + 1));
  for (std::uint32_t i = 1; i < length; ++i) {
    const auto next = byte_at(text, at + i);
    if (!is_continuation(next)) return {};
    c = (c << 6U) | (next & 0x3FU);
  }
  const bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
  const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
  if (overlong || surrogate || c > 0x10FFFF) return {};
  return {c, length};
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  for (std::size_t at = 0; at < text.size();) {
    std::uint64_t eight = high_bits;
    if (at + sizeof eight <= text.size()) std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & high_bits) == 0) {
      at += sizeof eight;
      continue;
    }
    const auto c = decode(text, at);
    if (c.bytes == 0) return at;
    at += c.bytes;
  }
  return std::nullopt;
}

bool is_line_terminator(char32_t c) noexcept { return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029; }

bool is_space(char32_t c) noexcept {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

std::string_view trim_space(std::string_view text) noexcept {
  for (auto c = decode(text, 0); c.bytes != 0 && is_space(c.value); c = decode(text, 0))
    text.remove_prefix(c.bytes);
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && is_continuation(byte_at(text, start)))
      --start;
    const auto c = decode(text, start);
    if (c.bytes == 0 || !is_space(c.value)) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

std::string shortened(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  while (bytes_max > 0 && is_continuation(byte_at(text, bytes_max)))
    --bytes_max;
  return std::string(text.substr(0, bytes_max)) + "…";
}

bool is_jexl_letter(char32_t c) noexcept {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
  return (c >= 0xC0 && c <= 0xFF && c != 0xD7 && c != 0xF7) || (c >= 0x410 && c <= 0x44F);
}

std::size_t utf16_length(std::string_view text) noexcept {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += !is_continuation(byte) + (byte >= 0xF0);
  }
  return units;
}

std::optional<std::string_view> utf16_unit(std::string_view text, std::size_t index) noexcept {
  std::size_t unit = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = decode(text, at);
    const std::size_t bytes = std::max<std::size_t>(c.bytes, 1);
    const bool is_pair = c.value >= 0x10000;
    if (index == unit) return is_pair ? std::nullopt : std::optional(text.substr(at, bytes));
    unit += is_pair ? 2 : 1;
    if (index < unit) return std::nullopt;
    at += bytes;
  }
  return std::nullopt;
}

} // namespace pawl::expression
