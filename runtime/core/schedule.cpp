// Decides about a schedule's runs: what was due since the last decision, and which of it is made up, waits, or falls
// away.
#include "runtime/core/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>

namespace pawl::core {
namespace {

constexpr std::int64_t first_look_ms = 3'600'000;

/// Runs behind `after`, up to `until`.
struct due_runs {
  std::vector<timestamp_ms> newest; ///< at most as many as were asked for, oldest first
  std::int64_t older = 0;           ///< at most missed_count_max
};

result<std::deque<timestamp_ms>> last_of(const recurrence& when, timestamp_ms after, timestamp_ms until,
                                         std::size_t limit) {
  std::deque<timestamp_ms> runs;
  for (timestamp_ms at = after;;) {
    const auto next = when.next_after(at);
    if (!next) return next.failure();
    if (!*next || **next > until) return runs;
    at = **next;
    runs.push_back(at);
    if (runs.size() > limit) runs.pop_front();
  }
}

// There is no way to ask for the run before a time: looks back in ever longer steps, so that a schedule that was off
// for years costs no more than what it makes up.
result<std::deque<timestamp_ms>> newest_of(const recurrence& when, timestamp_ms after, timestamp_ms until,
                                           std::size_t limit) {
  for (std::int64_t back = first_look_ms;; back *= 2) {
    const timestamp_ms from = until - after <= back ? after : until - back;
    auto runs = last_of(when, from, until, limit);
    if (!runs || runs->size() >= limit || from == after) return runs;
  }
}

result<std::int64_t> count(const recurrence& when, timestamp_ms after, timestamp_ms before) {
  std::int64_t found = 0;
  for (timestamp_ms at = after; found < missed_count_max; ++found) {
    const auto next = when.next_after(at);
    if (!next) return next.failure();
    if (!*next || **next >= before) break;
    at = **next;
  }
  return found;
}

result<due_runs> find_due(const recurrence& when, const schedule_policy& how, const schedule_moment& at) {
  const timestamp_ms oldest = at.now - std::max(how.window_ms, late_ms_max) - 1;
  const std::size_t limit = how.missed == missed_policy::all ? made_up_runs_max : 1;
  auto newest = newest_of(when, std::max(at.considered, oldest), at.now, limit);
  if (!newest) return newest.failure();
  const auto older = count(when, at.considered, newest->empty() ? at.now + 1 : newest->front());
  if (!older) return older.failure();
  return due_runs{{newest->begin(), newest->end()}, *older};
}

bool is_wanted(const schedule_policy& how, const schedule_moment& at, timestamp_ms due, bool is_newest) {
  const std::int64_t late = at.now - due;
  return (is_newest && late <= late_ms_max) || (how.missed != missed_policy::none && late <= how.window_ms);
}

bool has_place(overlap_policy overlap, const std::vector<timestamp_ms>& pending, bool is_running) {
  switch (overlap) {
    case overlap_policy::skip: return pending.empty() && !is_running;
    case overlap_policy::queue: return pending.size() < queued_runs_max;
    case overlap_policy::allow: return true;
  }
  return false;
}

} // namespace

result<schedule_decision> decide(const recurrence& when, const schedule_policy& how, const schedule_moment& at) {
  schedule_decision made{at.pending, at.considered, std::nullopt, 0, 0};
  if (at.now > at.considered) {
    const auto due = find_due(when, how, at);
    if (!due) return due.failure();
    made.missed = due->older;
    for (const timestamp_ms run : due->newest) {
      made.considered = run;
      if (!is_wanted(how, at, run, run == due->newest.back()))
        ++made.missed;
      else if (has_place(how.overlap, made.pending, at.is_running))
        made.pending.push_back(run);
      else
        ++made.skipped;
    }
    // Those that are too old to be looked at one by one.
    if (due->newest.empty() && due->older > 0) made.considered = at.now;
  }
  const auto next = when.next_after(made.considered);
  if (!next) return next.failure();
  made.next_due = *next;
  return made;
}

std::size_t startable(overlap_policy overlap, std::size_t pending, bool is_running) {
  if (overlap == overlap_policy::allow) return pending;
  return is_running ? 0 : std::min<std::size_t>(pending, 1);
}

std::string run_id(std::string_view schedule_id, timestamp_ms due) {
  using namespace std::chrono;
  const sys_time<milliseconds> at{milliseconds(due)};
  const sys_days day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss<milliseconds> time(at - day);
  std::string id = fmt::format("{}-{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", schedule_id, static_cast<int>(date.year()),
                               static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                               time.hours().count(), time.minutes().count(), time.seconds().count());
  if (time.subseconds().count() != 0) id += fmt::format(".{:03}", time.subseconds().count());
  return id + "Z";
}

} // namespace pawl::core
