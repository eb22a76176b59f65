// The public view of a snapshot document.
#include <pawl/instance.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace pawl {
namespace {

using nlohmann::json;

instance_status status_named(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(instance_status::quarantined); ++i)
    if (name == to_string(static_cast<instance_status>(i))) return static_cast<instance_status>(i);
  return instance_status::quarantined;
}

wait_kind wait_named(const std::string& name) {
  for (wait_kind kind : {wait_kind::payload, wait_kind::timer, wait_kind::signal})
    if (name == to_string(kind)) return kind;
  return wait_kind::retry;
}

wait_info wait_of(const json& shown) {
  wait_info wait;
  wait.cursor = shown.at("cursor").get<std::int64_t>();
  wait.node = shown.at("node").get<std::string>();
  wait.visit = shown.at("visit").get<std::int64_t>();
  wait.kind = wait_named(shown.at("for").get<std::string>());
  wait.reason = shown.value("reason", "");
  wait.since_ms = shown.at("since").get<std::int64_t>();
  if (shown.contains("signals")) wait.signals = shown["signals"].get<std::vector<std::string>>();
  if (shown.contains("until")) wait.until_ms = shown["until"].get<std::int64_t>();
  return wait;
}

} // namespace

snapshot::snapshot() : document_(std::make_shared<const json>(json::object())) {}

snapshot::snapshot(std::shared_ptr<const json> document) : document_(std::move(document)) {
  const json& d = *document_;
  id_ = d.at("instanceId").get<std::string>();
  status_ = status_named(d.at("status").get<std::string>());
  revision_ = d.at("revision").get<std::int64_t>();
  if (d.at("currentNodeId").is_string()) current_node_ = d["currentNodeId"].get<std::string>();
  failed_reason_ = d.value("failure", "");
  for (const json& wait : d.at("waits"))
    waits_.push_back(wait_of(wait));
}

bool snapshot::needs_payload() const noexcept {
  return status_ == instance_status::paused && !waits_.empty() &&
         std::all_of(waits_.begin(), waits_.end(),
                     [](const wait_info& w) { return waits_for_outside(w.kind) && !w.until_ms; });
}

} // namespace pawl
