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
  std::size_t keys_max = 10'000;                ///< of all that ever came with one
};

/// 1 to 256 bytes of UTF-8 without control characters; a key is one of these too.
bool is_signal_name(std::string_view name);

enum class signal_verdict {
  fresh,    ///< it may become an event
  duplicate ///< one with its key came before: there is nothing to do, whatever became of that one
};

/// Errors: `finished`, `unknown_signal`, `invalid_payload` (every violation; `where` is the first one's JSON pointer),
/// `full` (names the limit).
result<signal_verdict> check_signal(const workflow& w, const state& s, const signalled& signal,
                                    const signal_limits& limits);

/// The same for one that is sent with the start: what its definition says of it.
result<void> check_declared(const workflow& w, const signalled& signal);

} // namespace pawl::core
