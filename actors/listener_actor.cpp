// Calling the host's listener.
#include "actors/listener_actor.hpp"

#include <caf/all.hpp>

namespace pawl::actors {

listener_actor::listener_actor(caf::actor_config& config, std::function<void(const instance_event&)> tell)
    : caf::event_based_actor(config), tell_(std::move(tell)) {}

caf::behavior listener_actor::make_behavior() {
  return {[this](const tell_listener& told) {
    try {
      tell_(told.event);
    } catch (...) {
      // A listener must not throw; one that does loses this event and nothing else.
    }
  }};
}

} // namespace pawl::actors
