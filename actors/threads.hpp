// Which actors have a thread of their own: those that block, and those that must not wait behind what users wrote.
// Under CAF's testing scheduler none has.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <utility>

namespace pawl::actors {

inline bool may_have_threads(caf::actor_system& system) { return system.scheduler().detaches_utility_actors(); }

inline caf::actor_system& system_of(caf::actor_system& system) { return system; }
template <class Actor> caf::actor_system& system_of(Actor& actor) { return actor.system(); }

/// Spawns a T with a thread of its own where it may have one.
template <class T, class Spawner, class... Args> caf::actor spawn_blocking(Spawner& by, Args&&... args) {
  if (may_have_threads(system_of(by))) return by.template spawn<T, caf::detached>(std::forward<Args>(args)...);
  return by.template spawn<T>(std::forward<Args>(args)...);
}

} // namespace pawl::actors
