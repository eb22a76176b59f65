// Runs one simulation: the lives of its runtime, time, and the order of actors. The operator is in operator.cpp, the
// executors are in executors.cpp.
#include "tests/sim/simulation.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

namespace pawl::sim {
namespace {

constexpr std::size_t messages_max = 200'000; ///< a simulation that needs more is stuck in a circle

std::string name_of(caf::resumable& job) {
  if (auto* actor = dynamic_cast<caf::scheduled_actor*>(&job)) return fmt::format("{} {}", actor->name(), actor->id());
  return "helper";
}

} // namespace

std::string mood::text() const {
  return fmt::format("{}{}{}{}{}{}{} active {} concurrency {}{} turns {}", on_disk ? "sqlite" : "memory",
                     crashes ? " crashes" : "", stops ? " stops" : "", kills ? " kills" : "",
                     store_faults ? " faults" : "", clock_jumps ? " jumps" : "", cancels ? " cancels" : "", active_max,
                     concurrency, blocking ? " blocking" : "", turns) +
         fmt::format(" calm {}", calm);
}

mood make_mood(dice& by) {
  mood m;
  m.on_disk = by.one_in(20);
  m.crashes = by.one_in(2);
  m.stops = by.one_in(3);
  m.kills = by.one_in(3);
  m.store_faults = by.one_in(3);
  m.clock_jumps = by.one_in(4);
  if (by.one_in(3)) m.active_max = static_cast<std::size_t>(by.between(1, 3));
  m.concurrency = static_cast<unsigned>(by.between(1, 3));
  m.blocking = by.one_in(3);
  m.turns = by.between(20, 150);
  m.calm = static_cast<std::size_t>(by.between(3, 40));
  return m;
}

simulation::simulation(std::uint64_t seed)
    : seed_(seed), dice_(seed), end_dice_(mixed(seed) ^ 0xE4D), log_(seed), deeds_(dice_.next()),
      mood_(make_mood(dice_)), store_(mood_.on_disk), judge_(store_, deeds_, log_), timetable_(store_, judge_, log_),
      schedule_dice_(~seed), has_schedules_(schedule_dice_.one_in(3)),
      clock_(std::make_shared<testing::virtual_clock>()) {
  const int count = dice_.between(1, 3);
  for (int i = 0; i < count; ++i)
    plans_.push_back(make_plan(dice_, "d" + std::to_string(i)));
  mood_.cancels = end_dice_.one_in(3);
  for (plan& p : plans_)
    if (end_dice_.one_in(6)) p.timeout_ms = end_dice_.between(1, 6'000);
  if (mood_.kills || mood_.store_faults || mood_.crashes || mood_.stops) judge_.actors_may_die();
  store_.decide = [this](bool is_write) {
    if (!next_fault_ || next_fault_is_write_ != is_write || !is_alive_) return store_fault::none;
    const store_fault now = *std::exchange(next_fault_, std::nullopt);
    log_.line(std::string("store: ") + sim::name_of(now));
    return now;
  };
  store_.on_commit = [this](std::size_t changes) { log_.line(fmt::format("commit of {}", changes)); };
  if (has_schedules_) begin_with_schedules();
}

simulation::~simulation() {
  is_alive_ = false;
  engine_.reset();
}

void simulation::run() {
  log_.line(mood_.text());
  begin_life();
  for (int turn = 0; turn < mood_.turns; ++turn) {
    operate();
    if (mood_.cancels && end_dice_.one_in(12)) cancel_one();
    if (has_schedules_) operate_schedules();
    for (std::size_t messages = dice_.below(12); messages > 0; --messages)
      if (!run_message()) break;
    if (dice_.one_in(4)) answer_held();
    if (dice_.one_in(4)) (void)pass_time();
    hear();
    break_something();
  }
  finish();
}

// --- lives

void simulation::begin_life() {
  ++life_;
  judge_.life_begun();
  if (has_schedules_) let_time_pass_unowned();
  log_.line(fmt::format("life {} begins", life_));
  const int opens = store_.opens();
  is_alive_ = true;
  auto opened = host::engine::open(settings(), store_.begin_life(), this);
  if (!opened) {
    is_alive_ = false;
    if (store_.opens() == opens + 1 && !mood_.store_faults)
      log_.violated("the store does not open: " + to_string(opened.failure()));
    return begin_life();
  }
  engine_ = std::move(*opened);
  events_ = std::make_shared<actors::event_queue>("", 100'000);
  engine_->shared().feed->add(events_);
  judge_.listening_begun();
  load_plans();
}

void simulation::load_plans() {
  for (const plan& p : plans_)
    for (int tries = 0;; ++tries) {
      const auto loaded = engine_->load_definition(p.document(), "");
      if (loaded) break;
      if (!mood_.store_faults || tries > 10) log_.violated("no definition: " + to_string(loaded.failure()));
    }
}

void simulation::crash() {
  log_.line("crash");
  is_alive_ = false;
  events_.reset();
  store_.crash();
  engine_.reset();
  for (const asked_start& lost : starts_)
    judge_.start_unanswered(lost.uid);
  starts_.clear();
  resumes_.clear();
  cancels_.clear();
  open_watches_ = 0;
  begin_life();
}

void simulation::stop() {
  log_.line("stop");
  engine_->stop(std::chrono::milliseconds(dice_.between(0, 50)));
  hear();
  if (!starts_.empty() || !resumes_.empty() || !cancels_.empty() || open_watches_ != 0)
    log_.violated("a call had no answer when the runtime stopped");
  // What an actor committed as it died is told by its successor, which the stop may not let live.
  const bool may_owe_events = !heals_ && (mood_.kills || mood_.store_faults);
  if (!may_owe_events) judge_.all_told();
  is_alive_ = false;
  events_.reset();
  engine_.reset();
  begin_life();
}

void simulation::take(caf::actor_system& system) {
  system_ = &system;
  coordinator_ = dynamic_cast<caf::scheduler::test_coordinator*>(&system.scheduler());
  if (coordinator_ == nullptr) log_.violated("the runtime has threads");
}

// --- time and order

void simulation::run_until(const std::function<bool()>& is_done) {
  while (!is_done())
    if (!step()) log_.violated("a call waits for ever");
}

bool simulation::run_message() {
  auto& jobs = coordinator_->jobs;
  if (jobs.empty()) return false;
  if (++messages_ > messages_max) log_.violated("it goes round in a circle");
  const auto at = jobs.begin() + static_cast<std::ptrdiff_t>(dice_.below(jobs.size()));
  if (is_alive_) log_.line("run " + name_of(**at));
  std::rotate(jobs.begin(), at, at + 1);
  coordinator_->run_once();
  judge_.a_message_ran();
  if (is_alive_ && events_)
    while (const auto event = events_->pop(std::chrono::milliseconds(0)))
      judge_.told(*event);
  return true;
}

bool simulation::pass_time() {
  auto& clock = coordinator_->clock();
  const auto before = clock.now();
  if (!clock.trigger_timeout()) return false;
  clock_->advance(clock.now() - before);
  if (is_alive_) log_.line(fmt::format("time {}", clock_->monotonic_ms()));
  return true;
}

bool simulation::step() {
  if (run_message() || pass_time()) return true;
  if (held_.empty()) return false;
  answer_held();
  return true;
}

void simulation::hear() {
  hear_starts();
  hear_resumes();
  hear_signals();
  hear_cancels();
}

void simulation::hear_cancels() {
  std::erase_if(cancels_, [this](asked_cancel& asked) {
    if (asked.answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    const auto answer = asked.answer.get();
    log_.line("cancellation of " + asked.uid + ": " + (answer ? "yes" : to_string(answer.failure().code)));
    if (answer) judge_.cancel_acknowledged(asked.uid);
    return true;
  });
}

void simulation::hear_starts() {
  std::erase_if(starts_, [this](asked_start& asked) {
    if (asked.answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    const auto answer = asked.answer.get();
    log_.line("start of " + asked.uid + ": " + (answer ? "yes" : to_string(answer.failure().code)));
    if (answer)
      judge_.start_acknowledged(asked.uid);
    else
      judge_.start_refused(asked.uid, answer.failure().code);
    return true;
  });
}

void simulation::hear_resumes() {
  std::erase_if(resumes_, [this](asked_resume& asked) {
    if (asked.answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    const auto answer = asked.answer.get();
    log_.line("resume of " + asked.uid + ": " + (answer ? "yes" : to_string(answer.failure().code)));
    if (answer && !asked.payload.is_null()) judge_.payload_acknowledged(asked.uid, asked.node, asked.payload);
    return true;
  });
}

void simulation::hear_signals() {
  std::erase_if(signals_, [this](asked_signal& asked) {
    if (asked.answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    const auto answer = asked.answer.get();
    log_.line("signal " + asked.key + " of " + asked.uid + ": " + (answer ? "yes" : to_string(answer.failure().code)));
    if (answer) judge_.signal_acknowledged(asked.uid, asked.key);
    return true;
  });
}

} // namespace pawl::sim
