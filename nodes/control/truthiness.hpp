// JavaScript's truthiness, which `if`, `switch` and `fail` decide by.
#pragma once

#include <nlohmann/json.hpp>

namespace pawl::nodes {

/// False for null, false, 0 and the empty text; true for everything else, also for [] and {}.
bool is_truthy(const nlohmann::json& value);

} // namespace pawl::nodes
