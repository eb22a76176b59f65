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
  active, ///< a node runs or is about to
  paused, ///< every cursor waits: for a payload or a timer
  error,  ///< an attempt failed; the retry comes by itself
  completed,
  failed,
  cancelled,
  compensating,
  queued,
  suspended,
  quarantined
};

PAWL_API const char* to_string(instance_status status) noexcept;
constexpr bool has_ended(instance_status s) noexcept {
  return s == instance_status::completed || s == instance_status::failed || s == instance_status::cancelled;
}

enum class wait_kind {
  payload, ///< ended by runtime::resume
  timer,   ///< a delay, ended by time
  retry    ///< a failed attempt, repeated when time comes; resume() means retry now
};
PAWL_API const char* to_string(wait_kind kind) noexcept;

struct wait_info {
  std::int64_t cursor = 0;
  std::string node;
  std::int64_t visit = 0;
  wait_kind kind = wait_kind::payload;
  std::string reason;                   ///< what it waits for, in words of the node; may be empty
  std::int64_t since_ms = 0;            ///< Unix time in milliseconds
  std::optional<std::int64_t> until_ms; ///< when its timer goes off
};

/// A read-only view of one instance as its last committed revision left it. Copies share the data.
class PAWL_API snapshot {
public:
  snapshot(); ///< of nothing: an empty id
  explicit snapshot(std::shared_ptr<const nlohmann::json> document);

  const std::string& id() const noexcept { return id_; }
  instance_status status() const noexcept { return status_; }
  std::int64_t revision() const noexcept { return revision_; }
  /// The node that decided the status; empty when completed.
  const std::string& current_node() const noexcept { return current_node_; }
  /// "Step limit exceeded", or the error of the node that failed; empty unless `failed`.
  const std::string& failed_reason() const noexcept { return failed_reason_; }
  const std::vector<wait_info>& waits() const noexcept { return waits_; }
  /// Only resume() can move it on: it waits, and not for time.
  bool needs_payload() const noexcept;
  /// The whole snapshot in Refluxo's shape: workflowId, status, currentNodeId, context, version, lastStartedAt,
  /// totalExecutionTime, metadata, retryState (when there is one), and instanceId, definitionHash, input, cursors,
  /// waits (each with the `schema` that its payload must fit, if there is one), revision. Valid as long as this
  /// snapshot or a copy of it.
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

struct instance_summary {
  std::string id;
  std::string definition_id;
  instance_status status = instance_status::active;
  std::int64_t revision = 0;
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  std::optional<std::int64_t> wake_at_ms; ///< its earliest timer
};

/// One committed transition.
struct history_entry {
  std::int64_t revision = 0;
  std::int64_t at_ms = 0;
  std::string event; ///< started, succeeded, failed, paused, resumed, timer_fired
  std::string node;
  std::int64_t visit = 0;
  std::int64_t attempt = 0;
  std::string handle;                           ///< which handle it left by; empty = the default one
  std::string error;                            ///< of a failed attempt, `Name: message`
  std::string note;                             ///< a warning, e.g. that no edge carries the handle
  std::shared_ptr<const nlohmann::json> output; ///< of a result; null pointer otherwise
};

} // namespace pawl
