// The names of events: what stores and histories call them, for ever.
#include "runtime/core/event.hpp"

namespace pawl::core {

const char* name_of(const event_content& what) noexcept {
  struct namer {
    const char* operator()(const started&) const { return "started"; }
    const char* operator()(const node_succeeded&) const { return "succeeded"; }
    const char* operator()(const node_failed&) const { return "failed"; }
    const char* operator()(const node_paused&) const { return "paused"; }
    const char* operator()(const resumed&) const { return "resumed"; }
    const char* operator()(const timer_fired&) const { return "timer_fired"; }
    const char* operator()(const signalled&) const { return "signalled"; }
    const char* operator()(const cancelled&) const { return "cancelled"; }
    const char* operator()(const instance_timed_out&) const { return "instance_timed_out"; }
    const char* operator()(const given_up&) const { return "given_up"; }
  };
  return std::visit(namer{}, what);
}

} // namespace pawl::core
