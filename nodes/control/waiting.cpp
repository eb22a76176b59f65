// wait and delay: nodes that let an instance rest.
#include "nodes/control/control.hpp"
#include "nodes/control/data_fields.hpp"
#include "runtime/schema/schema.hpp"

#include <stdexcept>

namespace pawl::nodes {
namespace {

using nlohmann::json;

outcome run_wait(node_context& c) {
  if (const json* payload = c.payload()) return outcome::output(*payload);
  const auto timeout = duration_field(c.data(), "timeout");
  outcome pause = timeout ? outcome::pause_until_timeout(*timeout) : outcome::pause();
  if (const json* schema = field(c.data(), "schema")) pause = std::move(pause).accepting(*schema);
  return std::move(pause).because(text_field(c.data(), "reason", ""));
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

// A schema that is written out is checked when the definition is loaded.
std::vector<problem> check_wait(const json& data) {
  std::vector<problem> problems;
  const json* schema = field(data, "schema");
  const bool is_written_out = schema != nullptr && schema->dump().find("{{") == std::string::npos;
  if (is_written_out) (void)schema::schema::compile(*schema, problems, "/schema");
  return problems;
}

} // namespace

node_type wait_type() {
  node_type type = waiting("wait", run_wait);
  type.check_data = check_wait;
  return type;
}
node_type delay_type() { return waiting("delay", run_delay); }

} // namespace pawl::nodes
