// The listener actor: calls the host's listener from one thread of its own, so that a slow one delays nobody.
#pragma once

#include "actors/services.hpp"

#include <caf/event_based_actor.hpp>

namespace pawl::actors {

class listener_actor final : public caf::event_based_actor {
public:
  listener_actor(caf::actor_config& config, std::function<void(const instance_event&)> tell);
  caf::behavior make_behavior() override;
  const char* name() const override { return "listener"; }

private:
  std::function<void(const instance_event&)> tell_;
};

} // namespace pawl::actors
