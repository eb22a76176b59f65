// The flattened context: what the expressions of one node may see, and nothing else. Travels as a message.
#pragma once

#include "runtime/core/json.hpp"
#include "runtime/core/state.hpp"
#include "runtime/expression/value.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pawl::core {

/// One entry of a node's list.
struct context_result {
  json_ptr output; ///< null: undefined
  timestamp_ms at = 0;
  std::string error; ///< empty: none
};

/// The results of one mentioned node, oldest first: all of them, or only the last.
struct context_node {
  std::string id;
  bool with_all = false;
  std::vector<context_result> results;
};

struct run_info {
  std::string instance_id;
  std::string node_id;
  std::int64_t visit = 0;
  std::int64_t attempt = 0;
  timestamp_ms time = 0;
};

struct flattened_context {
  json_ptr input;
  json_ptr globals;
  run_info run;
  std::vector<context_node> nodes;
};

/// `{nodes, input, globals, run}` as expressions see it. Borrows the outputs: `from` must outlive what is made of it.
expression::value root_of(const flattened_context& from);

} // namespace pawl::core
