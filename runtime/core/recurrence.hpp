// When something that repeats is due: a cron expression in a time zone, or a steady interval. Pure, but for what
// time_zone.hpp reads.
#pragma once

#include "runtime/core/cron.hpp"
#include "runtime/core/event.hpp"
#include "runtime/core/time_zone.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace pawl::core {

inline constexpr std::int64_t interval_ms_min = 1'000;
inline constexpr std::int64_t interval_ms_max = std::int64_t{3'650} * 86'400'000;
inline constexpr timestamp_ms recurrence_end_ms = 253'402'300'800'000; ///< the year 10000: nothing is due from then on

class recurrence {
public:
  /// Errors: those of parse_cron and time_zone::find.
  static result<recurrence> of_cron(std::string_view text, std::string_view zone);
  /// At `anchor` and whole intervals after it. Errors: `invalid_argument` (an interval or anchor out of its bounds).
  static result<recurrence> of_interval(std::int64_t every_ms, timestamp_ms anchor);

  /// By the interval unless that is 0, else by cron.
  static result<recurrence> of(std::string_view cron, std::string_view zone, std::int64_t every_ms,
                               timestamp_ms anchor) {
    return every_ms != 0 ? of_interval(every_ms, anchor) : of_cron(cron, zone);
  }

  /// The first time after `at`; nothing: there is none any more. Errors: those of time_zone::span_at.
  result<std::optional<timestamp_ms>> next_after(timestamp_ms at) const;

private:
  result<std::optional<timestamp_ms>> next_cron(timestamp_ms at) const;

  cron_fields cron_;
  time_zone zone_;
  std::int64_t every_ms_ = 0; ///< 0: by cron
  timestamp_ms anchor_ = 0;
};

} // namespace pawl::core
