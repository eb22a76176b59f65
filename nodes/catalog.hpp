// The node types that every runtime has.
#pragma once

#include "runtime/core/workflow.hpp"

namespace pawl::nodes {

/// trigger, set, if, iterator, wait, delay, fail.
core::node_types built_in_types();

} // namespace pawl::nodes
