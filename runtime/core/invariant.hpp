// What transition() leaves behind and every store keeps: a state that breaks one of these rules is never committed.
#pragma once

#include "runtime/core/state.hpp"
#include "runtime/core/workflow.hpp"

#include <string>

namespace pawl::core {

/// What must hold of every state between transitions; the first violation, or empty.
std::string broken_invariant(const workflow& w, const state& s);

} // namespace pawl::core
