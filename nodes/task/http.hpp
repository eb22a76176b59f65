// The node `http`; what it takes and gives is told in nodes/README.md.
#pragma once

#include "runtime/core/json.hpp"

#include <pawl/http_options.hpp>
#include <pawl/node.hpp>
#include <pawl/result.hpp>

namespace pawl::nodes {

/// `limits` are those of an output. Errors: `invalid_argument` for options that cannot be used.
result<node_type> http_type(const http_options& options, const core::json_limits& limits);

} // namespace pawl::nodes
