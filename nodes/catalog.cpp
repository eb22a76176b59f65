// The list of built-in node types.
#include "nodes/catalog.hpp"

#include "nodes/control/control.hpp"

#include <stdexcept>

namespace pawl::nodes {

core::node_types built_in_types() {
  core::node_types types;
  for (auto make : {trigger_type, set_type, if_type, iterator_type, wait_type, delay_type, fail_type}) {
    if (auto added = core::add_type(types, make()); !added)
      throw std::logic_error("a built-in node type: " + added.failure().message);
  }
  return types;
}

} // namespace pawl::nodes
