// The control state of one instance: where it stands, never what its nodes put out. Plain data of the pure core
// (runtime/SEMANTICS.md, Cursors and visits, Status).
#pragma once

#include "runtime/core/json.hpp"
#include "runtime/core/moment.hpp"
#include "runtime/core/workflow.hpp"

#include <pawl/instance.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::core {

using cursor_id = std::int64_t;
using scope_id = std::int64_t;

enum class phase : std::uint8_t {
  ready,      ///< to be executed, or being executed: after a restart it is executed (again)
  waiting,    ///< for what `wait` says
  retry_wait, ///< for the next attempt
  failed      ///< here the instance failed
};

struct wait_state {
  wait_kind kind = wait_kind::payload;
  std::string reason;
  timestamp_ms since = 0;
  // Of wait_kind::signal only:
  std::int64_t order = 0;           ///< the revision that began it: of two waits the older has the lower one
  std::vector<std::string> signals; ///< any of these ends it
  bool names(std::string_view signal) const;
  bool operator==(const wait_state&) const = default;
};

struct retry_state {
  std::int64_t attempts = 0; ///< failed so far in this visit
  timestamp_ms next_at = 0;
  bool operator==(const retry_state&) const = default;
};

/// A timer belongs to one cursor.
struct timer_state {
  timestamp_ms due_at = 0;      ///< by `line`
  std::int64_t duration_ms = 0; ///< of one on the calendar: 0
  timeline line = timeline::steady;
  bool operator==(const timer_state&) const = default;
};

/// The end that comes to an instance from outside: nothing new starts, and what runs may answer until the instance's
/// timer fires. Stays when the instance has ended so.
struct closing_state {
  instance_status end = instance_status::cancelled; ///< or `failed`, when its own timeout is over
  std::string reason;                               ///< for people; may be empty
  bool operator==(const closing_state&) const = default;
};

/// A place of execution.
struct cursor {
  cursor_id id = 0;
  node_index node = 0;
  std::int64_t visit = 0;
  scope_id scope = 0;
  core::phase phase = core::phase::ready;
  std::string key;                  ///< idempotency key of the visit
  std::optional<wait_state> wait;   ///< set while waiting
  std::optional<retry_state> retry; ///< set from the first failed attempt until the cursor leaves the node
  std::optional<timer_state> timer;
  std::optional<timer_state> deadline; ///< of the visit's pauses for something from outside, from the first of them on
  json_ptr payload;                    ///< given to every attempt of the visit
  json_ptr node_state;                 ///< kept by the visit's last pause
  json_ptr payload_schema;  ///< of the visit's last pause: what a payload must fit; stays through its retries
  bool timer_fired = false; ///< it runs because its delay is over
  std::string signal;       ///< which one brought `payload`; empty: none

  std::int64_t attempt() const { return retry ? retry->attempts + 1 : 1; }
  bool operator==(const cursor& other) const;
};

/// What a node remembers between its visits, by scope and name.
struct memory {
  scope_id scope = 0;
  node_index node = 0;
  std::string name;
  json_ptr value;
  bool operator==(const memory& other) const;
};

/// A signal that came before anything waited for it.
struct buffered_signal {
  std::int64_t number = 0; ///< the revision that brought it: the oldest has the lowest one
  std::string name;
  timestamp_ms at = 0;
  json_ptr payload;      ///< null: none
  std::size_t bytes = 0; ///< of the payload as JSON text
  bool operator==(const buffered_signal& other) const;
};

struct state {
  std::string instance_id;
  std::string key_seed;      ///< of the idempotency keys of its visits
  std::int64_t revision = 0; ///< committed transitions
  std::int64_t version = 0;  ///< times a cursor left a node
  instance_status status = instance_status::active;
  std::vector<cursor> cursors;          ///< by id, ascending
  std::vector<std::int64_t> visits;     ///< by node_index: how often the node was entered; never goes back
  std::vector<memory> memories;         ///< in the order (scope, node, name)
  std::vector<buffered_signal> signals; ///< oldest first; what is left at the end stays, unconsumed
  cursor_id next_cursor = 1;
  scope_id next_scope = 1;
  std::int64_t steps = 0;                 ///< executions since the last external event or rest of a second: the fuse
  std::optional<std::int64_t> step_limit; ///< given with the last external event; none: the definition's
  timestamp_ms created_at = 0;
  timestamp_ms updated_at = 0;
  timestamp_ms last_started_at = 0;
  std::int64_t execution_ms = 0;
  std::int64_t retry_reason = 0;    ///< metadata.pausedReason "Retry attempt N"; 0 = never
  bool step_limit_exceeded = false; ///< metadata.failedReason
  std::optional<timer_state> timer; ///< of the instance as a whole: its timeout, or the grace once it is closing
  std::optional<closing_state> closing;

  const cursor* find(cursor_id id) const;
  cursor* find(cursor_id id);
  /// The one that a signal of that name goes to: of all that wait for it, the one that began first; null: none.
  const cursor* oldest_wait_for(std::string_view signal) const;
  /// The cursor whose node the snapshot calls current; null when there is none.
  const cursor* deciding_cursor() const;
  std::optional<timestamp_ms> wake_at(timeline line) const; ///< the earliest timer of that line
  /// It takes nothing new any more, but has not ended yet.
  bool is_closing() const { return closing && !has_ended(status); }
  bool operator==(const state&) const = default;
};

/// What `status` must be while the instance has not ended: derived from the cursors.
instance_status derived_status(const state& s);

} // namespace pawl::core
