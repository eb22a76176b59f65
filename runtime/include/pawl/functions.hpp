// Functions and transforms of expressions: the standard ones, described, and those that a host adds.
#pragma once

#include <pawl/export.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace pawl {

/// What one expression gives. A test evaluates every example of the standard functions.
struct function_example {
  std::string expression;
  std::string context; ///< JSON text: what the expression sees
  std::string result;  ///< JSON text, or `undefined`
};

/// A standard function `name(x, a)`, which is also a transform `x|name(a)`.
struct function_doc {
  std::string name;
  std::string category;  ///< "Texts", "Numbers" …
  std::string signature; ///< `slice(x, start, end?)`; `?` may be left out, `...` may be repeated
  std::string summary;   ///< one sentence
  std::string details;   ///< what else there is to know; may be empty
  std::vector<function_example> examples;
};

/// All standard functions, by category. A copy, owned by the caller. Safe from any thread.
PAWL_API std::vector<function_doc> standard_functions();

/// A function of the host. It must be pure (the same arguments give the same answer: no clock, files, randomness) and
/// is called from several threads at once: a step whose answer was not committed is evaluated again after a crash.
struct expression_function {
  /// An identifier. One of a standard function's name replaces that function.
  std::string name;

  /// `x|name(a)` calls it with {x, a}. undefined arrives as null; NaN and the infinities are an error before the call.
  /// The answer must be JSON: at most 128 levels deep, finite numbers, UTF-8; it counts against options::expressions.
  /// Throwing a std::exception is an error of the expression with that text, which is stored and shown: keep values out
  /// of it.
  std::function<nlohmann::json(const std::vector<nlohmann::json>& arguments)> call;

  bool as_function = true;  ///< callable as `name(x, a)`
  bool as_transform = true; ///< callable as `x|name(a)`
};

/// How much one evaluation of an expression may cost. Over a limit the node fails with an error that names it.
struct expression_limits {
  std::size_t source_bytes_max = 8 * 1024;           ///< text of one expression
  std::size_t depth_max = 200;                       ///< nesting in the source; at most 1,000
  std::size_t nodes_max = 2000;                      ///< operations and names of one expression; at most 60,000
  std::size_t steps_max = 100'000;                   ///< an operation, a visited element, or 64 bytes copied
  std::size_t string_bytes_max = 1024 * 1024;        ///< one text
  std::size_t array_items_max = 10'000;              ///< one array
  std::size_t allocated_bytes_max = 8 * 1024 * 1024; ///< all that one evaluation asks for
  std::size_t output_bytes_max = 1024 * 1024;        ///< a node's resolved data, as JSON text
  std::size_t time_ms_max = 50;                      ///< a backstop, looked at every 1,024 steps
  std::size_t template_time_ms_max = 500;            ///< the same for all expressions of one rendering together
};

} // namespace pawl
