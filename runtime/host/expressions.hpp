// What a host may decide about expressions, checked: from public settings to those of the evaluator.
#pragma once

#include "runtime/expression/limits.hpp"

#include <pawl/functions.hpp>
#include <pawl/result.hpp>

namespace pawl::host {

/// Errors: `invalid_argument` (a limit out of its bounds).
result<expression::limits> accept_limits(const expression_limits& given);

} // namespace pawl::host
