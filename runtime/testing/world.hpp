// One engine after the other on one store, everything on the caller's thread: order, time and death. Never sleeps,
// never reads a clock of the machine.
#pragma once

#include "runtime/host/engine.hpp"
#include "runtime/testing/kept_store.hpp"

#include <caf/scheduler/test_coordinator.hpp>

#include <future>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace pawl::testing::inside {

class world final : public host::actor_driver {
public:
  using milliseconds = std::chrono::milliseconds;

  world(test_options how, kept_store::opener open_file);
  ~world() override;
  /// The first life, and each after it.
  result<void> begin_life();

  /// What the engine answers, and everything that follows from it; `stopped` when the process dies before the answer.
  template <class T> result<T> settled(std::future<result<T>> answer);
  result<void> run_until_idle();
  result<void> skip(milliseconds time);
  /// How long until the next moment at which something is due; nothing when nothing ever is.
  result<std::optional<milliseconds>> next_due();
  result<void> restart();
  void replace_types(std::vector<node_type> types) { how_.runtime.node_types = std::move(types); }
  result<void> crash();

  /// For calls that only read, when nothing is left to do.
  result<host::engine*> engine();
  kept_store& store() { return store_; }
  std::int64_t wall_ms() { return clock_->now_ms(); }
  void set_wall(std::int64_t now_ms);
  std::uint64_t seed() const { return how_.seed; }
  int lives() const { return lives_; }
  std::string free_id();

  // --- actor_driver
  void take(caf::actor_system& system) override;
  void run_until(const std::function<bool()>& is_done) override;
  void leave() override { scheduler_ = nullptr; }

private:
  bool is_alive() const { return engine_ && store_.is_alive(life_); }
  options settings();
  void end_engine();
  bool run_message();
  bool trigger_due();
  result<void> run_now();
  bool pass_to_timeout();
  void move(milliseconds by);
  bool is_pending(bool (*wanted)(const caf::mailbox_element&));
  std::optional<error> lost_wake_up();
  std::optional<milliseconds> next_in_schedule(bool with_routine);
  std::string with_seed(std::string text) const;

  test_options how_;
  kept_store store_;
  std::shared_ptr<virtual_clock> clock_ = std::make_shared<virtual_clock>();
  std::mt19937_64 dice_;
  std::optional<error> closed_; ///< why there is no engine
  caf::scheduler::test_coordinator* scheduler_ = nullptr;
  std::size_t next_id_ = 1;
  int life_ = 0;                         ///< as the store counts them
  int lives_ = 0;                        ///< that were opened
  bool has_ticked_ = false;              ///< the timer actor has looked since time moved last
  std::unique_ptr<host::engine> engine_; // last: its end needs the rest
};

template <class T> result<T> world::settled(std::future<result<T>> answer) {
  const auto is_there = [&] { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; };
  while (is_alive() && !is_there())
    if (!run_message() && !pass_to_timeout()) return error{errc::internal, with_seed("a call was never answered"), ""};
  const bool was_answered = is_there();
  if (auto idle = run_until_idle(); !idle) return idle.failure();
  if (was_answered) return answer.get();
  return error{errc::stopped,
               with_seed("it crashed as planned before the call was answered, and has been opened anew; what was asked "
                         "may be in the store or not"),
               ""};
}

} // namespace pawl::testing::inside
