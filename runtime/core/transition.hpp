// The one place that decides what an event means. Pure: no clock, no randomness, no I/O, no outputs.
#pragma once

#include "runtime/core/effect.hpp"
#include "runtime/core/event.hpp"
#include "runtime/core/state.hpp"
#include "runtime/core/workflow.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace pawl::core {

/// Why an event means nothing in a state. The state is unchanged.
struct rejected {
  errc code = errc::internal;
  std::string reason;
};

/// A result that the step appends to the node's list in the context.
struct recorded_result {
  node_index node = 0;
  cursor_id cursor = 0;
  scope_id scope = 0;
  std::int64_t visit = 0;
  std::int64_t attempt = 0;
  std::string error; ///< empty: it succeeded
};

/// Which rows a step touches, and what follows from it.
struct step {
  std::vector<cursor_id> cursors_set;
  std::vector<cursor_id> cursors_gone;
  std::vector<cursor_id> timers_gone; ///< cursors that had a timer and have none now
  bool instance_timer_changed = false;
  bool began_closing = false;
  std::optional<cursor> ended_without_result; ///< its attempt was the event's, and came to nothing
  std::vector<node_index> visits_set;
  std::vector<memory> memories_set;       ///< with a null value: gone
  std::vector<std::int64_t> signals_set;  ///< numbers of those that wait in the buffer now
  std::vector<std::int64_t> signals_gone; ///< numbers of those that a wait took out of it
  std::vector<std::string> signal_keys_set;
  std::optional<recorded_result> result;
  std::optional<std::string> left_by; ///< the handle, when a cursor left its node by one
  std::string note;                   ///< a warning for the history
  std::vector<effect> effects;
};

/// Changes `s` as `e` demands, or leaves it untouched and says why not. The revision grows by one.
std::variant<step, rejected> apply(const workflow& w, state& s, const event& e);

struct transitioned {
  state next;
  core::step step;
};

/// apply() on a copy.
std::variant<transitioned, rejected> transition(const workflow& w, const state& s, const event& e);

/// The state before the event `started`. `key_seed`: see hash.hpp.
state initial_state(const workflow& w, std::string instance_id, std::string key_seed = "");

} // namespace pawl::core
