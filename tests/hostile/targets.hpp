// The ways in for what is untrusted, one a kind of case; what came out, and what it cost.
#pragma once

#include "tests/hostile/attack.hpp"

#include "runtime/core/workflow.hpp"
#include "runtime/expression/limits.hpp"

#include <pawl/error.hpp>

#include <optional>

namespace pawl::hostile {

struct allowance {
  expression::limits expressions;
  core::definition_limits definitions;
};

struct outcome {
  std::optional<error> failure; ///< none: it ended well
  expression::usage used;
  std::string broken; ///< an invariant that does not hold, whatever the end
};

outcome run(kind of, const std::string& text, const allowance& with);

/// The bytes that a case of this kind may hold at once, its own text not counted.
std::size_t peak_max(kind of, std::size_t text_bytes, const allowance& with);

/// Makes what the cases share, so that no case pays for it.
void prepare();

} // namespace pawl::hostile
