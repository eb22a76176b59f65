// Which actors have a thread of their own: those that block. Under CAF's testing scheduler none has.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <utility>

namespace pawl::actors {

inline bool may_have_threads(caf::actor_system& system) { return system.scheduler().detaches_utility_actors(); }

/// Spawns a T with a thread of its own where it may have one.
template <class T, class Spawner, class... Args> caf::actor spawn_blocking(Spawner& by, Args&&... args) {
  if (may_have_threads(by.system())) return by.template spawn<T, caf::detached>(std::forward<Args>(args)...);
  return by.template spawn<T>(std::forward<Args>(args)...);
}

} // namespace pawl::actors
