// The Snapshot: a view over control state and results, in Refluxo's shape.
#pragma once

#include "runtime/core/context.hpp"
#include "runtime/core/state.hpp"
#include "runtime/core/workflow.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pawl::core {

/// One result as the snapshot's context shows it; `output` absent = undefined.
struct snapshot_result {
  std::string node;
  timestamp_ms at = 0;
  std::int64_t attempt = 0;
  std::optional<nlohmann::json> output;
  std::string error;
};

/// `results` in commit order.
nlohmann::json make_snapshot(const workflow& w, const state& s, const nlohmann::json& input,
                             const std::vector<snapshot_result>& results);

} // namespace pawl::core
