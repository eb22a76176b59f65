// Names of the public enumerations of schedules, and the times that are to come.
#include "runtime/core/recurrence.hpp"

#include <pawl/schedule.hpp>

#include <algorithm>

namespace pawl {

const char* to_string(overlap_policy policy) noexcept {
  switch (policy) {
    case overlap_policy::skip: return "skip";
    case overlap_policy::queue: return "queue";
    case overlap_policy::allow: return "allow";
  }
  return "unknown";
}

const char* to_string(missed_policy policy) noexcept {
  switch (policy) {
    case missed_policy::none: return "none";
    case missed_policy::last: return "last";
    case missed_policy::all: return "all";
  }
  return "unknown";
}

result<std::vector<std::int64_t>> next_times(const schedule_spec& spec, std::int64_t after_ms, std::size_t count) {
  constexpr std::size_t count_max = 1000;
  const auto when = core::recurrence::of(spec.cron, spec.time_zone, spec.every_ms, spec.start_at_ms.value_or(after_ms));
  if (!when) return when.failure();
  std::vector<std::int64_t> times;
  while (times.size() < std::min(count, count_max)) {
    const auto next = when->next_after(times.empty() ? after_ms : times.back());
    if (!next) return next.failure();
    if (!*next) break;
    times.push_back(**next);
  }
  return times;
}

} // namespace pawl
