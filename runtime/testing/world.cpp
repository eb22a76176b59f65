// Lets one engine after the other live on one store: its lives, the order of its actors, and time.
#include "runtime/testing/world.hpp"

#include "actors/messages.hpp"
#include "runtime/testing/moments.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace pawl::testing::inside {
namespace {

using caf_clock = caf::detail::simple_actor_clock;
using message_kind = bool (*)(const caf::mailbox_element&);

constexpr std::size_t fruitless_max = 100'000;
constexpr auto limit_of_real_time_ms = 1'000'000; ///< expressions measure it; a slow machine must change nothing

template <class... Ts> bool is_one_of(const caf::mailbox_element& m) {
  const auto& content = m.content();
  return (content.template match_elements<Ts>() || ...);
}

bool is_tick(const caf::mailbox_element& m) { return is_one_of<actors::timer_tick>(m); }
/// Comes again and again while nothing happens: time may pass over it, as over a thread that wakes late.
bool is_routine(const caf::mailbox_element& m) {
  return is_one_of<actors::timer_tick, actors::schedule_tick, actors::note_idle>(m);
}
/// Somebody tries again later what the store hindered.
bool is_repair(const caf::mailbox_element& m) {
  return is_one_of<actors::restart_entry, actors::reopen_store, actors::recover_again>(m);
}

bool is_a(message_kind kind, const caf_clock::delayed_event& event) {
  const auto* message = dynamic_cast<const caf_clock::actor_msg*>(&event);
  return message != nullptr && message->content != nullptr && kind(*message->content);
}

// What a dead process would have done must not be seen.
template <class... Arguments>
void silence(std::function<void(Arguments...)>& call, const std::function<bool()>& is_alive) {
  if (!call) return;
  call = [inner = std::move(call), is_alive](Arguments... arguments) {
    if (is_alive()) inner(arguments...);
  };
}

void silence(node_type& type, const std::function<bool()>& is_alive) {
  if (type.execute)
    type.execute = [inner = std::move(type.execute), is_alive](node_context& c) {
      return is_alive() ? inner(c) : outcome::give_up();
    };
  silence(type.execute_async, is_alive);
}

} // namespace

world::world(test_options how, kept_store::opener open_file)
    : how_(std::move(how)), store_(std::move(open_file)), dice_(how_.seed) {}

world::~world() {
  store_.end_life();
  end_engine();
}

std::string world::with_seed(std::string text) const { return fmt::format("{} (seed {})", text, how_.seed); }

// --- lives

options world::settings() {
  options opts = how_.runtime;
  if (opts.store_path.empty()) opts.store_path = "(memory)"; // else the engine would not open it anew after a fault
  opts.time = clock_;
  opts.when_full = overload_policy::fail;
  opts.expressions.time_ms_max = limit_of_real_time_ms;
  opts.expressions.template_time_ms_max = limit_of_real_time_ms;
  const std::function<bool()> alive = [this, life = life_] { return store_.is_alive(life); };
  for (node_type& type : opts.node_types)
    silence(type, alive);
  silence(opts.on_log, alive);
  silence(opts.on_node_log, alive);
  return opts;
}

result<void> world::begin_life() {
  end_engine();
  auto opener = store_.begin_life();
  life_ = store_.life();
  auto opened = host::engine::open(settings(), std::move(opener), this);
  if (opened) {
    ++lives_;
    closed_.reset();
    engine_ = std::move(*opened);
    return {};
  }
  closed_ = opened.failure();
  return *closed_;
}

void world::end_engine() {
  if (!engine_) return;
  engine_->stop(milliseconds(0));
  engine_.reset();
}

result<void> world::restart() {
  if (engine_)
    if (auto idle = run_until_idle(); !idle) return idle;
  if (auto opened = begin_life(); !opened) return opened;
  return run_until_idle();
}

result<void> world::crash() {
  if (!engine_) return *closed_;
  store_.end_life();
  return run_until_idle();
}

result<host::engine*> world::engine() {
  if (!engine_) return *closed_;
  return engine_.get();
}

std::string world::free_id() {
  for (;; ++next_id_) {
    std::string id = fmt::format("test-{}", next_id_);
    const auto found = store_.rows().find(id);
    if (!found || !*found) return id;
  }
}

// --- order

void world::take(caf::actor_system& system) {
  scheduler_ = dynamic_cast<caf::scheduler::test_coordinator*>(&system.scheduler());
  if (scheduler_ == nullptr) throw std::logic_error("the test kit: the engine has threads of its own");
}

void world::run_until(const std::function<bool()>& is_done) {
  while (!is_done())
    if (!run_message() && !pass_to_timeout()) throw std::logic_error(with_seed("the test kit: a call waits for ever"));
}

bool world::run_message() {
  auto& jobs = scheduler_->jobs;
  if (jobs.empty()) return false;
  if (how_.seed != 0) {
    const auto at = jobs.begin() + static_cast<std::ptrdiff_t>(dice_() % jobs.size());
    std::rotate(jobs.begin(), at, at + 1);
  }
  scheduler_->run_once();
  return true;
}

/// What was to be done after no time at all.
bool world::trigger_due() {
  auto& clock = scheduler_->clock();
  if (clock.schedule().empty() || clock.schedule().begin()->first > clock.now()) return false;
  return clock.trigger_timeout();
}

// What sets itself timers of no time without ever committing anything never comes to rest.
result<void> world::run_now() {
  std::size_t fruitless = 0;
  for (std::size_t commits = store_.commits(); is_alive() && fruitless < fruitless_max;) {
    if (run_message()) continue;
    if (!trigger_due()) return {};
    fruitless = std::exchange(commits, store_.commits()) == commits ? fruitless + 1 : 0;
  }
  if (!is_alive()) return {};
  return error{errc::internal, with_seed("timers of no time follow each other for ever, and nothing is committed"), ""};
}

result<void> world::run_until_idle() {
  for (;;) {
    if (!engine_) return *closed_;
    if (auto done = run_now(); !done) return done;
    if (is_alive()) return {};
    if (auto opened = begin_life(); !opened) return opened;
  }
}

// --- time

// Time stands still for a process that dies.
bool world::pass_to_timeout() {
  const auto next = next_in_schedule(true);
  if (!next) return false;
  if (is_alive() && *next > milliseconds(0))
    move(*next);
  else
    (void)scheduler_->clock().trigger_timeout();
  return true;
}

// What became due by that is not looked for before the next tick.
void world::set_wall(std::int64_t now_ms) {
  clock_->set_wall(now_ms);
  has_ticked_ = false;
}

void world::move(milliseconds by) {
  auto& clock = scheduler_->clock();
  const auto end = clock.now() + by;
  has_ticked_ = false;
  for (auto at = clock.schedule().begin(); at != clock.schedule().end() && at->first <= end; ++at)
    has_ticked_ |= is_a(is_tick, *at->second);
  clock_->advance(by);
  (void)clock.advance_time(by);
}

std::optional<std::chrono::milliseconds> world::next_in_schedule(bool with_routine) {
  const auto& clock = scheduler_->clock();
  for (const auto& [at, event] : clock.schedule())
    if (with_routine || !is_a(is_routine, *event))
      return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(at - clock.now()));
  return std::nullopt;
}

bool world::is_pending(message_kind wanted) {
  const auto& schedule = scheduler_->clock().schedule();
  return std::any_of(schedule.begin(), schedule.end(), [&](const auto& entry) { return is_a(wanted, *entry.second); });
}

// What the engine has to be on time for. Its routine is no such moment, unless something is late already.
result<std::optional<std::chrono::milliseconds>> world::next_due() {
  if (auto idle = run_until_idle(); !idle) return idle.failure();
  const auto late = overdue_in(store_.rows(), engine_->shared());
  if (!late) return late.failure();
  auto next = next_in(store_.rows(), engine_->shared());
  if (!next) return next.failure();
  const auto scheduled = next_in_schedule(!late->empty());
  if (scheduled && (!*next || *scheduled < **next)) *next = scheduled;
  return next;
}

result<void> world::skip(milliseconds time) {
  if (time < milliseconds(0)) return error{errc::invalid_argument, "time does not go back: see set_wall", ""};
  const std::int64_t end = clock_->monotonic_ms() + time.count();
  for (;;) {
    const auto next = next_due(); // after everything that needs no time
    if (!next) return next.failure();
    if (const auto lost = lost_wake_up()) return *lost;
    const milliseconds left(end - clock_->monotonic_ms());
    if (left <= milliseconds(0)) return {};
    move(std::clamp(next->value_or(left), milliseconds(1), left));
  }
}

// A timer is due, the timer actor has looked (or never will), and nobody is there for the instance.
std::optional<error> world::lost_wake_up() {
  const auto late = overdue_in(store_.rows(), engine_->shared());
  if (!late || late->empty() || !engine_->shared().room->has_room() || is_pending(is_repair)) return std::nullopt;
  if (!has_ticked_ && is_pending(is_tick)) return std::nullopt;
  for (const overdue& o : *late)
    if (!engine_->find_live(o.instance))
      return error{
          errc::internal,
          with_seed(fmt::format("a lost wake-up: a timer of instance '{}' was due {} ms ago and nothing woke it",
                                o.instance, o.late_ms)),
          o.instance};
  return std::nullopt;
}

} // namespace pawl::testing::inside
