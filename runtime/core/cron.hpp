// Cron expressions: the five fields of crontab(5) as sets, and which minute of a clock on the wall is the next one.
// Pure; knows no time zone: a local time here is what such a clock shows (schedule.hpp puts the two together).
#pragma once

#include <pawl/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pawl::core {

/// Seconds that a clock on the wall shows, counted from 1970-01-01T00:00 as if every day had 86,400 of them.
using local_seconds = std::int64_t;

/// Rounded down, also below 0.
constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

inline constexpr std::size_t cron_bytes_max = 1000;

/// Bit n of a set: n is meant. Days of the month and months begin with 1; Sunday is 0.
struct cron_fields {
  std::uint64_t minutes = 0;
  std::uint32_t hours = 0;
  std::uint32_t days = 0;
  std::uint32_t months = 0;
  std::uint32_t weekdays = 0;
  bool days_begin_with_star = false;     ///< `*` and `*/2`: then days and weekdays must both match
  bool weekdays_begin_with_star = false; ///< as above; without a star in either, one of them is enough
  /// Neither minute nor hour begins with `*`: times of the day, not a rhythm. Decides what a change of clocks does.
  bool is_time_of_day = false;

  bool operator==(const cron_fields&) const = default;
};

/// Errors: `invalid_argument`; `where` is the byte, from 0, and the field. A date that no year has (30 February) is
/// one.
result<cron_fields> parse_cron(std::string_view text);

/// The first minute at or after `from` and before `end` that matches. Takes at most the days between the two, or 400
/// years of them.
std::optional<local_seconds> next_match(const cron_fields& c, local_seconds from, local_seconds end);

} // namespace pawl::core
