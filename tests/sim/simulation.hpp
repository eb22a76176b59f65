// One simulation: a runtime whose every actor runs on this thread, in an order that the seed decides, on a disk, a
// clock and executors that the seed decides as well, with an operator who starts, resumes, looks and stops, and with
// crashes, deaths and faults in between.
#pragma once

#include "runtime/host/engine.hpp"
#include "tests/sim/judge.hpp"
#include "tests/sim/plan.hpp"
#include "tests/sim/sim_store.hpp"
#include "tests/sim/timetable.hpp"
#include "tests/sim/trace.hpp"

#include <pawl/testing.hpp>

#include <caf/scheduler/test_coordinator.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::sim {

/// What one seed may do, beside the ordinary.
struct mood {
  bool on_disk = false; ///< a real SQLite file
  bool crashes = false;
  bool stops = false; ///< orderly ones
  bool kills = false; ///< of actors
  bool store_faults = false;
  bool clock_jumps = false;
  std::size_t active_max = 4'000;
  unsigned concurrency = 4;
  bool blocking = false; ///< the executors say that they block
  int turns = 0;         ///< of the main loop
  bool cancels = false;  ///< the operator ends some instances
  std::size_t calm = 20; ///< so many turns pass on average before each kind of thing breaks again

  std::string text() const;
};
mood make_mood(dice& by);

class simulation final : public host::actor_driver {
public:
  explicit simulation(std::uint64_t seed);
  ~simulation() override;
  /// Ends the program when a promise is broken.
  void run();
  const trace& log() const { return log_; }
  void show_as_it_goes() { log_.show_as_it_goes(); }

  // --- actor_driver
  void take(caf::actor_system& system) override;
  void run_until(const std::function<bool()>& is_done) override;
  void leave() override { coordinator_ = nullptr; }

private:
  /// An asynchronous attempt that waits for the simulation to answer it.
  struct held_attempt {
    std::shared_ptr<node_context> context;
    completion done;
    const stage* at = nullptr;
    int life = 0;
    int kills = 0; ///< of actors, before it was called; -1: nobody may know of it any more
  };
  struct asked_start {
    std::string uid;
    int life = 0;
    std::future<result<std::string>> answer;
  };
  struct asked_resume {
    std::string uid, node;
    nlohmann::json payload;
    int life = 0;
    std::future<result<void>> answer;
  };

  struct asked_signal {
    std::string uid, key;
    int life = 0;
    std::future<result<void>> answer;
  };

  struct asked_cancel {
    std::string uid;
    int life = 0;
    std::future<result<void>> answer;
  };

  // --- lives
  void begin_life();
  void crash();
  void stop();
  void load_plans();
  options settings();
  node_type type_of(const char* name, bool can_wait);
  node_type later_type();
  outcome perform(const stage& s, const node_context& c);
  outcome execute(node_context& c, int life);
  void check_concurrency();
  void hold(const std::shared_ptr<node_context>& context, const completion& done, int life);

  // --- time and order
  bool run_message();
  bool pass_time();
  bool step(); ///< one message, else the next timer, else an answer that is held; false: nothing is left
  void settle();
  void answer_held();
  void hear();
  void hear_starts();
  void hear_resumes();
  void hear_signals();
  void hear_cancels();

  // --- schedules
  void begin_with_schedules();
  void let_time_pass_unowned();
  void operate_schedules();
  void add_schedule(bool replaces);
  void pause_schedule(const std::string& id, bool paused);
  void remove_schedule(const std::string& id);
  void help_a_scheduled_run();
  void kill_schedule_actor();
  void check_answer(const std::string& what, const result<void>& answer);
  void wind_up_schedules();
  void work_for(std::chrono::milliseconds time);

  // --- the operator
  void operate();
  void start_one();
  void resume_one();
  void resume(const std::string& uid, const std::string& node, std::optional<std::int64_t> visit);
  void signal_one();
  void signal(const std::string& uid, const std::string& name);
  void send(const std::string& uid, const std::string& key, const sent_signal& what);
  void cancel_one();
  void look();
  void watch();
  void remove_one();
  void check_end_of(const std::string& uid);
  void break_something();
  void set_wall(std::int64_t now_ms);
  void kill_an_actor();
  void finish();
  void kill(const caf::actor& victim);
  bool help_what_waits();
  void finish_what_waits();
  bool help(const std::string& uid);

  const std::uint64_t seed_;
  dice dice_;
  dice end_dice_; ///< for ends from outside, so that seeds without any are what they were before there were some
  trace log_;
  script deeds_;
  mood mood_;
  sim_store store_;
  judge judge_;
  timetable timetable_;
  dice schedule_dice_; ///< of its own: what a seed without schedules does stays the same
  const bool has_schedules_;
  std::vector<plan> plans_;
  std::shared_ptr<testing::virtual_clock> clock_;
  caf::scheduler::test_coordinator* coordinator_ = nullptr;
  caf::actor_system* system_ = nullptr;
  std::shared_ptr<actors::event_queue> events_;
  std::vector<held_attempt> held_;
  std::vector<held_attempt> unanswered_; ///< for ever
  std::vector<asked_start> starts_;
  std::vector<asked_resume> resumes_;
  std::vector<asked_signal> signals_;
  std::vector<asked_cancel> cancels_;
  int cancelled_ = 0;
  int sent_ = 0;
  std::optional<store_fault> next_fault_;
  bool next_fault_is_write_ = false;
  int life_ = 0;
  int kills_ = 0;
  bool is_alive_ = false;
  bool heals_ = false; ///< towards the end nothing breaks any more
  std::size_t messages_ = 0;
  std::size_t open_watches_ = 0;
  std::uint64_t watches_ = 0;
  std::unique_ptr<host::engine> engine_; // last: its end needs the rest
};

} // namespace pawl::sim
