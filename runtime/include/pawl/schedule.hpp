// Schedules: instances that start by the calendar or at a steady interval, and what happens to runs that were missed or
// that come while an earlier one still runs. Plain data, owned by the caller.
#pragma once

#include <pawl/export.hpp>
#include <pawl/result.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

/// What becomes of a run that is due while the instance that the schedule started last has not ended.
enum class overlap_policy {
  skip,  ///< it is dropped and counted
  queue, ///< it waits for that; at most 100 wait, what comes then is dropped and counted
  allow  ///< it starts beside it
};
/// The policy as it stands above. Never null; lives for ever.
PAWL_API const char* to_string(overlap_policy policy) noexcept;

/// What becomes of runs whose time passed while nobody owned the store, or which the clock jumped over. The newest run
/// is not missed while it is at most 60 s late. What falls away is counted.
enum class missed_policy {
  none, ///< they fall away
  last, ///< the newest one within the window is made up
  all   ///< all within the window are, oldest first, at most the newest 1,000 of them
};
/// The policy as it stands above. Never null; lives for ever.
PAWL_API const char* to_string(missed_policy policy) noexcept;

/// When which definition is started, and how. Either `cron` or `every_ms` is set.
struct schedule_spec {
  /// 1 to 150 bytes of UTF-8 without control characters. A run that is due at 2026-11-28T02:00:00Z starts the instance
  /// `ID-2026-11-28T02:00:00Z` (in UTC, with milliseconds where they are not 0).
  std::string id;
  std::string definition_id; ///< the latest definition loaded under it when a run starts is used

  /// The five fields of crontab(5), at most 1,000 bytes: minute, hour, day of month, month, day of week. `*`, numbers,
  /// `a-b`, `*/step`, `a-b/step`, lists with commas, JAN to DEC, SUN to SAT (0 and 7 are Sunday). When both days are
  /// bounded (begin without `*`) one of them is enough. Or @yearly, @annually, @monthly, @weekly, @daily, @midnight,
  /// @hourly. No seconds, no `L`, `W`, `#`, `?`.
  ///
  /// When clocks change: an expression whose minute and hour begin without `*` is a time of the day. A run in the time
  /// that is left out happens once, at the moment of the change (several in it are one run); one in the time that comes
  /// twice happens the first time. Any other is a rhythm: it goes by every minute that really comes, so none in the
  /// time that is left out, and twice in the time that comes twice.
  std::string cron;
  /// IANA name (`Europe/Berlin`), for `cron` only. Of the system's database as Debian ships it, which is read once a
  /// process and lists the changes of clocks up to 2037: from then on the standard time of the zone counts.
  std::string time_zone = "UTC";

  /// Interval in milliseconds, 1,000 to 10 years. Runs are at start_at_ms and whole intervals after it, without drift.
  std::int64_t every_ms = 0;
  /// Since 1970; for `every_ms` only. Nothing: when the schedule is added, the first run an interval later.
  std::optional<std::int64_t> start_at_ms;

  overlap_policy overlap = overlap_policy::skip;
  missed_policy missed = missed_policy::last;
  std::int64_t catch_up_window_ms = 86'400'000; ///< how old a run may be that is made up; 1 to 366 days' worth
  /// As start_options::labels, for each instance.
  std::map<std::string, std::string> labels;
};

/// How a schedule is added.
struct add_schedule_options {
  /// A schedule of this id with other content is replaced: its counters and whether it is paused stay, runs that wait
  /// fall away and count as skipped (one that is just being started may still come, as it was), and what was due before
  /// is not made up. Without it: `conflict`.
  bool replace = false;
};

/// A schedule as it stands. Times are milliseconds since 1970, by the wall clock.
struct schedule_info {
  schedule_spec spec; ///< start_at_ms is set where every_ms is
  std::shared_ptr<const nlohmann::json> input;
  bool paused = false;
  std::int64_t created_at_ms = 0;
  /// The newest run that was decided about; nothing before the first. Never goes back, so that no run starts twice:
  /// when a clock was far ahead for a while it lies in the future, and nothing is due before. To begin anew from now,
  /// remove the schedule and add it again.
  std::optional<std::int64_t> last_due_ms;
  std::optional<std::int64_t> next_due_ms; ///< nothing: paused, or no run is left before the year 10000
  std::vector<std::int64_t> waiting_ms;    ///< runs that were due and have not started yet, oldest first
  std::int64_t started = 0;                ///< runs that started an instance
  std::int64_t skipped = 0;                ///< dropped by overlap_policy, or by a replacement
  std::int64_t missed = 0;                 ///< fallen away by missed_policy; a long time off counts as 10,000 at most
  std::int64_t failed = 0;                 ///< not started because of an error, which was then last_error
  std::string last_instance;               ///< id of the instance started last; empty: none
  std::string last_error;                  ///< why the last run, or the one to come, fails; empty after a good start
  bool encrypted = false;                  ///< read without the key of payloads: input and labels only say so
};

/// How many schedules a store may have.
inline constexpr std::size_t schedules_max = 10'000;

/// The first `count` times (at most 1,000) after `after_ms` at which a schedule like that is due; fewer when there are
/// no more before the year 10000. Only what says when counts, so nothing else need be set; without start_at_ms an
/// interval begins at `after_ms`. Errors: `invalid_argument` (names the byte of a cron expression, or the time zone),
/// `access` (the system has no time zone database).
PAWL_API result<std::vector<std::int64_t>> next_times(const schedule_spec& spec, std::int64_t after_ms,
                                                      std::size_t count = 5);

} // namespace pawl
