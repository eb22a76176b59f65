// Texts for terminals: long ones cut, times and words for a shell.
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

// Quoting would keep what steers a terminal: $'…' writes it as bytes, in every shell that POSIX 2024 describes.
std::string escaped_word(const std::string& text) {
  std::string word = "$'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F)
      word += fmt::format("\\x{:02x}", byte);
    else
      word += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
  }
  return word + "'";
}

} // namespace

std::string printable_lines(std::string_view text) {
  const std::size_t end = text.find('\n');
  std::string lines = printable(text.substr(0, end));
  for (std::size_t at = end; at != std::string_view::npos;) {
    const std::size_t next = text.find('\n', at + 1);
    lines += '\n' + printable(text.substr(at + 1, next == std::string_view::npos ? next : next - at - 1));
    at = next;
  }
  return lines;
}

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
  if (printable(text) != text) return escaped_word(text);
  std::string word = "'";
  for (const char c : text)
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string shell_option(const std::string& name, const std::string& value) {
  return name + (value.rfind('-', 0) == 0 ? "=" : " ") + shell_word(value);
}

} // namespace pawl::tool
