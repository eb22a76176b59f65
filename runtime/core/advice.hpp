// Warnings about a definition that loads: what runs, but probably not as its author meant.
#pragma once

#include "runtime/core/workflow.hpp"

#include <string>
#include <vector>

namespace pawl::core {

/// `pointers` are the nodes' JSON pointers, by node_index; `known` is what expressions may call.
void advise(const workflow& w, const nlohmann::json& document, const std::vector<std::string>& pointers,
            const expression::functions& known, std::vector<problem>& problems);

} // namespace pawl::core
