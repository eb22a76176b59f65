// A host's function as an expression calls it. What the host does wrong is an error of the expression, nothing more.
#pragma once

#include "runtime/expression/functions.hpp"

#include <pawl/functions.hpp>

namespace pawl::expression {

function host_function(const expression_function& of);

} // namespace pawl::expression
