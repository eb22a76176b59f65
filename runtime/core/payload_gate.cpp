// Checks payloads before they are stored: which wait is meant, which schema counts, the wait's or the node's, and that
// nothing gets past it.
#include "runtime/core/payload_gate.hpp"

#include "runtime/core/closing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

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

std::string list_waits(const workflow& w, const std::vector<const cursor*>& found) {
  std::string list;
  for (const cursor* c : found)
    list += fmt::format("{}node '{}' visit {}", list.empty() ? "" : ", ", w.nodes[c->node].id, c->visit);
  return list;
}

bool waits_for_signal(const workflow& w, const state& s, std::string_view node, std::optional<std::int64_t> visit) {
  return std::any_of(s.cursors.begin(), s.cursors.end(), [&](const cursor& c) {
    return c.wait && c.wait->kind == wait_kind::signal && (node.empty() || w.nodes[c.node].id == node) &&
           (!visit || c.visit == *visit);
  });
}

} // namespace

result<resumed> choose_wait(const workflow& w, const state& s, std::string_view node,
                            std::optional<std::int64_t> visit) {
  if (takes_nothing(s)) return error{errc::finished, why_it_takes_nothing(s), s.instance_id};
  std::vector<const cursor*> pauses;
  std::vector<const cursor*> retries;
  for (const cursor& c : s.cursors) {
    if (!node.empty() && w.nodes[c.node].id != node) continue;
    if (visit && c.visit != *visit) continue;
    if (c.phase == phase::waiting && c.wait->kind == wait_kind::payload) pauses.push_back(&c);
    if (c.phase == phase::retry_wait) retries.push_back(&c);
  }
  const auto& found = pauses.empty() ? retries : pauses;
  if (found.empty()) {
    const bool named = !node.empty() || visit;
    if (waits_for_signal(w, s, node, visit))
      return error{errc::not_waiting, "it waits for a signal, which has a name: send that one", s.instance_id};
    return error{errc::not_waiting, named ? "that visit waits for no payload" : "the instance waits for no payload",
                 s.instance_id};
  }
  if (found.size() > 1)
    return error{errc::ambiguous, "several visits wait, name one: " + list_waits(w, found), s.instance_id};
  return resumed{found.front()->id, found.front()->visit, nullptr, std::nullopt};
}

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
