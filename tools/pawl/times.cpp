// Days, moments and lengths of time from now on.
#include "tools/pawl/times.hpp"

#include "tools/pawl/failure.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <ctime>
#include <optional>
#include <string_view>

namespace pawl::tool {
namespace {

constexpr std::int64_t latest_ms = 253'402'300'799'000; // the last second of the year 9999

std::optional<std::int64_t> calendar_ms(const std::string& text) {
  const bool is_day = text.size() == std::string_view("2027-01-31").size();
  if (!is_day && text.size() != std::string_view("2027-01-31T12:00:00Z").size()) return std::nullopt;
  if (text.find_first_of(" \t\n\r\f\v+") != std::string::npos) return std::nullopt; // strptime takes them
  std::tm parts{};
  const char* const end = ::strptime(text.c_str(), is_day ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  std::tm same = parts;
  const std::int64_t seconds = ::timegm(&same);
  const bool is_there = same.tm_mday == parts.tm_mday && same.tm_sec == parts.tm_sec; // there is no 31st of February
  return is_there ? std::optional(seconds * 1000) : std::nullopt;
}

std::int64_t unit_ms(char unit) {
  switch (unit) {
    case 's': return 1'000;
    case 'm': return 60'000;
    case 'h': return 3'600'000;
    case 'd': return 86'400'000;
    default: return 0;
  }
}

std::optional<std::int64_t> length_ms(const std::string& text) {
  if (text.size() < 2 || unit_ms(text.back()) == 0) return std::nullopt;
  const char* const unit = text.data() + text.size() - 1;
  std::int64_t count = 0;
  const auto [end, bad] = std::from_chars(text.data(), unit, count);
  if (bad != std::errc() || end != unit || count < 0 || count > latest_ms / unit_ms(*unit)) return std::nullopt;
  return count * unit_ms(*unit);
}

} // namespace

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::int64_t moment_to_come(const std::string& text, const std::string& option) {
  const std::int64_t now = now_ms();
  auto moment = calendar_ms(text);
  if (const auto length = length_ms(text); !moment && length) moment = now + *length;
  if (!moment || *moment > latest_ms)
    throw command_failure(exit_code::usage, fmt::format("{}: '{}' is no time: write {}", option, text, time_forms));
  if (*moment <= now) throw command_failure(exit_code::usage, fmt::format("{}: {} is past", option, text));
  return *moment;
}

std::int64_t length_of_time(const std::string& text, const std::string& option) {
  const auto length = length_ms(text);
  if (!length)
    throw command_failure(exit_code::usage,
                          fmt::format("{}: '{}' is no length of time: write 90d, 12h, 15m or 90s", option, text));
  return *length;
}

} // namespace pawl::tool
