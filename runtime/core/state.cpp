// Questions that a state answers about itself.
#include "runtime/core/state.hpp"

#include <algorithm>

namespace pawl::core {

bool wait_state::names(std::string_view signal) const {
  return kind == wait_kind::signal && std::find(signals.begin(), signals.end(), signal) != signals.end();
}

bool cursor::operator==(const cursor& o) const {
  return id == o.id && node == o.node && visit == o.visit && scope == o.scope && phase == o.phase && key == o.key &&
         wait == o.wait && retry == o.retry && timer == o.timer && same(payload, o.payload) &&
         same(node_state, o.node_state) && same(payload_schema, o.payload_schema) && timer_fired == o.timer_fired &&
         signal == o.signal && deadline == o.deadline;
}

bool buffered_signal::operator==(const buffered_signal& o) const {
  return number == o.number && name == o.name && at == o.at && same(payload, o.payload);
}

bool memory::operator==(const memory& o) const {
  return scope == o.scope && node == o.node && name == o.name && same(value, o.value);
}

const cursor* state::find(cursor_id id) const {
  const auto at = std::lower_bound(cursors.begin(), cursors.end(), id,
                                   [](const cursor& c, cursor_id wanted) { return c.id < wanted; });
  return at != cursors.end() && at->id == id ? &*at : nullptr;
}

const cursor* state::oldest_wait_for(std::string_view signal) const {
  const cursor* oldest = nullptr;
  for (const cursor& c : cursors)
    if (c.wait && c.wait->names(signal) && (oldest == nullptr || c.wait->order < oldest->wait->order)) oldest = &c;
  return oldest;
}

cursor* state::find(cursor_id id) { return const_cast<cursor*>(static_cast<const state*>(this)->find(id)); }

namespace {
phase deciding_phase(instance_status status) {
  switch (status) {
    case instance_status::error: return phase::retry_wait;
    case instance_status::paused: return phase::waiting;
    case instance_status::failed: return phase::failed;
    default: return phase::ready;
  }
}
} // namespace

const cursor* state::deciding_cursor() const {
  const phase wanted = deciding_phase(status);
  const auto at = std::find_if(cursors.begin(), cursors.end(), [&](const cursor& c) { return c.phase == wanted; });
  return at == cursors.end() ? nullptr : &*at;
}

std::optional<timestamp_ms> state::wake_at(timeline line) const {
  std::optional<timestamp_ms> earliest;
  if (timer && timer->line == line) earliest = timer->due_at;
  for (const cursor& c : cursors)
    if (c.timer && c.timer->line == line && (!earliest || c.timer->due_at < *earliest)) earliest = c.timer->due_at;
  return earliest;
}

instance_status derived_status(const state& s) {
  const auto any = [&](phase p) {
    return std::any_of(s.cursors.begin(), s.cursors.end(), [p](const cursor& c) { return c.phase == p; });
  };
  if (s.closing && s.cursors.empty()) return s.closing->end;
  if (any(phase::failed)) return instance_status::failed;
  if (any(phase::ready)) return instance_status::active;
  if (any(phase::retry_wait)) return instance_status::error;
  return s.cursors.empty() ? instance_status::completed : instance_status::paused;
}

} // namespace pawl::core
