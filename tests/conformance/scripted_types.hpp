// The scripted node behaviours of engine cases. Unlike real executors they may read the whole snapshot.
#pragma once

#include "tests/conformance/conformance.hpp"

#include <pawl/node.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace conformance {

/// What the behaviours of one scenario share: how often each type was called, and where to look at the results so far.
struct script {
  std::map<std::string, int> calls;
  std::function<json(const std::string& instance_id)> context; ///< `{nodeId: [result…]}` of an instance
};

/// The node types of a case; `shared` outlives them.
std::vector<pawl::node_type> scripted_types(const json& the_case, const std::shared_ptr<script>& shared);

} // namespace conformance
