// Timers of instances and runs of schedules, by engine time.
#include "runtime/testing/moments.hpp"

namespace pawl::testing::inside {
namespace {

constexpr std::size_t page = 64;

} // namespace

result<std::vector<overdue>> overdue_in(storage::store& rows, actors::services& of) {
  const auto now = of.time.now();
  const auto due = rows.due({}, now, page);
  if (!due) return due.failure();
  std::vector<overdue> all;
  for (const storage::due_row& row : *due)
    all.push_back({row.uid, now - row.due_at});
  return all;
}

result<std::optional<std::chrono::milliseconds>> next_in(storage::store& rows, actors::services& of) {
  const auto now = of.time.now();
  const auto at = rows.next_due({now, INT64_MAX});
  if (!at) return at.failure();
  std::optional<std::chrono::milliseconds> left;
  if (*at) left.emplace(**at - now);
  const auto run = rows.next_schedule_due(now);
  if (!run) return run.failure();
  if (*run && (!left || **run - now < left->count())) left.emplace(**run - now);
  return left;
}

} // namespace pawl::testing::inside
