// Texts for terminals: control characters made visible, long ones cut, times and words for a shell.
#include "tools/pawl/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>

namespace pawl::tool {
namespace {

// The bytes of the UTF-8 sequence that begins at `at`; 0 when it is broken.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return 0;
  return length;
}

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0; // U+0080 to U+009F
}

std::string cleaned(std::string_view text, bool keep_line_ends) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    const std::string_view character = text.substr(at, std::max<std::size_t>(length, 1));
    if (length == 0)
      clean += '?';
    else if (keep_line_ends && character == "\n")
      clean += '\n';
    else if (is_control(character))
      clean += fmt::format("\\x{:02x}", static_cast<unsigned char>(character.back()));
    else
      clean += character;
    at += character.size();
  }
  return clean;
}

} // namespace

std::string printable(std::string_view text) { return cleaned(text, false); }
std::string printable_lines(std::string_view text) { return cleaned(text, true); }

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string shortened(std::string_view text, std::size_t columns_max) {
  if (text.size() <= columns_max || columns(text) <= columns_max) return std::string(text);
  std::size_t end = 0;
  for (std::size_t kept = 0; kept + 1 < columns_max; ++kept)
    end += std::max<std::size_t>(sequence_length(text, end), 1);
  return std::string(text.substr(0, end)) + "…";
}

std::string brief(const nlohmann::json& value, std::size_t columns_max) {
  return shortened(printable(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)), columns_max);
}

std::string time_text(std::int64_t unix_ms) {
  if (unix_ms == 0) return "-";
  const std::time_t seconds = unix_ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, unix_ms % 1000);
}

std::string shell_word(const std::string& text) {
  const char* const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,=";
  if (!text.empty() && text.find_first_not_of(harmless) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text)
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

} // namespace pawl::tool
