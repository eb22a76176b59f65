// Warnings about a definition that loads: what runs, but probably not as its author meant.
#pragma once

#include "runtime/core/problem_list.hpp"
#include "runtime/core/workflow.hpp"

#include <string>
#include <vector>

namespace pawl::core {

struct advice_settings {
  const expression::functions& known; ///< what expressions may call
  const expression::limits& expressions;
  bool portable; ///< also what plain Jexl would not evaluate
};

/// `pointers` are the nodes' JSON pointers, by node_index.
void advise(const workflow& w, const nlohmann::json& document, const std::vector<std::string>& pointers,
            const advice_settings& settings, problem_list& problems);

} // namespace pawl::core
