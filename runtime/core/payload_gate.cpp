// Checks payloads before they are stored: which schema counts, the wait's or the node's, and that nothing gets past it.
#include "runtime/core/payload_gate.hpp"

#include <fmt/format.h>

namespace pawl::core {
namespace {

using nlohmann::json;

constexpr const char* payload_words = "the payload";

result<void> check_by_document(const json& document, const json& payload) {
  std::vector<problem> problems;
  const schema_ptr compiled = schema::schema::compile(document, problems);
  // It was compiled before the pause was stored: only an older or newer Pawl could have taken it.
  if (!compiled) return error{errc::corrupt, "the schema that is stored with the wait is none", ""};
  return schema::require(*compiled, payload, payload_words);
}

} // namespace

result<void> check_payload(const workflow& w, const cursor& c, const json_ptr& payload) {
  const workflow_node& node = w.nodes[c.node];
  const bool has_schema = c.payload_schema || node.payload;
  if (!has_schema) return {};
  if (!payload && c.phase == phase::retry_wait) return {};
  if (!payload)
    return error{errc::invalid_payload,
                 fmt::format("node '{}' waits for a payload that fits its schema, and none was given", node.id), ""};
  if (!c.payload_schema || c.payload_schema == node.payload_document)
    return schema::require(*node.payload, *payload, payload_words);
  return check_by_document(*c.payload_schema, *payload);
}

result<void> check_start_payload(const workflow& w, node_index start, const json_ptr& payload) {
  const workflow_node& node = w.nodes[start];
  if (!payload || !node.payload) return {};
  return schema::require(*node.payload, *payload, payload_words);
}

} // namespace pawl::core
