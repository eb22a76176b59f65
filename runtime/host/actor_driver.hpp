// Runs the actors in the place of threads: a simulation puts its own in, so that one thread does everything in an order
// that a seed decides. No actor gets a thread of its own then.
#pragma once

#include <functional>

namespace caf {
class actor_system;
}

namespace pawl::host {

/// Called from the thread that calls the engine, and from no other.
class actor_driver {
public:
  virtual ~actor_driver() = default;
  /// The actors of `system` wait to be run; it uses CAF's testing scheduler.
  virtual void take(caf::actor_system& system) = 0;
  /// Runs actors until `is_done` says so.
  virtual void run_until(const std::function<bool()>& is_done) = 0;
  /// The system is about to go.
  virtual void leave() = 0;
};

} // namespace pawl::host
