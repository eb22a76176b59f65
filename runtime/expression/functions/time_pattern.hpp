// Moments in the calendar, and patterns such as `yyyy-MM-dd HH:mm` for reading and writing them.
// UTC or a fixed offset only: no clock, no time zones, no locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::expression {

struct calendar_time {
  std::int64_t year = 1970;
  std::int64_t month = 1; ///< 1 to 12
  std::int64_t day = 1;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::int64_t millisecond = 0;
  std::int64_t offset_minutes = 0; ///< east of UTC
};

/// The years 0000 to 9999, in milliseconds since 1970.
inline constexpr std::int64_t first_moment = -62'167'219'200'000;
inline constexpr std::int64_t last_moment = 253'402'300'799'999;

calendar_time to_calendar(std::int64_t ms, std::int64_t offset_minutes) noexcept;
/// Nothing for a day or hour that does not exist, or a year outside of the range.
std::optional<std::int64_t> to_moment(const calendar_time& t) noexcept;
/// Moves by months; a day that the month lacks becomes its last one.
calendar_time add_months(calendar_time t, std::int64_t months) noexcept;

/// `Z`, `+02:00`, `-0530`: minutes east of UTC.
std::optional<std::int64_t> read_offset(std::string_view text) noexcept;

/// What RFC 3339 looks like; also a date alone, a space for the T, and no offset, which is UTC then.
std::optional<calendar_time> read_rfc3339(std::string_view text) noexcept;
std::string write_rfc3339(const calendar_time& t);

/// The next piece of a pattern: a run of one letter, or text as it is ('quoted', or no letter).
struct pattern_piece {
  std::string_view letters; ///< empty: plain text
  std::string plain;
};
pattern_piece next_piece(std::string_view& pattern);

/// False for letters that mean nothing.
bool write_piece(std::string& out, std::string_view letters, const calendar_time& t);

enum class piece_fit { fits, no_such_letters, differs };
/// Takes what the letters stand for off the front of the text. Names of months and days, and AM and PM, do not read.
piece_fit read_piece(std::string_view& text, std::string_view letters, calendar_time& t) noexcept;

} // namespace pawl::expression
