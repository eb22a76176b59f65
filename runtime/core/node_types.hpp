// The node types that definitions may name, with their schemas compiled.
#pragma once

#include "runtime/core/json.hpp"
#include "runtime/schema/schema.hpp"

#include <pawl/node.hpp>
#include <pawl/result.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace pawl::core {

using schema_ptr = std::shared_ptr<const schema::schema>;

/// A null schema: anything goes.
struct registered_type : node_type {
  bool is_async() const { return static_cast<bool>(execute_async); }
  bool can_time_out() const { return blocking || is_async(); }

  schema_ptr input;
  schema_ptr output;
  schema_ptr payload;
  json_ptr payload_document; ///< `payload` as JSON, for the waits of this type
};

/// By name and version. Immutable once built.
using node_types = std::map<std::pair<std::string, int>, std::shared_ptr<const registered_type>>;

/// A type of the same name and version is replaced. Errors: `invalid_argument` (no name, no executor or two, a schema
/// that is none, a version below 1, a timeout that cannot be kept).
result<void> add_type(node_types& types, node_type type);

/// Compiles a schema that comes as JSON text, if there is one. Errors: `invalid_argument`, all faults a line each.
struct parsed_schema {
  schema_ptr compiled;
  json_ptr document;
};
result<parsed_schema> parse_schema(const std::string& text, const std::string& what);

} // namespace pawl::core
