// The node types that every runtime has.
#pragma once

#include "runtime/core/json.hpp"
#include "runtime/core/workflow.hpp"

#include <pawl/http_options.hpp>
#include <pawl/node_log.hpp>

namespace pawl::nodes {

/// What the host decides about built-in types.
struct built_in_settings {
  http_options http;
  node_logger on_node_log;
  core::json_limits output; ///< of one result
};

/// trigger, set, if, switch, iterator, wait, delay, fail, log, http. Errors: `invalid_argument` for settings that
/// cannot be used.
result<core::node_types> built_in_types(const built_in_settings& settings);
/// With the default settings.
core::node_types built_in_types();

} // namespace pawl::nodes
