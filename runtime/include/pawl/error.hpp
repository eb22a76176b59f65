// Errors as values: what went wrong, said for people, and where. Never carries a secret or payload text.
#pragma once

#include <pawl/export.hpp>

#include <string>

namespace pawl {

/// What kind of error it is. Stable: programs may decide by it; people read error::message.
enum class errc {
  bad_json,           ///< a text is not JSON; `where` says byte, line and column
  bad_definition,     ///< a definition has problems; `message` lists them all
  bad_expression,     ///< an expression does not parse; `where` holds the byte in its source
  evaluation,         ///< an expression failed while it was evaluated
  invalid_payload,    ///< a payload does not fit its schema; `where` is a JSON pointer
  limit,              ///< a limit of options::limits was reached; `message` names the limit
  unknown_definition, ///< no definition of that id is loaded
  unknown_type,       ///< a node type that nobody registered
  not_found,          ///< no instance of that id
  conflict,           ///< the id is taken by an instance with another definition or input, or a definition's by another
                      ///< owner; or a stale revision
  unknown_signal,     ///< the definition declares its signals, and not this one
  full,               ///< an instance keeps as many signals, or keys of signals, as it may; `message` names the limit
  not_waiting,        ///< the instance (or the named visit) does not wait for a payload
  ambiguous,          ///< several visits wait; `message` lists them
  finished,           ///< the instance has ended
  not_finished,       ///< the instance has not ended
  in_use,             ///< something in the store needs what was to be removed; `message` says what
  invalid_argument,   ///< a call's own argument is wrong
  overloaded,         ///< as many instances as allowed are live (options::active_instances_max), or no more memory can
                      ///< be locked for secrets; try again later
  stopped,            ///< the runtime is stopping or stopped
  timed_out,          ///< a wait of the caller's ran out; nothing was undone
  busy,               ///< the store has another owner; `message` names the process
  wrong_store,        ///< the file is no Pawl store, or one of a newer version
  old_store,          ///< an older version's store: reading cannot migrate it, its owner does when it opens it
  corrupt,            ///< the store's rows contradict themselves
  disk_full,          ///< there is no room left on the store's disk
  access,             ///< a right is missing; `message` names the file and the right
  storage,            ///< the store reported any other error; nothing of the failed step was kept
  internal            ///< a broken invariant in Pawl itself
};

/// The code's name as it stands above, for logs and JSON. Never null; lives for ever.
PAWL_API const char* to_string(errc code) noexcept;

/// Why an operation failed. Plain data: copy it, keep it, log it.
struct error {
  errc code = errc::internal;
  std::string message; ///< what failed and what to do, one sentence or several lines, no trailing dot needed
  std::string where;   ///< JSON pointer, byte, line, instance or node; empty when `message` says it all
};

/// `code: message (where)`, for a line of a log or a terminal.
PAWL_API std::string to_string(const error& e);

} // namespace pawl
