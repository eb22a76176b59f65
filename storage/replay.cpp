// The replay law: the stored events, folded from the beginning, give the stored state. Says the first difference.
#include "storage/codec.hpp"

#include <fmt/format.h>

namespace pawl::storage {
namespace {

constexpr std::size_t page_steps = 256;

error broken(const std::string& uid, std::string message) { return {errc::corrupt, std::move(message), uid}; }

// Carries one stored step out again; a message when it cannot be.
std::string fold_one(const core::workflow& w, core::state& s, const step_row& row) {
  if (row.revision != s.revision + 1) return fmt::format("revision {} is missing from the history", s.revision + 1);
  const auto event = decode_event(w, row);
  if (!event) return fmt::format("revision {}: {}", row.revision, event.failure().message);
  const auto outcome = core::apply(w, s, *event);
  if (const auto* no = std::get_if<core::rejected>(&outcome))
    return fmt::format("revision {}: the event means nothing after the ones before it: {}", row.revision, no->reason);
  const auto& recorded = std::get<core::step>(outcome).result;
  if (recorded.has_value() != row.is_result)
    return fmt::format("revision {}: whether it has a result differs", row.revision);
  if (recorded && w.nodes[recorded->node].id != row.node)
    return fmt::format("revision {}: its result belongs to another node", row.revision);
  return "";
}

std::string cursor_difference(const core::cursor& folded, const core::cursor& stored) {
  const auto say = [&](const char* field) { return fmt::format("cursor {}: {} differs", stored.id, field); };
  if (folded.id != stored.id)
    return fmt::format("cursor {} is stored, cursor {} follows from the events", stored.id, folded.id);
  if (folded.node != stored.node) return say("the node");
  if (folded.visit != stored.visit) return say("the visit");
  if (folded.scope != stored.scope) return say("the scope");
  if (folded.phase != stored.phase) return say("the phase");
  if (folded.wait != stored.wait) return say("the wait");
  if (folded.retry != stored.retry) return say("the retry state");
  if (folded.timer != stored.timer) return say("the timer");
  if (folded.deadline != stored.deadline) return say("the deadline");
  if (!core::same(folded.payload, stored.payload)) return say("the payload");
  if (!core::same(folded.node_state, stored.node_state)) return say("the node state");
  if (!core::same(folded.payload_schema, stored.payload_schema)) return say("the payload schema");
  if (folded.timer_fired != stored.timer_fired) return say("the fired mark");
  if (folded.signal != stored.signal) return say("the signal");
  return "";
}

std::string difference_of_cursors(const core::state& folded, const core::state& stored) {
  if (folded.cursors.size() != stored.cursors.size())
    return fmt::format("{} cursors are stored, {} follow from the events", stored.cursors.size(),
                       folded.cursors.size());
  for (std::size_t i = 0; i < stored.cursors.size(); ++i)
    if (auto found = cursor_difference(folded.cursors[i], stored.cursors[i]); !found.empty()) return found;
  return "";
}

std::string first_difference(const core::workflow& w, const core::state& folded, const core::state& stored) {
  const auto numbers = [](const char* name, std::int64_t is, std::int64_t should) {
    return fmt::format("{} is stored as {}, {} follows from the events", name, is, should);
  };
  const auto limit = [](const core::state& s) { return s.step_limit.value_or(-1); };
  if (stored.revision != folded.revision) return numbers("revision", stored.revision, folded.revision);
  if (stored.version != folded.version) return numbers("version", stored.version, folded.version);
  if (stored.status != folded.status)
    return fmt::format("status is stored as {}, {} follows from the events", to_string(stored.status),
                       to_string(folded.status));
  if (auto found = difference_of_cursors(folded, stored); !found.empty()) return found;
  for (std::size_t n = 0; n < w.nodes.size(); ++n)
    if (stored.visits[n] != folded.visits[n])
      return fmt::format("node '{}': {}", w.nodes[n].id,
                         numbers("the visit count", stored.visits[n], folded.visits[n]));
  if (stored.memories != folded.memories)
    return "what a node remembers is stored otherwise than it follows from the events";
  if (stored.signals != folded.signals)
    return "the buffered signals are stored otherwise than they follow from the events";
  if (stored.next_cursor != folded.next_cursor) return numbers("next_cursor", stored.next_cursor, folded.next_cursor);
  if (stored.next_scope != folded.next_scope) return numbers("next_scope", stored.next_scope, folded.next_scope);
  if (stored.steps != folded.steps) return numbers("steps", stored.steps, folded.steps);
  if (stored.step_limit != folded.step_limit) return numbers("step_limit", limit(stored), limit(folded));
  if (stored.created_at != folded.created_at) return numbers("created_at", stored.created_at, folded.created_at);
  if (stored.updated_at != folded.updated_at) return numbers("updated_at", stored.updated_at, folded.updated_at);
  if (stored.last_started_at != folded.last_started_at)
    return numbers("last_started_at", stored.last_started_at, folded.last_started_at);
  if (stored.execution_ms != folded.execution_ms)
    return numbers("execution_ms", stored.execution_ms, folded.execution_ms);
  if (stored.retry_reason != folded.retry_reason)
    return numbers("retry_reason", stored.retry_reason, folded.retry_reason);
  if (stored.timer != folded.timer)
    return "the timer of the instance is stored otherwise than it follows from the events";
  if (stored.closing != folded.closing)
    return "the end that comes from outside is stored otherwise than it follows from the events";
  return stored == folded ? "" : "a field of the state differs";
}

// A key is made once, with the identity that the store had then, and never computed again.
void take_keys(const core::state& stored, core::state& folded) {
  for (core::cursor& c : folded.cursors)
    if (const core::cursor* other = stored.find(c.id); other != nullptr && other->visit == c.visit) c.key = other->key;
}

// The state after the first `revisions` stored steps.
result<core::state> fold(const core::workflow& w, reader& from, const loaded_instance& rows) {
  core::state s = core::initial_state(w, rows.uid, rows.key_seed);
  while (s.revision < rows.header.revision) {
    const auto page = from.history(rows.instance, s.revision, page_steps);
    if (!page) return page.failure();
    if (page->empty()) return broken(rows.uid, fmt::format("revision {} is missing from the history", s.revision + 1));
    for (const step_row& row : *page) {
      if (s.revision == rows.header.revision) break; // a step that was committed since
      if (auto fault = fold_one(w, s, row); !fault.empty()) return broken(rows.uid, std::move(fault));
    }
  }
  return s;
}

} // namespace

result<void> check_replay(const core::workflow& w, reader& from, instance_key instance) {
  const auto rows = from.load(instance);
  if (!rows) return rows.failure();
  const auto stored = decode_state(w, *rows);
  if (!stored) return stored.failure();
  auto folded = fold(w, from, *rows);
  if (!folded) return folded.failure();
  take_keys(*stored, *folded);
  if (auto found = first_difference(w, *folded, *stored); !found.empty()) return broken(rows->uid, std::move(found));
  return {};
}

} // namespace pawl::storage
