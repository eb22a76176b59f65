// Look-ups in a compiled workflow.
#include "runtime/core/workflow.hpp"

#include <algorithm>

namespace pawl::core {

const exit* workflow_node::find_exit(const std::optional<std::string>& handle) const {
  const auto at = std::find_if(exits.begin(), exits.end(), [&](const exit& e) { return e.handle == handle; });
  return at == exits.end() ? nullptr : &*at;
}

std::optional<node_index> workflow::find(std::string_view node_id) const {
  const auto at = index.find(node_id);
  if (at == index.end()) return std::nullopt;
  return at->second;
}

} // namespace pawl::core
