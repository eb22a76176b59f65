// The list of built-in node types.
#include "nodes/catalog.hpp"

#include "nodes/control/control.hpp"

namespace pawl::nodes {

core::node_types built_in_types() {
  core::node_types types;
  for (auto make : {trigger_type, set_type, if_type, iterator_type, wait_type, delay_type, fail_type}) {
    node_type made = make();
    std::string name = made.name;
    types.emplace(std::move(name), std::make_shared<const node_type>(std::move(made)));
  }
  return types;
}

} // namespace pawl::nodes
