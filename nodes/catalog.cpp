// The list of built-in node types.
#include "nodes/catalog.hpp"

#include "nodes/control/control.hpp"
#include "nodes/task/http.hpp"

#include <stdexcept>

namespace pawl::nodes {
namespace {

void add(core::node_types& types, node_type made) {
  if (auto added = core::add_type(types, std::move(made)); !added)
    throw std::logic_error("a built-in node type: " + added.failure().message);
}

} // namespace

result<core::node_types> built_in_types(const built_in_settings& settings) {
  core::node_types types;
  for (auto make : {trigger_type, set_type, if_type, switch_type, iterator_type, wait_type, delay_type, fail_type})
    add(types, make());
  add(types, log_type(settings.on_node_log));
  auto http = http_type(settings.http, settings.output);
  if (!http) return http.failure();
  add(types, std::move(*http));
  return types;
}

core::node_types built_in_types() { return std::move(built_in_types(built_in_settings{}).value()); }

} // namespace pawl::nodes
