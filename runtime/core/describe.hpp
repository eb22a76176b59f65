// One transition in the words of the history.
#pragma once

#include "runtime/core/transition.hpp"

#include <pawl/instance.hpp>

namespace pawl::core {

/// `after` is the state that the step made. Without the output.
history_entry describe(const workflow& w, const state& after, const event& e, const step& done);

} // namespace pawl::core
