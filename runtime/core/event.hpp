// What happened to an instance. An event with the state before it decides the state after it; nothing else does.
#pragma once

#include "runtime/core/state.hpp"

#include <pawl/node.hpp>

#include <variant>

namespace pawl::core {

/// Stored with every event; grows when transition() changes its mind about the same event.
///
/// 2: a pause that is entered again keeps the deadline of its visit; a rest of less than a second does not set the fuse
/// back.
inline constexpr int core_version = 2;

/// A named signal came. Its name and key were checked, and its payload fits what the definition says of it.
struct signalled {
  std::string name;
  json_ptr payload; ///< null: none
  std::string key;  ///< a second one with the same key is not stored, so nothing comes of it; empty: none
};

struct started {
  node_index node = 0;
  json_ptr payload; ///< null: none
  std::optional<std::int64_t> step_limit;
  std::optional<signalled> signal = {}; ///< sent with the start, so that neither is there without the other
};

/// Which attempt an answer is for.
struct attempt_ref {
  cursor_id cursor = 0;
  std::int64_t visit = 0;
  std::int64_t attempt = 0;
  bool operator==(const attempt_ref&) const = default;
};

struct memory_change {
  std::string name;
  json_ptr value; ///< null: forgotten
};

/// The output travels beside the event: the state holds none.
struct node_succeeded {
  attempt_ref of;
  std::optional<std::string> handle;
  std::vector<memory_change> memory;
};

struct node_failed {
  attempt_ref of;
  std::string error; ///< `Name: message`
  bool retryable = true;
  double max_attempts = 0;   ///< the node's policy, its expressions evaluated
  std::int64_t delay_ms = 0; ///< before the next attempt, growth and jitter applied
};

struct node_paused {
  attempt_ref of;
  wait_kind kind = wait_kind::payload;
  std::string reason;
  std::optional<std::int64_t> timer_ms; ///< it ends by itself after that time
  json_ptr node_state;
  json_ptr payload_schema = {};           ///< null: any payload ends the pause
  std::vector<std::string> signals = {};  ///< of wait_kind::signal: any of these ends the pause
  std::optional<timestamp_ms> until = {}; ///< it ends by itself at that time of the calendar; not beside timer_ms
  bool extends = false;                   ///< that may be later than what earlier pauses of the visit said
};

struct resumed {
  cursor_id cursor = 0;
  std::int64_t visit = 0;
  json_ptr payload; ///< null: none, the visit keeps what it has
  std::optional<std::int64_t> step_limit;
};

struct timer_fired {
  cursor_id cursor = 0;
  std::int64_t visit = 0;
};

/// Somebody ends the instance. `terminate`: without waiting for what runs, also when it is closing already.
struct cancelled {
  std::string reason; ///< for people; may be empty
  bool terminate = false;
  std::int64_t grace_ms = 0; ///< how long attempts that run may still answer
};

/// The definition's timeout is over.
struct instance_timed_out {
  std::int64_t grace_ms = 0;
};

/// Of an instance that is closing: nobody waits for this attempt any more. What became of it is not known, unless it
/// had not begun.
struct given_up {
  attempt_ref of;
  bool had_begun = true;
};

/// Stored by their place in this list: new ones go to its end.
using event_content = std::variant<started, node_succeeded, node_failed, node_paused, resumed, timer_fired, signalled,
                                   cancelled, instance_timed_out, given_up>;

struct event {
  moment at;
  event_content what;
  int core_version = core::core_version; ///< whose rules it obeys
};

/// "started", "succeeded", "failed", "paused", "resumed", "timer_fired", "signalled", "cancelled",
/// "instance_timed_out", "given_up": as in the store and the history.
const char* name_of(const event_content& what) noexcept;

} // namespace pawl::core
