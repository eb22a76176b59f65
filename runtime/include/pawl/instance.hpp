// Views of workflow instances: snapshot, list entry, history entry, progress event. Plain data, owned by the caller.
#pragma once

#include <pawl/export.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl {

/// Where an instance stands. `completed`, `failed` and `cancelled` have ended.
enum class instance_status {
  active,       ///< a node runs or is about to
  paused,       ///< every cursor waits: for a payload or a timer
  error,        ///< an attempt failed; the retry comes by itself
  completed,    ///< nothing is left to run
  failed,       ///< a node failed for good, its timeout is over, or a limit was reached: snapshot::failed_reason
  cancelled,    ///< it was ended from outside (runtime::cancel)
  compensating, ///< this and what follows: names kept free, no instance of version 0.1 stands there
  queued,
  suspended,
  quarantined
};

/// The status as it stands above, for logs and JSON. Never null; lives for ever.
PAWL_API const char* to_string(instance_status status) noexcept;
/// Whether nothing can move the instance on.
constexpr bool has_ended(instance_status s) noexcept {
  return s == instance_status::completed || s == instance_status::failed || s == instance_status::cancelled;
}

/// What ends a wait.
enum class wait_kind {
  payload, ///< ended by runtime::resume
  timer,   ///< a delay, ended by time
  retry,   ///< a failed attempt, repeated when time comes; resume() means retry now
  signal   ///< ended by runtime::signal, under a name that the wait lists
};
/// Whether somebody outside ends it: resume() or signal().
constexpr bool waits_for_outside(wait_kind kind) noexcept {
  return kind == wait_kind::payload || kind == wait_kind::signal;
}
/// The kind as it stands above. Never null; lives for ever.
PAWL_API const char* to_string(wait_kind kind) noexcept;

/// One wait of an instance.
struct wait_info {
  std::int64_t cursor = 0; ///< the place of execution that waits; unique within the instance
  std::string node;        ///< its id, for resume_options::node
  std::int64_t visit = 0;  ///< from 1, for resume_options::visit
  wait_kind kind = wait_kind::payload;
  std::string reason;                   ///< what it waits for, in words of the node; may be empty
  std::int64_t since_ms = 0;            ///< Unix time in milliseconds
  std::optional<std::int64_t> until_ms; ///< when its timer goes off
  std::vector<std::string> signals;     ///< of wait_kind::signal: any of these names ends it
};

/// A read-only view of one instance as its last committed revision left it. Copies share the data, which never changes:
/// reading needs no lock. What its functions refer to lives as long as the snapshot.
class PAWL_API snapshot {
public:
  snapshot(); ///< of nothing: an empty id
  /// Of what document() of another one gave. Throws nlohmann::json's exceptions when it is anything else.
  explicit snapshot(std::shared_ptr<const nlohmann::json> document);

  const std::string& id() const noexcept { return id_; }
  instance_status status() const noexcept { return status_; }
  /// How many transitions were committed; grows by one with each.
  std::int64_t revision() const noexcept { return revision_; }
  /// The node that decided the status; empty when completed.
  const std::string& current_node() const noexcept { return current_node_; }
  /// "Step limit exceeded", that its timeout is over, or the error of the node that failed; empty unless `failed`.
  const std::string& failed_reason() const noexcept { return failed_reason_; }
  const std::vector<wait_info>& waits() const noexcept { return waits_; }
  /// Only resume() or signal() can move it on: it waits, and not for time. Its own timeout would only end it.
  bool needs_payload() const noexcept;
  /// The whole snapshot in Refluxo's shape: workflowId, status, currentNodeId, context, version, lastStartedAt,
  /// totalExecutionTime, metadata, retryState (when there is one), and instanceId, definitionHash, input, owner and
  /// labels (when there are some), createdAt, updatedAt, failure (when it failed), cursors, waits (each with the
  /// `schema` that its payload must fit, if there is one, or the names of its `signals`), revision; `closing` while it
  /// is being ended from outside (`end`, the status that it will have; `reason`; `until`, when the grace is over),
  /// which metadata shows afterwards as `cancelledReason` or `failedReason`; `timeoutAt` when the definition has a
  /// timeout; `signals` (`name`, `at`, `revision`, `payload`) when some came that nothing has consumed; `encrypted`
  /// (why) when payloads were read without their key, in whose places that is said. Valid as long as this snapshot or a
  /// copy of it.
  const nlohmann::json& document() const noexcept { return *document_; }

private:
  std::shared_ptr<const nlohmann::json> document_;
  std::string id_;
  instance_status status_ = instance_status::active;
  std::int64_t revision_ = 0;
  std::string current_node_;
  std::string failed_reason_;
  std::vector<wait_info> waits_;
};

/// An instance in a list.
struct instance_summary {
  std::string id;
  std::string definition_id;
  instance_status status = instance_status::active;
  std::int64_t revision = 0;              ///< of its last commit
  std::int64_t created_at_ms = 0;         ///< milliseconds since 1970, as the two below
  std::int64_t updated_at_ms = 0;         ///< when its last transition was committed
  std::optional<std::int64_t> wake_at_ms; ///< its earliest timer; nothing when it has none
  std::string owner;                      ///< of its definition; empty: nobody's
};

/// One committed transition.
struct history_entry {
  std::int64_t revision = 0;  ///< the one that it made; from 1
  std::int64_t at_ms = 0;     ///< milliseconds since 1970, by the wall clock, but never before the entry before
  std::int64_t steady_ms = 0; ///< goes on evenly, however the wall clock is set: the time between two entries
  std::string event;          ///< started, succeeded, failed, paused, resumed, timer_fired, signalled, cancelled,
                              ///< instance_timed_out, given_up
  std::string node;           ///< the id of the node that it is about
  std::int64_t visit = 0;     ///< from 1
  std::int64_t attempt = 0;   ///< from 1
  std::string handle;         ///< which handle it left by; empty = the default one
  std::string error;          ///< of a failed attempt, `Name: message`
  std::string note;           ///< a warning, e.g. that no edge carries the handle
  std::shared_ptr<const nlohmann::json> output; ///< of a result; null pointer otherwise
  bool encrypted = false; ///< read without the key of payloads: output, error and note only say so
};

} // namespace pawl
