// What must hold of schedules after every kill: each time that was due has its instance or waits for it on disk, and no
// instance is of another time.
#include "tests/crash/checker.hpp"

#include "runtime/core/schedule.hpp"
#include "runtime/host/inspect.hpp"
#include "tests/crash/workload.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::crash {
namespace {

constexpr std::size_t all_rows = 1'000'000;

/// Up to where it has decided, since it was added.
std::vector<std::int64_t> due_times(const storage::schedule_row& row) {
  std::vector<std::int64_t> times;
  const std::int64_t rounds = (row.created_at - row.anchor) / row.every_ms;
  for (std::int64_t at = row.anchor + (rounds + 1) * row.every_ms; at <= row.state.last_due; at += row.every_ms)
    times.push_back(at);
  return times;
}

} // namespace

void checker::check_schedules(storage::reader& from) {
  const auto rows = from.schedules("", all_rows);
  if (!rows) return problem("schedules", to_string(rows.failure()));
  std::set<std::string> missing = scheduled_;
  std::set<std::string> runs = look_at_runs(from);
  for (const storage::schedule_row& row : *rows) {
    missing.erase(row.id);
    check_schedule(row, runs);
  }
  for (const std::string& id : missing)
    lost(id, "the schedule");
  for (const std::string& uid : runs)
    problem(uid, "no schedule decided about this time");
}

// Takes those of the schedule out of `runs`.
void checker::check_schedule(const storage::schedule_row& row, std::set<std::string>& runs) {
  const storage::schedule_state& s = row.state;
  const auto times = due_times(row);
  for (const std::int64_t due : times) {
    const std::string uid = core::run_id(row.id, due);
    const bool waits = std::find(s.pending.begin(), s.pending.end(), due) != s.pending.end();
    if (runs.erase(uid) == 0 && !waits) problem(uid, "was due, has not started and does not wait");
  }
  const auto started = static_cast<std::int64_t>(times.size() - s.pending.size());
  if (s.started != started || s.skipped + s.missed + s.failed != 0)
    problem(row.id, fmt::format("{} times were due, {} wait; it counts {} started, {} skipped, {} missed, {} failed",
                                times.size(), s.pending.size(), s.started, s.skipped, s.missed, s.failed));
}

// Their acknowledged steps are there; gives the ids of all.
std::set<std::string> checker::look_at_runs(storage::reader& from) {
  std::set<std::string> all;
  const auto list = from.list(0, all_rows);
  if (!list) problem("list", to_string(list.failure()));
  if (!list) return all;
  for (const storage::summary_row& row : *list) {
    if (!is_scheduled(row.uid)) continue;
    all.insert(row.uid);
    if (ran_.count(row.uid) != 0) continue;
    instance& i = instances_[row.uid];
    const auto history = host::read_history(from, row.uid, 0, all_rows);
    if (!history)
      problem(row.uid, to_string(history.failure()));
    else
      check_told(row.uid, i, *history);
    steps_ += static_cast<std::size_t>(row.revision - i.known);
    i.known = i.told_last = row.revision;
    if (has_ended(row.status)) ran_.insert(row.uid);
  }
  for (const auto& [uid, i] : instances_)
    if (is_scheduled(uid) && all.count(uid) == 0 && i.told_last > 0) lost(uid, "the whole instance");
  return all;
}

} // namespace pawl::crash
