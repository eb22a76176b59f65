// The schedule actor: starts instances when schedules are due. Schedules live in the store; this one remembers none of
// them between two rounds. What is due is decided by core::decide.
//
// A round, one at a time: read what is due and what waits; decide, and write the decisions, so that a run that was
// accepted is on disk as pending; start those that may start, under ids that follow from their due times; when their
// instances are on disk, write that they are. A crash between any two of these loses no run and makes none twice.
#pragma once

#include "actors/services.hpp"

#include <caf/event_based_actor.hpp>

#include <deque>

namespace pawl::actors {

class schedule_actor final : public caf::event_based_actor {
public:
  schedule_actor(caf::actor_config& config, services_ptr shared);
  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "schedule"; }

private:
  /// A schedule in this round.
  struct work {
    schedule_found what;
    storage::schedule_state next;                            ///< what its row is to hold
    std::vector<std::optional<result<std::string>>> answers; ///< of its pending runs, from the oldest on
    bool is_changed = false;
    bool is_lost = false; ///< somebody else changed or removed it, or it could not be written: not in this round
  };
  enum class phase { resting, reading, deciding, starting, noting };

  void look();
  void decide(const schedules_found& found);
  void decide_one(work& w, core::timestamp_ms now) const;
  void write_changes(phase next);
  void written(const write_done& answer);
  void start_runs();
  void start_run(std::size_t place, std::size_t run);
  void answered(const run_answered& answer);
  void note_runs();
  void note_runs_of(work& w);
  void end_round();
  void sleep_until_next();

  services_ptr shared_;
  phase phase_ = phase::resting;
  bool look_again_ = false; ///< something came up that this round has not seen
  bool try_later_ = false;  ///< something failed that passes by itself
  bool some_wait_ = false;  ///< for an earlier instance to end
  std::vector<work> works_;
  std::deque<std::size_t> writing_; ///< places in works_, in the order in which answers come
  std::size_t starting_ = 0;        ///< runs that have no answer yet
  std::uint64_t round_ = 0;
  std::string waiting_after_;              ///< those that wait are read page by page
  std::optional<core::timestamp_ms> next_; ///< when the next one is due
  std::uint64_t generation_ = 0;           ///< of the tick that counts
};

} // namespace pawl::actors
