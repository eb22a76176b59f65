// What an instance that is being ended from outside still takes, and the words for it (runtime/SEMANTICS.md, Ending).
#pragma once

#include "runtime/core/event.hpp"
#include "runtime/core/state.hpp"

namespace pawl::core {

/// The longest reason that a cancellation may give.
inline constexpr std::size_t cancel_reason_bytes_max = 500;

/// It has ended, or is about to.
inline bool takes_nothing(const state& s) { return has_ended(s.status) || s.closing; }
/// Of such a one: the words of the error `finished`.
std::string why_it_takes_nothing(const state& s);

enum class cancel_verdict {
  fresh,    ///< it may become an event
  duplicate ///< the instance is closing already: there is nothing to do
};

/// Errors: `finished` (it has ended).
result<cancel_verdict> check_cancel(const state& s, bool terminate);

/// The note of the step that began it.
std::string cancel_note(const cancelled& e);

/// The error of an attempt whose answer nobody waits for any more.
std::string unknown_error(const closing_state& closing, bool is_terminated);

} // namespace pawl::core
