// Starts what schedules ask for, in rounds: read what is due, decide, write the decision, start, note that it is there.
#include "actors/schedule_actor.hpp"

#include "actors/scheduled_start.hpp"
#include "nodes/short_text.hpp"
#include "runtime/core/schedule.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pawl::actors {
namespace {

constexpr std::size_t schedules_page = 32;
/// A sleep is cut into pieces of this length, so that a corrected wall clock is noticed. What waits is looked at as
/// often.
constexpr std::int64_t schedule_sleep_ms_max = 1000;
constexpr std::int64_t broken_pause_ms = 60'000; ///< until a schedule is looked at again whose time zone is gone

result<schedule_found> with_surroundings(storage::store& store, services& shared, storage::schedule_row row) {
  schedule_found found;
  const auto running = is_running(store, row.state.last_instance);
  if (!running) return running.failure();
  found.is_running = *running;
  found.workflow = shared.known.latest(row.definition_id);
  if (!found.workflow) {
    found.definition_changes = shared.known.changes();
    auto definition = store.latest_definition(row.definition_id);
    if (!definition) return definition.failure();
    found.definition = *std::move(definition);
  }
  found.row = std::move(row);
  return found;
}

// On the store's thread.
schedules_found read_round(storage::store& store, services& shared, const std::string& waiting_after,
                           core::timestamp_ms now) {
  schedules_found found{std::vector<schedule_found>(), now, std::nullopt, {}, false};
  const auto fail = [&](const error& why) {
    found.all = why;
    return found;
  };
  auto due = store.due_schedules(now, schedules_page);
  if (!due) return fail(due.failure());
  auto waiting = store.waiting_schedules(waiting_after, schedules_page);
  if (!waiting) return fail(waiting.failure());
  if (waiting->size() == schedules_page) found.waiting_after = waiting->back().id;
  found.is_more = due->size() == schedules_page || waiting->size() == schedules_page;
  const auto next = store.next_schedule_due(now);
  if (!next) return fail(next.failure());
  found.next = *next;
  for (storage::schedule_row& row : *waiting) {
    const bool is_due = std::any_of(due->begin(), due->end(), [&](const auto& d) { return d.id == row.id; });
    if (!is_due && !row.state.paused) due->push_back(std::move(row));
  }
  for (storage::schedule_row& row : *due) {
    auto one = with_surroundings(store, shared, std::move(row));
    if (!one) return fail(one.failure());
    found.all->push_back(*std::move(one));
  }
  return found;
}

std::string for_people(const std::string& what, const error& why) {
  return nodes::shortened(what + ": " + to_string(why));
}

overlap_policy overlap_of(const storage::schedule_row& row) { return static_cast<overlap_policy>(row.overlap); }

} // namespace

schedule_actor::schedule_actor(caf::actor_config& config, services_ptr shared)
    : caf::event_based_actor(config), shared_(std::move(shared)) {}

caf::behavior schedule_actor::make_behavior() {
  look();
  return {
      [this](const schedules_changed&) { look(); },
      [this](const clock_trusted&) { look(); },
      [this](const schedule_tick& tick) {
        if (tick.generation == generation_) look();
      },
      [this](const schedules_found& found) { decide(found); },
      [this](const write_done& answer) { written(answer); },
      [this](const run_answered& answer) { answered(answer); },
  };
}

void schedule_actor::on_exit() {
  works_.clear();
  shared_.reset();
}

void schedule_actor::look() {
  if (!shared_->time.is_trusted()) return; // nobody knows what is due
  look_again_ = true;
  if (phase_ != phase::resting) return;
  look_again_ = try_later_ = some_wait_ = false;
  phase_ = phase::reading;
  ++round_;
  const caf::actor self = caf::actor_cast<caf::actor>(this);
  anon_send(shared_->store.get(),
            use_store{[self, shared = shared_, after = waiting_after_, now = shared_->time.read().calendar](
                          storage::store& store) { caf::anon_send(self, read_round(store, *shared, after, now)); }});
}

void schedule_actor::decide(const schedules_found& found) {
  works_.clear();
  next_ = found.next;
  if (!found.all) {
    shared_->log("schedules: " + to_string(found.all.failure()));
    try_later_ = true;
    return end_round();
  }
  waiting_after_ = found.waiting_after;
  look_again_ |= found.is_more;
  for (const schedule_found& one : *found.all) {
    work& w = works_.emplace_back(work{one, one.row.state, {}, false, false});
    decide_one(w, found.now);
  }
  write_changes(phase::deciding);
}

void schedule_actor::decide_one(work& w, core::timestamp_ms now) const {
  const storage::schedule_row& row = w.what.row;
  const storage::schedule_state& was = row.state;
  if (!was.next_due || *was.next_due > now) return; // it only waits
  const auto when = core::recurrence::of(row.cron, row.time_zone, row.every_ms, row.anchor);
  const auto made = when ? core::decide(*when, {overlap_of(row), static_cast<missed_policy>(row.missed), row.window_ms},
                                        {was.last_due, now, w.what.is_running, was.pending})
                         : result<core::schedule_decision>(when.failure());
  w.is_changed = true;
  ++w.next.revision;
  if (!made) {
    w.next.last_error = for_people("it is not known when it is due", made.failure());
    w.next.next_due = now + broken_pause_ms;
    return;
  }
  w.next.pending = made->pending;
  w.next.last_due = made->considered;
  w.next.next_due = made->next_due;
  w.next.skipped += made->skipped;
  w.next.missed += made->missed;
}

// Answers come in the order of the requests. What was not changed needs none.
void schedule_actor::write_changes(phase next) {
  phase_ = next;
  writing_.clear();
  for (std::size_t i = 0; i < works_.size(); ++i) {
    work& w = works_[i];
    if (w.is_lost || !w.is_changed) continue;
    writing_.push_back(i);
    storage::schedule_advance change{w.what.row.id, w.what.row.created_at, w.next};
    anon_send(shared_->store.get(),
              write_change{std::make_shared<storage::change>(std::move(change)), caf::actor_cast<caf::actor>(this)});
  }
  if (!writing_.empty()) return;
  if (next == phase::deciding) return start_runs();
  end_round();
}

void schedule_actor::written(const write_done& answer) {
  if (writing_.empty()) return;
  work& w = works_[writing_.front()];
  writing_.pop_front();
  w.is_changed = false;
  if (answer.outcome) {
    w.what.row.state = w.next;
  } else {
    w.is_lost = true;
    const errc code = answer.outcome.failure().code;
    const bool was_changed = code == errc::conflict || code == errc::not_found;
    if (!was_changed)
      shared_->log(
          fmt::format("schedule '{}' was not written: {}", w.what.row.id, to_string(answer.outcome.failure())));
    (was_changed ? look_again_ : try_later_) = true;
  }
  if (!writing_.empty()) return;
  if (phase_ == phase::deciding) return start_runs();
  end_round();
}

void schedule_actor::start_runs() {
  phase_ = phase::starting;
  starting_ = 0;
  for (work& w : works_) {
    const std::size_t pending = w.next.pending.size();
    const std::size_t count = w.is_lost ? 0 : core::startable(overlap_of(w.what.row), pending, w.what.is_running);
    w.answers.assign(count, std::nullopt);
    starting_ += count;
    some_wait_ |= !w.is_lost && count < pending;
  }
  if (starting_ == 0) return note_runs();
  for (std::size_t place = 0; place < works_.size(); ++place)
    for (std::size_t run = 0; run < works_[place].answers.size(); ++run)
      start_run(place, run);
}

void schedule_actor::start_run(std::size_t place, std::size_t run) {
  const work& w = works_[place];
  const caf::actor self = caf::actor_cast<caf::actor>(this);
  auto start = scheduled_start(*shared_, w.what, w.next.pending[run]);
  if (!start) return anon_send(self, run_answered{round_, place, run, start.failure()});
  start->answer = reply<std::string>([self, round = round_, place, run](result<std::string> answer) {
    caf::anon_send(self, run_answered{round, place, run, std::move(answer)});
  });
  anon_send(shared_->supervisor.get(), *std::move(start));
}

void schedule_actor::answered(const run_answered& answer) {
  if (answer.round != round_ || phase_ != phase::starting) return;
  works_[answer.place].answers[answer.run] = answer.outcome;
  if (--starting_ == 0) note_runs();
}

void schedule_actor::note_runs() {
  for (work& w : works_)
    if (!w.answers.empty()) note_runs_of(w);
  write_changes(phase::noting);
}

void schedule_actor::note_runs_of(work& w) {
  std::vector<core::timestamp_ms> left;
  for (std::size_t run = 0; run < w.next.pending.size(); ++run) {
    const core::timestamp_ms due = w.next.pending[run];
    if (run >= w.answers.size()) {
      left.push_back(due);
      continue;
    }
    const result<std::string>& answer = *w.answers[run];
    if (answer) {
      ++w.next.started;
      w.next.last_instance = *answer;
      w.next.last_error.clear();
    } else if (passes_by_itself(answer.failure().code)) {
      left.push_back(due);
      try_later_ = true;
    } else {
      ++w.next.failed;
      w.next.last_error = for_people(core::run_id(w.what.row.id, due) + " was not started", answer.failure());
      shared_->log(fmt::format("schedule: {}", w.next.last_error));
      look_again_ |= run + 1 < w.next.pending.size(); // nothing runs that the next one would wait for
    }
  }
  w.is_changed = left.size() != w.next.pending.size();
  if (!w.is_changed) return;
  ++w.next.revision;
  w.next.pending = std::move(left);
}

void schedule_actor::end_round() {
  phase_ = phase::resting;
  for (const work& w : works_)
    if (!w.is_lost && w.next.next_due && (!next_ || *w.next.next_due < *next_)) next_ = w.next.next_due;
  works_.clear();
  if (look_again_ && !try_later_) return look();
  sleep_until_next();
}

void schedule_actor::sleep_until_next() {
  ++generation_;
  std::optional<std::int64_t> left;
  if (next_) left = std::clamp<std::int64_t>(*next_ - shared_->time.read().calendar, 0, schedule_sleep_ms_max);
  if (try_later_ || some_wait_) left = schedule_sleep_ms_max;
  if (left) delayed_anon_send(this, std::chrono::milliseconds(*left), schedule_tick{generation_});
}

} // namespace pawl::actors
