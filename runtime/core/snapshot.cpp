// Building the Snapshot.
#include "runtime/core/snapshot.hpp"

#include <fmt/format.h>

namespace pawl::core {
namespace {

using nlohmann::json;

json context_of(const std::vector<snapshot_result>& results) {
  json context = json::object();
  for (const snapshot_result& r : results) {
    json entry{{"timestamp", r.at}, {"attempt", r.attempt}};
    if (r.output) entry["output"] = *r.output;
    if (!r.error.empty()) {
      entry["output"] = nullptr;
      entry["error"] = r.error;
    }
    context[r.node].push_back(std::move(entry));
  }
  return context;
}

json metadata_of(const state& s) {
  json metadata = json::object();
  if (s.retry_reason > 0) metadata["pausedReason"] = fmt::format("Retry attempt {}", s.retry_reason);
  if (s.step_limit_exceeded) metadata["failedReason"] = "Step limit exceeded";
  return metadata;
}

const char* name_of(phase p) {
  switch (p) {
    case phase::ready: return "ready";
    case phase::waiting: return "waiting";
    case phase::retry_wait: return "retry";
    case phase::failed: return "failed";
  }
  return "unknown";
}

json cursor_of(const workflow& w, const cursor& c) {
  return {{"id", c.id},       {"node", w.nodes[c.node].id}, {"visit", c.visit},           {"scope", c.scope},
          {"state", name_of(c.phase)}, {"attempt", c.attempt()},     {"idempotencyKey", c.key}};
}

std::optional<json> wait_of(const workflow& w, const cursor& c) {
  json wait{{"cursor", c.id}, {"node", w.nodes[c.node].id}, {"visit", c.visit}};
  if (c.phase == phase::retry_wait) {
    wait["for"] = to_string(wait_kind::retry);
    wait["since"] = c.retry->next_at - c.timer->duration_ms;
  } else if (c.phase == phase::waiting) {
    wait["for"] = to_string(c.wait->kind);
    wait["since"] = c.wait->since;
    if (!c.wait->reason.empty()) wait["reason"] = c.wait->reason;
  } else {
    return std::nullopt;
  }
  if (c.timer) wait["until"] = c.timer->due_at;
  return wait;
}

std::string failure_of(const state& s, const std::vector<snapshot_result>& results) {
  if (s.status != instance_status::failed) return "";
  if (s.step_limit_exceeded && (results.empty() || results.back().error.empty())) return "Step limit exceeded";
  return results.empty() ? "" : results.back().error;
}

} // namespace

json make_snapshot(const workflow& w, const state& s, const json& input, const std::vector<snapshot_result>& results) {
  const cursor* deciding = s.deciding_cursor();
  json shown{{"workflowId", w.id},
             {"status", to_string(s.status)},
             {"currentNodeId", deciding != nullptr ? json(w.nodes[deciding->node].id) : json(nullptr)},
             {"context", context_of(results)},
             {"version", s.version},
             {"lastStartedAt", s.last_started_at},
             {"totalExecutionTime", s.execution_ms},
             {"metadata", metadata_of(s)},
             {"instanceId", s.instance_id},
             {"definitionHash", w.hash},
             {"input", input},
             {"revision", s.revision},
             {"createdAt", s.created_at},
             {"updatedAt", s.updated_at},
             {"cursors", json::array()},
             {"waits", json::array()}};
  if (deciding != nullptr && deciding->retry)
    shown["retryState"] = {{"nodeId", w.nodes[deciding->node].id},
                           {"attempts", deciding->retry->attempts},
                           {"nextRetryAt", deciding->retry->next_at}};
  for (const cursor& c : s.cursors) {
    shown["cursors"].push_back(cursor_of(w, c));
    if (auto wait = wait_of(w, c)) shown["waits"].push_back(std::move(*wait));
  }
  if (std::string failure = failure_of(s, results); !failure.empty()) shown["failure"] = std::move(failure);
  return shown;
}

} // namespace pawl::core
