// A compiled workflow: what a definition means, checked, with its expressions parsed and its edges resolved.
// Immutable and shared by all instances that are pinned to it. Pure data: no clock, no I/O.
#pragma once

#include "runtime/core/credentials.hpp"
#include "runtime/core/json.hpp"
#include "runtime/core/node_types.hpp"
#include "runtime/expression/functions.hpp"
#include "runtime/expression/json_template.hpp"
#include "runtime/expression/mentions.hpp"

#include <pawl/definition.hpp>
#include <pawl/node.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::core {

using node_index = std::uint32_t;

/// All edges of a node that leave by one handle; no handle = the default one.
struct exit {
  std::optional<std::string> handle;
  std::vector<node_index> targets; ///< in the order of the definition's edges
};

struct workflow_node {
  std::string id;
  std::shared_ptr<const registered_type> type;
  std::optional<expression::json_template> data;             ///< always there once compiled
  retry_policy retry;                                        ///< as far as it is literal
  std::chrono::milliseconds timeout{0};                      ///< of one attempt; 0: none
  std::optional<expression::json_template> retry_expression; ///< the `retry` object when it holds expressions
  std::vector<credential> credentials;                       ///< by slot
  expression::mentions mentions;                             ///< what data and retry read
  schema_ptr payload;        ///< what a payload must fit: its type's schema, or what its data says; null: anything
  json_ptr payload_document; ///< `payload` as JSON
  std::vector<exit> exits;

  const exit* find_exit(const std::optional<std::string>& handle) const;
};

struct workflow {
  std::string id;
  std::string hash;  ///< content_hash of `text`
  std::string text;  ///< canonical JSON of the document, as stored
  std::string owner; ///< of the id, as the host says; empty: nobody's
  std::vector<workflow_node> nodes;
  schema_ptr input;                                       ///< what a start payload must fit; null: anything
  bool declares_signals = false;                          ///< then no signal comes that is not declared
  std::map<std::string, schema_ptr, std::less<>> signals; ///< declared signals and what their payloads must fit
  std::map<std::string, node_index, std::less<>> index;   ///< no hashing: ids can be made to collide
  std::optional<node_index> start;                        ///< none: the caller names it
  std::vector<node_index> start_candidates;               ///< nodes without incoming edges
  std::int64_t step_limit = 0;                            ///< how often nodes may run without a rest
  std::int64_t timeout_ms = 0;                            ///< of an instance; 0: none
  bool follow_first_only = false;                         ///< "fanOut": "first"
  expression::mentions mentions;                          ///< of all nodes together

  std::optional<node_index> find(std::string_view node_id) const;
};

struct definition_limits {
  json_limits json;
  std::size_t nodes_max = 10'000;
  expression::limits expressions = {};
  /// What expressions may call without a warning; none: the standard functions.
  std::shared_ptr<const expression::functions> functions = nullptr;
  std::size_t expressions_max = 100'000;    ///< between braces, in all nodes together
  std::int64_t step_limit_max = 10'000'000; ///< of `stepLimit`
  /// Where secrets may come from; nothing: a definition may name any source.
  std::optional<std::vector<std::string>> secret_sources = std::nullopt;
};

struct compile_options {
  bool portable = false;  ///< warn of what plain Jexl would not evaluate
  std::string owner = {}; ///< of the id
  bool is_stored = false; ///< it was checked when it was loaded: what types say about data is no problem of it now
};

struct compiled {
  std::shared_ptr<const core::workflow> workflow; ///< null when a problem is an error
  std::vector<problem> problems; ///< in the order of the document, a hundred errors and warnings each at the most
};

/// Parses, checks and compiles a definition. A document with problems is no error of this call: they are all listed,
/// with lines and columns. Errors: `bad_json`, `limit`.
result<compiled> compile(std::string_view json_text, std::string_view fallback_id, const node_types& types,
                         const definition_limits& limits = {}, const compile_options& how = {});

/// The default of `stepLimit`.
inline constexpr std::int64_t step_limit_default = 1'000'000;

} // namespace pawl::core
