// The timer actor: wakes instances whose earliest timer is due. Timers live in the store; this one remembers only up to
// where it has handed them out, so that a million of them cost no memory.
#pragma once

#include "actors/services.hpp"

#include <caf/event_based_actor.hpp>

#include <array>

namespace pawl::actors {

class timer_actor final : public caf::event_based_actor {
public:
  timer_actor(caf::actor_config& config, services_ptr shared);
  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "timer"; }

private:
  struct line_state {
    storage::due_mark handed_out;           ///< all timers up to here have been sent
    std::optional<core::timestamp_ms> next; ///< the first one behind it
  };

  void note(const timer_set& set);
  void look();
  void look_from_the_beginning();
  void hand_out(const due_found& found);
  void sleep_until_next();
  line_state& of(core::timeline line) { return lines_[static_cast<std::size_t>(line)]; }

  services_ptr shared_;
  std::array<line_state, 2> lines_; ///< by core::timeline
  core::clock_offsets offsets_;     ///< when it looked last
  std::uint64_t generation_ = 0;    ///< of the tick that counts; older ones are ignored
  bool looking_ = false;
  bool look_again_ = false; ///< what is found may be out of date: from the beginning once more
};

} // namespace pawl::actors
