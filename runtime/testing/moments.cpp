// Timers of instances and runs of schedules, by engine time.
#include "runtime/testing/moments.hpp"

namespace pawl::testing::inside {
namespace {

constexpr std::size_t page = 64;

constexpr core::timeline lines[] = {core::timeline::steady, core::timeline::calendar};

} // namespace

result<std::vector<overdue>> overdue_in(storage::store& rows, actors::services& of) {
  const auto now = of.time.read();
  std::vector<overdue> all;
  for (const core::timeline line : lines) {
    if (line == core::timeline::calendar && !of.time.is_trusted()) continue;
    const auto due = rows.due(line, {}, now.on(line), page);
    if (!due) return due.failure();
    for (const storage::due_row& row : *due)
      all.push_back({row.uid, now.on(line) - row.due_at});
  }
  return all;
}

result<std::optional<std::chrono::milliseconds>> next_in(storage::store& rows, actors::services& of) {
  const auto now = of.time.read();
  std::optional<std::chrono::milliseconds> left;
  const auto note = [&](core::timestamp_ms at, core::timeline line) {
    const std::chrono::milliseconds here(at - now.on(line));
    if (!left || here < *left) left = here;
  };
  for (const core::timeline line : lines) {
    if (line == core::timeline::calendar && !of.time.is_trusted()) continue;
    const auto at = rows.next_due(line, {now.on(line), INT64_MAX});
    if (!at) return at.failure();
    if (*at) note(**at, line);
  }
  if (!of.time.is_trusted()) return left;
  const auto run = rows.next_schedule_due(now.calendar);
  if (!run) return run.failure();
  if (*run) note(**run, core::timeline::calendar);
  return left;
}

} // namespace pawl::testing::inside
