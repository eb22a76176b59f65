// Evaluating expressions and templates outside of workflows, for editors, tools and tests: by the evaluator that nodes
// use. Needs no runtime and no store.
#pragma once

#include <pawl/export.hpp>
#include <pawl/functions.hpp>
#include <pawl/result.hpp>

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace pawl {

/// With what an expression is evaluated. The functions are called on the calling thread, during the call only.
struct expression_settings {
  std::vector<expression_function> functions; ///< beside the standard ones, as options::functions
  expression_limits limits;                   ///< as options::expressions
};

/// The value of one expression. `context` is what it sees by name: for a node `nodes`, `input`, `globals` and `run`.
/// On success the value as JSON, owned by the caller; a null pointer for undefined. Errors: `bad_expression` and
/// `evaluation` (`where` is "byte N" of the source, where that is known), `limit`, `invalid_argument` (settings).
/// Safe from any thread.
PAWL_API result<std::shared_ptr<const nlohmann::json>>
evaluate_expression(std::string_view source, const nlohmann::json& context, const expression_settings& settings = {});

/// `data` with the `{{ expressions }}` of its texts replaced, as a node gets its data. Returns and errors as above;
/// `where` is the JSON pointer of the text. All texts that do not compile are named at once.
PAWL_API result<std::shared_ptr<const nlohmann::json>>
render_template(const nlohmann::json& data, const nlohmann::json& context, const expression_settings& settings = {});

} // namespace pawl
