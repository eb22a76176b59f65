// The `credentials` of a node: which secret goes into which slot of its type. Names only; values never come here.
#pragma once

#include "runtime/core/secret_policy.hpp"
#include "runtime/expression/json_template.hpp"

#include <pawl/definition.hpp>

#include <string>
#include <vector>

namespace pawl::core {

struct credential {
  std::string slot;
  std::string source;             ///< always literal: no expression can choose where a secret comes from
  expression::json_template name; ///< without the source
  std::string text;               ///< as the definition writes it, for people
};

/// Reads one member of `credentials`. Problems stand at `pointer`; the answer is of use only when none is an error.
credential read_credential(std::string slot, const std::string& text, const std::string& pointer,
                           const expression::limits& allowed, std::vector<problem>& problems);

/// The secret that the attempt with this context names. Errors: `invalid_argument` (no name of that source; holds
/// nothing of what the expressions gave), those of json_template::render.
result<secret_reference> name_now(const credential& of, const expression::value& root,
                                  const expression::environment& with);

} // namespace pawl::core
