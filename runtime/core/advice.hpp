// Warnings about a definition that loads: what runs, but probably not as its author meant.
#pragma once

#include "runtime/core/problem_list.hpp"
#include "runtime/core/workflow.hpp"

#include <string>
#include <vector>

namespace pawl::core {

/// `pointers` are the nodes' JSON pointers, by node_index. `portable`: also what plain Jexl would not evaluate.
void advise(const workflow& w, const nlohmann::json& document, const std::vector<std::string>& pointers, bool portable,
            problem_list& problems);

} // namespace pawl::core
