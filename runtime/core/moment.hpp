// What time it is, on each of the timelines that Pawl knows.
#pragma once

#include <cstdint>

namespace pawl::core {

using timestamp_ms = std::int64_t;

/// What a timer is due by.
enum class timeline : std::uint8_t {
  steady,  ///< runs on, whatever is done to the wall clock: delays in milliseconds, retries, timeouts
  calendar ///< the wall clock, which may be set back: delays until a date
};

/// One moment. As long as nobody sets the wall clock the three are the same.
struct moment {
  moment(timestamp_ms all = 0) : engine(all), steady(all), calendar(all) {}
  moment(timestamp_ms engine_ms, timestamp_ms steady_ms, timestamp_ms calendar_ms)
      : engine(engine_ms), steady(steady_ms), calendar(calendar_ms) {}

  timestamp_ms engine;   ///< what a step records: the wall clock, but never before the instance's step before it
  timestamp_ms steady;   ///< goes on by as much as time passes
  timestamp_ms calendar; ///< the wall clock

  timestamp_ms on(timeline line) const { return line == timeline::steady ? steady : calendar; }
  bool operator==(const moment&) const = default;
};

/// How far the calendar is ahead of the steady line. Kept in the store; changes when the wall clock is set.
struct clock_offsets {
  std::int64_t calendar_ms = 0;

  moment at(timestamp_ms steady) const { return {steady + calendar_ms, steady, steady + calendar_ms}; }
  /// A time of either timeline by the calendar.
  timestamp_ms by_calendar(timestamp_ms at, timeline line) const {
    return line == timeline::steady ? at + calendar_ms : at;
  }
  bool operator==(const clock_offsets&) const = default;
};

} // namespace pawl::core
