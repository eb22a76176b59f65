// Which functions expressions may call: the standard ones, and the host's beside or instead of them.
#pragma once

#include "runtime/expression/functions.hpp"
#include "runtime/expression/functions/entry.hpp"

#include <pawl/functions.hpp>
#include <pawl/result.hpp>

#include <memory>
#include <vector>

namespace pawl::expression {

/// All standard functions with what people read about them, in the order of the reference page.
const std::vector<chapter>& standard_chapters();

/// Made once, shared by everybody who adds none.
const std::shared_ptr<const functions>& standard_registry();

/// The standard functions and those of a host. Errors: `invalid_argument` (no identifier, no callable, a name twice).
result<std::shared_ptr<const functions>> make_registry(const std::vector<expression_function>& own);

} // namespace pawl::expression
