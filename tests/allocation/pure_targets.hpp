// The calls of the pure rooms whose every allocation fails: parse, compile, evaluate, check, transition, decode.
#pragma once

#include "tests/allocation/every_allocation.hpp"

#include <vector>

namespace pawl::allocation {

std::vector<target> json_targets();
std::vector<target> definition_targets();
std::vector<target> schema_targets();
std::vector<target> expression_targets(); ///< the documented examples of every standard function among them
/// One for each thing that expressions make at their first use.
std::vector<target> first_expression_targets();
std::vector<target> core_targets(); ///< transitions, rows and back, snapshots

} // namespace pawl::allocation
