// What follows from a transition. Carried out only after the commit returned; derivable from the state, so that what
// was lost in a crash is asked for again.
#pragma once

#include "runtime/core/state.hpp"

#include <variant>
#include <vector>

namespace pawl::core {

struct run_node {
  cursor_id cursor = 0;
  bool operator==(const run_node&) const = default;
};

struct set_timer {
  cursor_id cursor = 0; ///< 0: of the instance as a whole
  timestamp_ms due_at = 0;
  timeline line = timeline::steady;
  bool operator==(const set_timer&) const = default;
};

using effect = std::variant<run_node, set_timer>;

/// The effects that a state still asks for: every ready cursor runs unless the instance is closing, every timer is
/// set.
std::vector<effect> pending_effects(const state& s);

} // namespace pawl::core
