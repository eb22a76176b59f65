// Works out by its own arithmetic which runs of schedules are due, and compares them with what was accepted and
// started.
#include "tests/sim/timetable.hpp"

#include "tests/support/schedule_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <stdexcept>

namespace pawl::sim {
namespace {

using storage::schedule_row;
using storage::schedule_state;
using time_ms = storage::timestamp_ms;

constexpr std::int64_t minute_ms = 60'000;
constexpr std::size_t queue_max = 100;
constexpr std::int64_t prompt_ms = 1'500; ///< how late a decision may be when nothing breaks

template <class... Cases> struct overloaded : Cases... { using Cases::operator()...; };
template <class... Cases> overloaded(Cases...) -> overloaded<Cases...>;

std::string text(const std::vector<time_ms>& times) { return fmt::format("[{}]", fmt::join(times, " ")); }

std::string text(const schedule_state& s) {
  return fmt::format("last {} next {} pending {} started {} skipped {} missed {} failed {} by '{}'", s.last_due,
                     s.next_due.value_or(-1), text(s.pending), s.started, s.skipped, s.missed, s.failed,
                     s.last_instance);
}

/// The schedules of the simulation are all steady: these expressions of cron, in UTC, are.
std::int64_t period_of(const schedule_row& row) {
  if (row.every_ms != 0) return row.every_ms;
  if (row.cron == "* * * * *") return minute_ms;
  if (row.cron == "*/3 * * * *") return 3 * minute_ms;
  if (row.cron == "@hourly") return 60 * minute_ms;
  throw std::logic_error("no arithmetic for " + row.cron);
}

time_ms first_after(const schedule_row& row, time_ms after) {
  const std::int64_t period = period_of(row);
  const time_ms origin = row.every_ms != 0 ? row.anchor : 0;
  if (after < origin) return origin;
  return origin + ((after - origin) / period + 1) * period;
}

std::vector<time_ms> due_between(const schedule_row& row, time_ms after, time_ms until) {
  std::vector<time_ms> runs;
  for (time_ms at = first_after(row, after); at <= until; at = first_after(row, at))
    runs.push_back(at);
  return runs;
}

std::string id_of_run(const std::string& schedule, time_ms due) {
  const std::time_t seconds = due / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char day[32];
  std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &utc);
  const std::string ms = due % 1000 == 0 ? "" : fmt::format(".{:03}", due % 1000);
  return fmt::format("{}-{}{}Z", schedule, day, ms);
}

overlap_policy overlap_of(const schedule_row& row) { return static_cast<overlap_policy>(row.overlap); }
missed_policy missed_of(const schedule_row& row) { return static_cast<missed_policy>(row.missed); }

} // namespace

void timetable::wrong(const std::string& id, const std::string& what) const {
  log_.violated("schedule " + id + ": " + what);
}

bool timetable::has_ended(const std::string& uid) {
  const auto rows = instances_.durable(uid);
  return !rows || pawl::has_ended(rows->header.status);
}

void timetable::life_begun() {
  startable_.clear();
  replaced_.clear();
  removed_.clear();
  clerk_has_died_ = false;
  for (auto& [id, of] : schedules_)
    of.readings.clear();
}

void timetable::read(time now) {
  last_read_ = now;
  for (auto& [id, of] : schedules_) {
    if (of.row.state.paused) continue;
    const std::string& last = of.row.state.last_instance;
    const reading at{now, !last.empty() && !has_ended(last)};
    if (of.row.state.next_due && *of.row.state.next_due <= now) of.readings.push_back(at);
    may_start(of, at.is_running);
  }
}

void timetable::may_start(const schedule& of, bool is_running) {
  const auto& pending = of.row.state.pending;
  const bool side_by_side = overlap_of(of.row) == overlap_policy::allow;
  const std::size_t count = side_by_side ? pending.size() : is_running ? 0 : std::min<std::size_t>(1, pending.size());
  for (std::size_t i = 0; i < count; ++i)
    startable_[id_of_run(of.row.id, pending[i])] = of.row.id;
}

// --- commits

void timetable::committed(const storage::change& what, const storage::written& outcome) {
  std::visit(overloaded{[&](const storage::create_write& w) {
                          if (!outcome.existed) began(w.uid);
                        },
                        [&](const storage::schedule_write& w) {
                          const auto at = schedules_.find(w.row.id);
                          if (at == schedules_.end()) return added(w.row);
                          replaced(at->second, w.row);
                        },
                        [&](const storage::schedule_advance& w) {
                          const auto at = schedules_.find(w.id);
                          if (at == schedules_.end()) wrong(w.id, "it was written although it does not exist");
                          advanced(at->second, w.state);
                        },
                        [&](const storage::schedule_remove& w) { removed(w.id); }, [](const auto&) {}},
             what);
}

void timetable::removed(const std::string& id) {
  for (const time due : schedules_.at(id).row.state.pending)
    removed_.insert(id_of_run(id, due));
  schedules_.erase(id);
}

void timetable::added(const schedule_row& row) {
  schedule_state fresh;
  fresh.last_due = std::max(row.state.last_due, operated_);
  fresh.next_due = first_after(row, row.state.last_due);
  if (!test::same_state(row.state, fresh)) wrong(row.id, "a new one has " + text(row.state) + ", not " + text(fresh));
  schedules_[row.id].row = row;
}

void timetable::replaced(schedule& of, const schedule_row& row) {
  const schedule_state& was = of.row.state;
  schedule_state next = was;
  next.last_due = row.state.last_due;
  if (next.last_due < std::max(was.last_due, operated_))
    wrong(row.id, fmt::format("it is replaced at {} and begins at {}", operated_, next.last_due));
  if (!was.paused) next.next_due = first_after(row, next.last_due);
  next.pending.clear();
  const bool side_by_side = overlap_of(of.row) == overlap_policy::allow;
  bool some_began = false;
  for (const time due : was.pending) {
    const std::string uid = id_of_run(row.id, due);
    const bool is_there = started_.count(uid) != 0;
    some_began |= is_there;
    ++(is_there ? next.started : next.skipped);
    if (is_there) next.last_instance = uid;
    if (!is_there) replaced_[uid] = side_by_side;
  }
  if (!was.pending.empty() && !some_began && (was.last_instance.empty() || has_ended(was.last_instance)))
    next.last_instance = id_of_run(row.id, side_by_side ? was.pending.back() : was.pending.front());
  if (!test::same_state(row.state, next)) wrong(row.id, "a replacement has " + text(row.state) + ", not " + text(next));
  if (side_by_side) of.exclusive = {next.last_instance};
  of.row = row;
  of.readings.clear();
}

void timetable::advanced(schedule& of, const schedule_state& next) {
  const schedule_state& was = of.row.state;
  if (next.paused != was.paused)
    paused(of, next);
  else if (was.paused)
    wrong(of.row.id, "it is paused and becomes " + text(next));
  else if (next.last_due != was.last_due || next.next_due != was.next_due)
    decided(of, next);
  else
    noted(of, next);
  of.row.state = next;
  of.readings.clear();
}

void timetable::paused(const schedule& of, const schedule_state& next) {
  schedule_state expected = of.row.state;
  expected.paused = next.paused;
  expected.next_due.reset();
  if (!next.paused) {
    expected.last_due = next.last_due;
    expected.next_due = first_after(of.row, next.last_due);
    if (next.last_due < std::max(of.row.state.last_due, operated_))
      wrong(of.row.id, fmt::format("it goes on at {} from {}", operated_, next.last_due));
  }
  if (!test::same_state(next, expected))
    wrong(of.row.id,
          fmt::format("after {} it has {}, not {}", next.paused ? "a pause" : "a resume", text(next), text(expected)));
}

// A decision that the store refused is made again by a later reading, of which the first one knows nothing.
bool timetable::runs_by_all_that_say(const schedule& of, const schedule_state& next) const {
  return std::all_of(of.readings.begin(), of.readings.end(), [&](const reading& at) {
    const auto expected = decision(of, at, next.last_due);
    return at.is_running || !expected || !test::same_state(*expected, next);
  });
}

void timetable::decided(schedule& of, const schedule_state& next) {
  for (const reading& at : of.readings) {
    const auto expected = decision(of, at, next.last_due);
    if (!expected || !test::same_state(*expected, next)) continue;
    const time due = *of.row.state.next_due;
    if (calm_since_ && due > *calm_since_) {
      if (at.now - due > prompt_ms) wrong(of.row.id, fmt::format("due at {}, decided about at {}", due, at.now));
      of.is_decided_calmly = true;
    }
    log_.line("schedule " + of.row.id + " decides: " + text(next));
    const bool is_running = runs_by_all_that_say(of, next);
    of.row.state = next;
    return may_start(of, is_running);
  }
  std::string all;
  for (const reading& at : of.readings)
    if (const auto expected = decision(of, at, next.last_due))
      all += fmt::format("\n  at {}{}: {}", at.now, at.is_running ? " while one runs" : "", text(*expected));
  wrong(of.row.id, fmt::format("from {}\n  it decides {}\n  right would be{}", text(of.row.state), text(next),
                               all.empty() ? " to decide nothing" : all));
}

// Where every run is older than anybody looks, everything up to now may count as decided about.
std::optional<schedule_state> timetable::decision(const schedule& of, const reading& at, time last_due) const {
  schedule_state made = of.row.state;
  const std::vector<time> due = due_between(of.row, made.last_due, at.now);
  if (due.empty()) return std::nullopt;
  for (const time run : due) {
    const std::int64_t late = at.now - run;
    const bool is_newest = run == due.back();
    const bool is_on_time = is_newest && late <= minute_ms;
    const bool is_made_up = late <= of.row.window_ms && (missed_of(of.row) == missed_policy::all ||
                                                         (missed_of(of.row) == missed_policy::last && is_newest));
    bool has_place = true;
    if (overlap_of(of.row) == overlap_policy::skip) has_place = made.pending.empty() && !at.is_running;
    if (overlap_of(of.row) == overlap_policy::queue) has_place = made.pending.size() < queue_max;
    if (!is_on_time && !is_made_up)
      ++made.missed;
    else if (has_place)
      made.pending.push_back(run);
    else
      ++made.skipped;
  }
  made.last_due = std::clamp(last_due, due.back(), at.now);
  made.next_due = first_after(of.row, made.last_due);
  return made;
}

// Runs leave `pending` when their instances are durable, and in no other way.
void timetable::noted(schedule& of, const schedule_state& next) {
  schedule_state expected = of.row.state;
  expected.pending.clear();
  for (const time due : of.row.state.pending) {
    const std::string uid = id_of_run(of.row.id, due);
    if (std::find(next.pending.begin(), next.pending.end(), due) != next.pending.end()) {
      expected.pending.push_back(due);
      continue;
    }
    if (started_.count(uid) == 0) wrong(of.row.id, uid + " counts as started, and is not durable");
    ++expected.started;
    expected.last_instance = uid;
  }
  if (!test::same_state(next, expected))
    wrong(of.row.id,
          fmt::format("from {}\n  it notes {}\n  right would be {}", text(of.row.state), text(next), text(expected)));
}

void timetable::began(const std::string& uid) {
  const bool is_of_schedule =
      std::any_of(plans_.begin(), plans_.end(), [&](const auto& p) { return uid.rfind(p.first + "-", 0) == 0; });
  if (!is_of_schedule) return;
  const auto owner = startable_.find(uid);
  if (owner == startable_.end()) log_.violated(uid + " starts, and no schedule had accepted it and may start it now");
  if (!started_.insert(uid).second) log_.violated(uid + " starts a second time");
  const purpose& as = plans_.at(owner->second);
  instances_.offered(uid, *as.of, as.items);
  const auto at = schedules_.find(owner->second);
  if (at == schedules_.end() || removed_.count(uid) != 0) return; // its schedule went while it was being started
  schedule& of = at->second;
  const auto& pending = of.row.state.pending;
  const bool is_pending =
      std::any_of(pending.begin(), pending.end(), [&](time due) { return id_of_run(of.row.id, due) == uid; });
  const auto fell = replaced_.find(uid);
  if (!is_pending && fell == replaced_.end()) log_.violated(uid + " starts, and is not pending");
  if (is_pending ? overlap_of(of.row) == overlap_policy::allow : fell->second) return;
  const auto came_afterwards = [&](const std::string& other) { return clerk_has_died_ && replaced_.count(other) > 0; };
  for (const std::string& other : of.exclusive)
    if (other != uid && !has_ended(other) && !came_afterwards(other))
      log_.violated(fmt::format("{} starts while {} has not ended", uid, other));
  of.exclusive.push_back(uid);
}

// --- the end

std::vector<std::string> timetable::ids() const {
  std::vector<std::string> all;
  for (const auto& [id, of] : schedules_)
    all.push_back(id);
  return all;
}

void timetable::check_end() {
  for (const auto& [id, of] : schedules_) {
    const auto row = store_.rows().schedule(id);
    if (!row || !*row || !test::same_state((*row)->state, of.row.state))
      wrong(id, "its row is not what was written last");
    if (!of.row.state.pending.empty()) wrong(id, "accepted and never started: " + text(of.row.state.pending));
  }
}

} // namespace pawl::sim
