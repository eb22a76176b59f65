// What the golden stores' writer and their test both know: the host's node types, and times.
#pragma once

#include <pawl/node.hpp>
#include <pawl/options.hpp>
#include <pawl/schedule.hpp>

#include <nlohmann/json.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace pawl::golden {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;
constexpr std::int64_t written_at_ms = 1'767'225'600'000; ///< 2026-01-01: when the writer begins

struct set_clock final : pawl::clock {
  explicit set_clock(std::int64_t at) : wall(at) {}
  std::int64_t now_ms() override { return wall; }
  std::atomic<std::int64_t> wall;
};

/// Since format 4: of the instance `kept`; a line of the audit; generation 7 of this sealed store was seen.
inline const std::map<std::string, std::string> labels_of_kept{{"device", "A-17"}};
inline constexpr char sealed_id[] = "00112233445566778899aabbccddeeff";
inline secret_audit_entry audited() {
  return {0, written_at_ms, "kept", "keep", 1, 1, "key", "sealed:mail", "3", "https://example.org", true, ""};
}

/// Since format 6: the instance `listening` of this waits for `first`, and `second` came early, with the key `k`.
inline constexpr char listener[] =
    R"({"id": "listener", "start": "first", "signals": {"first": true, "second": true, "never": true},
  "nodes": [{"id": "first", "type": "wait", "data": {"signals": ["first", "never"], "timeout": 86400000}},
            {"id": "second", "type": "wait", "data": {"signal": "second"}}],
  "edges": [{"source": "first", "target": "second"}]})";

/// Since format 10: of the definition of `dated`.
inline constexpr char owner[] = "ann";

/// Since format 7: the instance `dated` of this waits for the day after, and the wall clock was once set forward.
inline constexpr char dated[] = R"({"id": "dated", "nodes": [
  {"id": "until", "type": "delay", "data": {"until": "2026-01-02T00:00:00Z"}}], "edges": []})";
constexpr std::int64_t clock_set_by_ms = 5000;

/// Since format 8: of `cancelled`, which waited, and of `closing`, whose attempt had begun and never answered.
inline constexpr char cancel_reason[] = "not needed any more";

inline schedule_spec nightly() {
  schedule_spec spec;
  spec.id = "nightly";
  spec.definition_id = "listener";
  spec.cron = "30 2 * * mon-fri";
  spec.time_zone = "Europe/Berlin";
  spec.overlap = overlap_policy::queue;
  spec.labels = labels_of_kept;
  return spec;
}

/// Of the stores since format 9, so that their keys are always the same.
inline constexpr char identity[] = "00112233445566778899aabbccddeeff";

/// Called by an executor that is about to answer: the writer never returns from some of these calls.
using before_answer = std::function<void(const node_context&)>;

/// `work`, and `keeper`, which keeps something of its own while it waits for a payload.
inline std::vector<node_type> host_types(const before_answer& about_to) {
  using nlohmann::json;
  node_type keeper("keeper", [about_to](node_context& c) {
    if (c.payload() == nullptr) return outcome::pause().because("keeps").keep({{"of", c.instance_id()}});
    about_to(c);
    return outcome::output({{"kept", *c.node_state()}, {"payload", *c.payload()}});
  });
  keeper.can_wait = true;
  node_type work("work", [about_to](node_context& c) {
    about_to(c);
    return outcome::output({{"key", c.idempotency_key()}});
  });
  return {std::move(keeper), std::move(work)};
}

} // namespace pawl::golden
