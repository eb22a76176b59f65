// Which runs of a schedule are to start. Pure: time arrives as an argument.
//
// A run is decided about once, when it is due: it is accepted, and then stands in `pending` until its instance is on
// disk, or it falls away and is counted. `considered` never goes back, so that no clock makes a run twice.
#pragma once

#include "runtime/core/recurrence.hpp"

#include <pawl/schedule.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::core {

inline constexpr std::size_t made_up_runs_max = 1'000;   ///< accepted in one decision
inline constexpr std::size_t queued_runs_max = 100;      ///< pending with overlap_policy::queue
inline constexpr std::int64_t missed_count_max = 10'000; ///< counted in one decision
inline constexpr std::int64_t late_ms_max = 60'000;      ///< the newest run that is no older is not missed
inline constexpr std::int64_t window_ms_max = std::int64_t{366} * 86'400'000;

struct schedule_policy {
  overlap_policy overlap = overlap_policy::skip;
  missed_policy missed = missed_policy::last;
  std::int64_t window_ms = 0;
};

struct schedule_moment {
  timestamp_ms considered = 0; ///< every run up to here was decided about
  timestamp_ms now = 0;
  bool is_running = false; ///< the instance started last has not ended
  std::vector<timestamp_ms> pending;
};

struct schedule_decision {
  std::vector<timestamp_ms> pending; ///< with what was accepted, oldest first
  timestamp_ms considered = 0;
  std::optional<timestamp_ms> next_due; ///< behind `considered`
  std::int64_t skipped = 0;
  std::int64_t missed = 0;
};

/// Errors: those of recurrence::next_after; then nothing was decided.
result<schedule_decision> decide(const recurrence& when, const schedule_policy& how, const schedule_moment& at);

/// How many of `pending`, from the oldest on, may start now.
std::size_t startable(overlap_policy overlap, std::size_t pending, bool is_running);

/// The id of the instance that a run starts: the schedule's, `-`, and when it was due in UTC. The same for ever.
std::string run_id(std::string_view schedule_id, timestamp_ms due);

} // namespace pawl::core
