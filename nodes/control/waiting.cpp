// wait and delay: nodes that let an instance rest.
#include "nodes/control/control.hpp"
#include "nodes/control/data_fields.hpp"

#include <stdexcept>

namespace pawl::nodes {
namespace {

using nlohmann::json;

outcome run_wait(node_context& c) {
  if (const json* payload = c.payload()) return outcome::output(*payload);
  const auto timeout = duration_field(c.data(), "timeout");
  std::string reason = text_field(c.data(), "reason", "");
  return (timeout ? outcome::pause_until_timeout(*timeout) : outcome::pause()).because(std::move(reason));
}

outcome run_delay(node_context& c) {
  if (c.timer_fired() && c.node_state() != nullptr) return outcome::output(*c.node_state());
  const auto ms = duration_field(c.data(), "ms");
  if (!ms) throw std::invalid_argument("data.ms must say how many milliseconds to wait");
  return outcome::pause_for(*ms).because(text_field(c.data(), "reason", "")).keep({{"ms", ms->count()}});
}

node_type waiting(const char* name, outcome (*run)(node_context&)) {
  node_type type;
  type.name = name;
  type.execute = run;
  type.blocking = false;
  type.can_wait = true;
  return type;
}

} // namespace

node_type wait_type() { return waiting("wait", run_wait); }
node_type delay_type() { return waiting("delay", run_delay); }

} // namespace pawl::nodes
