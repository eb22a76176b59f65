// The operator, who does anything that is allowed, and what breaks meanwhile.
#include "tests/sim/simulation.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

namespace pawl::sim {
namespace {

using nlohmann::json;

constexpr int instances_max = 6;
constexpr std::size_t items_max = 3;
constexpr std::uint64_t first_watcher = 1'000'000; ///< the engine counts its own from 1
constexpr int finishing_rounds_max = 2'000;

} // namespace

void simulation::operate() {
  switch (dice_.weighted({4, 3, 1, 1, 1, 6, 3})) {
    case 0: return start_one();
    case 1: return resume_one();
    case 2: return look();
    case 3: return watch();
    case 4: return remove_one();
    case 6: return signal_one();
    default: return;
  }
}

// The id decides plan and input, so that a repeated start is the same start.
void simulation::start_one() {
  const int number = dice_.between(1, instances_max);
  const plan& of = plans_[static_cast<std::size_t>(number) % plans_.size()];
  const std::size_t items = static_cast<std::size_t>(number) % (items_max + 1);
  start_options how;
  how.id = "i" + std::to_string(number);
  log_.line("start " + how.id + " of " + of.id);
  judge_.offered(how.id, of, items);
  for (const asked_start& other : starts_)
    if (other.uid == how.id) judge_.start_unanswered(how.id);
  starts_.push_back({how.id, life_, engine_->start_async(of.id, input_of(of, items), how)});
}

// Mostly one that waits; sometimes the wrong visit, or somebody whom nobody started.
void simulation::resume_one() {
  const std::string uid = "i" + std::to_string(dice_.between(1, instances_max));
  const auto rows = judge_.durable(uid);
  if (!rows || rows->cursors.empty()) return resume(uid, "n0", 1);
  const storage::cursor_row& at = rows->cursors.front();
  const bool is_wrong = dice_.one_in(6);
  resume(uid, at.node, at.visit + (is_wrong ? 1 : 0));
}

void simulation::resume(const std::string& uid, const std::string& node, std::optional<std::int64_t> visit) {
  const json payload{{"answer", dice_.below(1'000'000)}};
  const auto rows = judge_.durable(uid);
  bool retries = false;
  if (rows)
    for (const storage::cursor_row& c : rows->cursors)
      retries |= c.phase == static_cast<int>(core::phase::retry_wait);
  log_.line(fmt::format("resume {} {} visit {}{}", uid, node, *visit, retries ? " now" : ""));
  if (!retries) judge_.payload_given(uid, node, payload);
  const json given = retries ? json() : payload;
  resumes_.push_back(
      {uid, node, given, life_, engine_->resume_async(uid, retries ? nullptr : &payload, {node, visit, {}})});
}

// Mostly one that its plan waits for, now or later; sometimes once more what was sent before.
void simulation::signal_one() {
  const int number = dice_.between(1, instances_max);
  const std::string uid = "i" + std::to_string(number);
  const sent_signals& before = judge_.sent_to(uid);
  if (!before.empty() && dice_.one_in(4)) {
    auto again = before.begin();
    std::advance(again, dice_.below(before.size()));
    return send(uid, again->first, again->second);
  }
  const plan& of = plans_[static_cast<std::size_t>(number) % plans_.size()];
  const auto names = of.stages[dice_.below(of.stages.size())].signals();
  signal(uid, names[dice_.below(names.size())]);
}

void simulation::signal(const std::string& uid, const std::string& name) {
  send(uid, "k" + std::to_string(++sent_), {name, {{"told", dice_.below(1'000'000)}}});
}

void simulation::send(const std::string& uid, const std::string& key, const sent_signal& what) {
  const sent_signal copy = what; // the judge may move its own
  log_.line(fmt::format("signal {} {} key {}", uid, copy.name, key));
  judge_.signal_sent(uid, key, copy);
  signals_.push_back({uid, key, life_, engine_->signal_async(uid, copy.name, &copy.payload, {key})});
}

// Whatever it does just now: waits, runs, is started, is ended already.
void simulation::cancel_one() {
  const std::string uid = "i" + std::to_string(end_dice_.between(1, instances_max));
  cancel_options how;
  how.reason = "r" + std::to_string(++cancelled_);
  how.terminate = end_dice_.one_in(4);
  log_.line(fmt::format("cancel {} {}{}", uid, how.reason, how.terminate ? " at once" : ""));
  judge_.cancel_asked(uid, how.reason, how.terminate);
  cancels_.push_back({uid, life_, engine_->cancel_async(uid, how)});
}

void simulation::look() {
  const std::string uid = "i" + std::to_string(dice_.between(1, instances_max));
  const std::int64_t before = judge_.durable_revision(uid);
  const auto seen = engine_->query(uid);
  log_.line("query " + uid + ": " + (seen ? to_string(seen->status()) : to_string(seen.failure().code)));
  if (!seen && seen.failure().code == errc::not_found && before == 0) return;
  if (!seen && mood_.store_faults) return;
  if (!seen) log_.violated("query: " + to_string(seen.failure()));
  if (seen->revision() < before || seen->revision() > judge_.durable_revision(uid))
    log_.violated(fmt::format("query saw revision {} of {}, durable were {} and then {}", seen->revision(), uid, before,
                              judge_.durable_revision(uid)));
}

// Only one of which nobody has a question open: what is heard later must be of the next instance with that id.
void simulation::remove_one() {
  const std::string uid = "i" + std::to_string(dice_.between(1, instances_max));
  bool is_asked_of = open_watches_ != 0 || judge_.may_echo();
  for (const asked_start& s : starts_)
    is_asked_of |= s.uid == uid;
  for (const asked_resume& r : resumes_)
    is_asked_of |= r.uid == uid;
  for (const asked_signal& s : signals_)
    is_asked_of |= s.uid == uid;
  for (const asked_cancel& c : cancels_)
    is_asked_of |= c.uid == uid;
  if (is_asked_of) return;
  const auto before = judge_.durable(uid);
  if (before && has_ended(before->header.status)) check_end_of(uid);
  judge_.removing(uid);
  const auto answer = engine_->remove(uid);
  hear();
  judge_.removing("");
  const auto after = judge_.durable(uid);
  log_.line("remove " + uid + ": " + (answer ? "done" : to_string(answer.failure().code)));
  if (answer && (!before || after)) log_.violated("the removal of " + uid + " was acknowledged and changed nothing");
  const bool is_open = !answer && answer.failure().code == errc::storage;
  if (!answer && !is_open && before && !after) log_.violated("the removal of " + uid + " was refused and is durable");
  if (before && !after) judge_.forget(uid);
  if (before && !after && is_open) judge_.removed_unknown(uid);
}

void simulation::check_end_of(const std::string& uid) {
  const auto rows = judge_.durable(uid);
  const auto workflow = rows ? engine_->shared().known.find(rows->definition_hash, rows->definition_id) : nullptr;
  if (rows && !workflow) log_.violated("the definition of " + uid + " is not known");
  judge_.check_instance(uid, *workflow);
}

void simulation::watch() {
  const std::string uid = "i" + std::to_string(dice_.between(1, instances_max));
  log_.line("watch " + uid);
  ++open_watches_;
  caf::anon_send(engine_->shared().supervisor.get(),
                 actors::watch_instance{first_watcher + ++watches_, uid, wait_until::ended,
                                        actors::reply<void>([this, uid, life = life_](const result<void>& answer) {
                                          if (life != life_ || !is_alive_) return;
                                          --open_watches_;
                                          log_.line("watched " + uid + ": " +
                                                    (answer ? "ended" : to_string(answer.failure().code)));
                                          if (answer) judge_.ended_told(uid);
                                        })});
}

// Sometimes looked at there and then: what is relative goes on as before. Two seconds are no step.
void simulation::set_wall(std::int64_t now_ms) {
  constexpr std::int64_t no_step_ms = 2000;
  const bool looks = is_alive_ && dice_.one_in(2);
  const std::int64_t before = looks ? engine_->shared().time.read().steady : 0;
  clock_->set_wall(now_ms);
  if (!looks) return;
  const std::int64_t moved = engine_->shared().time.read().steady - before;
  if (moved < 0 || moved > no_step_ms) log_.violated("a step of the wall clock moved the steady timeline");
}

void simulation::break_something() {
  if (mood_.crashes && dice_.one_in(2 * mood_.calm)) return crash();
  if (mood_.stops && dice_.one_in(2 * mood_.calm)) return stop();
  if (mood_.kills && dice_.one_in(mood_.calm)) kill_an_actor();
  if (mood_.clock_jumps && dice_.one_in(mood_.calm)) {
    const int jump_ms = dice_.between(-5'000, 5'000);
    log_.line(fmt::format("the clock jumps by {} ms", jump_ms));
    set_wall(clock_->now_ms() + jump_ms);
  }
  if (mood_.store_faults && dice_.one_in(mood_.calm)) {
    next_fault_ = static_cast<store_fault>(dice_.between(1, 6));
    next_fault_is_write_ = *next_fault_ != store_fault::unreadable;
  }
}

// It is dead at once, so that what it does not do any more is clear.
void simulation::kill_an_actor() {
  actors::services& shared = engine_->shared();
  caf::actor victim;
  const std::string uid = "i" + std::to_string(dice_.between(1, instances_max));
  switch (dice_.below(5)) {
    case 0: victim = shared.store.get(); break;
    case 1: victim = shared.timers.get(); break;
    case 2: victim = engine_->find_live(uid); break;
    case 3: victim = shared.desks->find("test"); break;
    default: {
      const auto members = shared.pools.members();
      if (!members.empty()) victim = members[dice_.below(members.size())];
    }
  }
  if (victim) kill(victim);
}

void simulation::kill(const caf::actor& victim) {
  log_.line(fmt::format("kill actor {}", victim.id()));
  judge_.disturbed();
  ++kills_;
  caf::anon_send_exit(victim, caf::exit_reason::kill);
  if (coordinator_->prioritize(victim)) coordinator_->run_once();
}

// --- the end: everything is given its chance, and must take it

void simulation::finish() {
  log_.line("the end: nothing breaks any more");
  next_fault_.reset();
  mood_.store_faults = false;
  heals_ = true;
  if (has_schedules_) wind_up_schedules();
  finish_what_waits();
  stop();
  settle();
  for (const auto& [uid, items] : judge_.instances()) {
    const auto rows = judge_.durable(uid);
    if (!rows && !judge_.is_acknowledged(uid)) continue;
    check_end_of(uid);
  }
  timetable_.check_end();
  if (!engine_->shared().room->enter(mood_.active_max, false))
    log_.violated("room is still taken, and nothing is live");
  log_.line("all promises kept");
}

// Until nothing is left but waiting for payloads.
void simulation::settle() {
  for (;;) {
    while (run_message())
      hear();
    if (!held_.empty()) {
      answer_held();
      continue;
    }
    if (!pass_time()) return hear();
  }
}

void simulation::finish_what_waits() {
  for (int round = 0;; ++round) {
    if (round > finishing_rounds_max) log_.violated("what waits does not come to its end");
    settle();
    if (!help_what_waits()) return;
  }
}

// One payload for an instance that waits for one; false: none does.
bool simulation::help_what_waits() {
  for (const auto& [uid, items] : judge_.instances()) {
    const auto rows = judge_.durable(uid);
    if (!rows || has_ended(rows->header.status)) continue;
    if (rows->cursors.empty()) log_.violated(uid + " has not ended and stands nowhere");
    if (help(uid)) return true;
    const storage::cursor_row& at = rows->cursors.front();
    log_.violated(fmt::format("{} is stuck at {} visit {}, and nothing goes on", uid, at.node, at.visit));
  }
  return false;
}

// False: it waits for nobody.
bool simulation::help(const std::string& uid) {
  const auto rows = judge_.durable(uid);
  if (!rows || rows->cursors.empty()) return false;
  const storage::cursor_row& at = rows->cursors.front();
  if (at.wait_kind == static_cast<int>(wait_kind::signal)) {
    signal(uid, judge_.plan_of(uid).find(at.node)->signals().back());
    return true;
  }
  if (!at.wait_kind || *at.wait_kind != static_cast<int>(wait_kind::payload)) return false;
  resume(uid, at.node, at.visit);
  return true;
}

} // namespace pawl::sim
