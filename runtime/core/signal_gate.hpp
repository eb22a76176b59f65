// The gate that signals pass before anything of them is stored.
#pragma once

#include "runtime/core/event.hpp"
#include "runtime/core/workflow.hpp"

#include <string_view>

namespace pawl::core {

/// How many signals one instance keeps (runtime/SEMANTICS.md, Signals).
struct signal_limits {
  std::size_t buffered_max = 1000;              ///< that nothing has waited for yet
  std::size_t bytes_max = std::size_t{4} << 20; ///< of their payloads as JSON text
};

/// 1 to 256 bytes of UTF-8 without control characters; a key is one of these too.
bool is_signal_name(std::string_view name);

/// Whether it may become an event; one whose key the instance knows has done all that it ever will, whatever this says.
/// Errors: `finished`, `unknown_signal`, `invalid_payload` (every violation; `where` is the first one's JSON pointer),
/// `full` (names the limit).
result<void> check_signal(const workflow& w, const state& s, const signalled& signal, const signal_limits& limits);

/// The same for one that is sent with the start: what its definition says of it.
result<void> check_declared(const workflow& w, const signalled& signal);

} // namespace pawl::core
