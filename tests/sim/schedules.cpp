// The operator's schedules, and what happens to them: the calendar moves in leaps, and nobody owns the store for a
// while. A third of the seeds has some; their dice are their own.
#include "tests/sim/simulation.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace pawl::sim {
namespace {

constexpr std::size_t scheduled_items_max = 3;
constexpr int schedules_count = 2;
constexpr int calm_rounds_max = 500;
constexpr std::int64_t run_up_ms = 2'000; ///< how long before a run the calendar lands that leaps to it

schedule_spec spec_by(dice& by, std::string id, std::string definition) {
  schedule_spec spec;
  spec.id = std::move(id);
  spec.definition_id = std::move(definition);
  switch (by.weighted({6, 2, 1, 1})) {
    case 0: spec.every_ms = by.between(5'000, 40'000); break;
    case 1: spec.cron = "* * * * *"; break;
    case 2: spec.cron = "*/3 * * * *"; break;
    default: spec.cron = "@hourly";
  }
  spec.overlap = static_cast<overlap_policy>(by.below(3));
  spec.missed = static_cast<missed_policy>(by.below(3));
  spec.catch_up_window_ms = by.between(1, 150'000);
  return spec;
}

} // namespace

void simulation::begin_with_schedules() {
  store_.on_schedules_read = [this](storage::timestamp_ms now) { timetable_.read(now); };
  store_.on_change = [this](const storage::change& what, const storage::written& outcome) {
    timetable_.committed(what, outcome);
  };
}

void simulation::let_time_pass_unowned() {
  timetable_.life_begun();
  if (life_ == 1 || heals_ || !schedule_dice_.one_in(2)) return;
  const int time_ms = schedule_dice_.between(0, 200'000);
  log_.line(fmt::format("{} ms pass while nobody owns the store", time_ms));
  clock_->set_wall(clock_->now_ms() + time_ms);
}

void simulation::operate_schedules() {
  const auto ids = timetable_.ids();
  const auto one = [&] { return ids[schedule_dice_.below(ids.size())]; };
  const std::size_t what = schedule_dice_.weighted({24, ids.size() < schedules_count ? 6 : 0, 2, 2, 4, 1, 8, 3, 1});
  if (what == 1) return add_schedule(false);
  if (what == 0 || ids.empty()) return;
  switch (what) {
    case 2: return add_schedule(true);
    case 3: return pause_schedule(one(), true);
    case 4: return pause_schedule(one(), false);
    case 5: return remove_schedule(one());
    case 6: return help_a_scheduled_run();
    case 7:
      clock_->set_wall(clock_->now_ms() + schedule_dice_.between(0, 100'000));
      return log_.line(fmt::format("the clock leaps to {}", clock_->now_ms()));
    default: return kill_schedule_actor();
  }
}

void simulation::add_schedule(bool replaces) {
  const auto known = timetable_.ids();
  std::string id = "t" + std::to_string(schedule_dice_.below(schedules_count));
  if (std::find(known.begin(), known.end(), id) != known.end() && !replaces) id = id == "t0" ? "t1" : "t0";
  // An instance that an earlier content of the schedule accepted may still be to come: the plan stays.
  const std::size_t number = id == "t0" ? 0 : 1;
  const plan& of = plans_[number % plans_.size()];
  const std::size_t items = (seed_ + number) % (scheduled_items_max + 1);
  const schedule_spec spec = spec_by(schedule_dice_, id, of.id);
  log_.line(fmt::format("{} schedule {}: {}{} overlap {} missed {} window {}", replaces ? "replace" : "add", id,
                        spec.cron, spec.every_ms, to_string(spec.overlap), to_string(spec.missed),
                        spec.catch_up_window_ms));
  timetable_.announced(id, of, items);
  timetable_.operated(clock_->now_ms());
  const auto answer = engine_->add_schedule(spec, input_of(of, items), {replaces});
  check_answer("schedule " + id, answer ? result<void>() : answer.failure());
}

void simulation::pause_schedule(const std::string& id, bool paused) {
  log_.line((paused ? "pause schedule " : "resume schedule ") + id);
  timetable_.operated(clock_->now_ms());
  const auto answer = engine_->set_schedule_paused(id, paused);
  check_answer("schedule " + id, answer ? result<void>() : answer.failure());
  if (answer && timetable_.row(id).state.paused != paused)
    log_.violated("schedule " + id + " was acknowledged otherwise");
}

void simulation::remove_schedule(const std::string& id) {
  log_.line("remove schedule " + id);
  const auto answer = engine_->remove_schedule(id);
  check_answer("schedule " + id, answer);
  const auto left = timetable_.ids();
  if (answer && std::find(left.begin(), left.end(), id) != left.end())
    log_.violated("the removal of schedule " + id + " was acknowledged and it is there");
}

void simulation::check_answer(const std::string& what, const result<void>& answer) {
  log_.line(what + ": " + (answer ? "yes" : to_string(answer.failure().code)));
  if (!answer && !mood_.store_faults && !mood_.kills) log_.violated(what + ": " + to_string(answer.failure()));
}

void simulation::help_a_scheduled_run() {
  std::vector<std::string> running;
  for (const std::string& uid : timetable_.instances())
    if (const auto rows = judge_.durable(uid); rows && !has_ended(rows->header.status)) running.push_back(uid);
  if (!running.empty()) (void)help(running[schedule_dice_.below(running.size())]);
}

void simulation::kill_schedule_actor() {
  if (const caf::actor victim = engine_->shared().schedules.get(); victim && mood_.kills) kill(victim);
}

// --- the end

// Each is decided about once more, now that nothing breaks; then what was accepted starts, one after the other where
// the policy says so. Paused schedules let time come to its end.
void simulation::wind_up_schedules() {
  work_for(std::chrono::milliseconds(run_up_ms)); // a store that has stopped is opened anew
  timetable_.calm_begun(clock_->now_ms());
  for (const std::string& id : timetable_.ids())
    pause_schedule(id, false);
  const auto any = [&](auto is_true) {
    const auto ids = timetable_.ids();
    return std::any_of(ids.begin(), ids.end(), is_true);
  };
  for (int round = 0; any([&](const auto& id) { return !timetable_.is_decided_calmly(id); }); ++round) {
    if (round > calm_rounds_max) log_.violated("a schedule is due and nobody decides");
    storage::timestamp_ms next = INT64_MAX; // of those whose turn it is: the calendar leaps over no run
    for (const std::string& id : timetable_.ids())
      if (timetable_.is_decided_calmly(id)) pause_schedule(id, true);
    for (const std::string& id : timetable_.ids())
      next = std::min(next, timetable_.row(id).state.next_due.value_or(INT64_MAX));
    if (next - clock_->now_ms() > run_up_ms) clock_->set_wall(next - run_up_ms);
    work_for(std::chrono::milliseconds(run_up_ms));
  }
  for (int round = 0;; ++round) {
    if (round > calm_rounds_max) log_.violated("accepted runs do not start");
    for (const std::string& id : timetable_.ids())
      pause_schedule(id, true);
    finish_what_waits();
    if (!any([&](const auto& id) { return !timetable_.row(id).state.pending.empty(); })) return;
    for (const std::string& id : timetable_.ids())
      if (!timetable_.row(id).state.pending.empty()) pause_schedule(id, false);
    work_for(std::chrono::milliseconds(schedule_dice_.between(100, 1'500))); // in step with no interval
  }
}

void simulation::work_for(std::chrono::milliseconds time) {
  const std::int64_t end = clock_->monotonic_ms() + time.count();
  for (bool more = true; more && clock_->monotonic_ms() < end;) {
    while (run_message())
      hear();
    if (held_.empty())
      more = pass_time();
    else
      answer_held();
  }
}

} // namespace pawl::sim
