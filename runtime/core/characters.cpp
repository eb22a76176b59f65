#include "runtime/core/characters.hpp"

#include <pawl/printable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace pawl {
namespace core {

character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (bytes == 0 || bytes > text.size() - at) return {};
  char32_t code = first & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3FU);
  }
  const bool is_overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  if (is_overlong || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return {};
  return {code, bytes};
}

bool steers(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

bool has_no_width(char32_t code) {
  return code == 0x00AD || code == 0x034F || code == 0x180E || (code >= 0x200B && code <= 0x200D) ||
         (code >= 0x2060 && code <= 0x2065) || (code >= 0x206A && code <= 0x206F) || code == 0xFEFF ||
         (code >= 0xFFF9 && code <= 0xFFFB) || (code >= 0xE0000 && code <= 0xE007F);
}

namespace {

// Calls `plain` with every run of characters that may be shown and `hidden` with each one that may not.
template <class Plain, class Hidden> void each_run(std::string_view text, Plain plain, Hidden hidden) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const character c = character_at(text, at);
    if (c.bytes != 0 && !steers(c.code) && !has_no_width(c.code)) {
      at += c.bytes;
      continue;
    }
    plain(text.substr(begin, at - begin));
    hidden(c);
    begin = at += std::max<std::size_t>(c.bytes, 1);
  }
  plain(text.substr(begin));
}

// As in JSON: above U+FFFF a pair.
void append_escaped(std::string& out, char32_t code) {
  if (code < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(code));
    return;
  }
  append_escaped(out, 0xD800 + ((code - 0x10000) >> 10));
  append_escaped(out, 0xDC00 + ((code - 0x10000) & 0x3FF));
}

} // namespace
} // namespace core

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  core::each_run(
      text, [&](std::string_view run) { shown += run; },
      [&](const core::character& c) {
        if (c.bytes == 0)
          shown += '?';
        else if (c.code < 0x100)
          fmt::format_to(std::back_inserter(shown), "\\x{:02x}", static_cast<std::uint32_t>(c.code));
        else
          core::append_escaped(shown, c.code);
      });
  return shown;
}

std::string printable_json(std::string_view json) {
  std::string shown;
  shown.reserve(json.size());
  core::each_run(
      json, [&](std::string_view run) { shown += run; },
      [&](const core::character& c) {
        if (c.bytes == 0)
          shown += '?';
        else if (c.code == '\n' || c.code == '\r' || c.code == '\t') // between values: JSON has none in its strings
          shown += static_cast<char>(c.code);
        else
          core::append_escaped(shown, c.code);
      });
  return shown;
}

} // namespace pawl
