// One transition in the words of the history.
#include "runtime/core/describe.hpp"

namespace pawl::core {
namespace {

struct cursor_named {
  cursor_id operator()(const started&) const { return 1; }
  cursor_id operator()(const node_succeeded& e) const { return e.of.cursor; }
  cursor_id operator()(const node_failed& e) const { return e.of.cursor; }
  cursor_id operator()(const node_paused& e) const { return e.of.cursor; }
  cursor_id operator()(const resumed& e) const { return e.cursor; }
  cursor_id operator()(const timer_fired& e) const { return e.cursor; }
  cursor_id operator()(const signalled&) const { return 0; }
  cursor_id operator()(const cancelled&) const { return 0; }
  cursor_id operator()(const instance_timed_out&) const { return 0; }
  cursor_id operator()(const given_up& e) const { return e.of.cursor; }
};

// A signal that was not buffered went to the one cursor that the step set.
cursor_id place_of(const event_content& what, const step& done) {
  if (std::holds_alternative<signalled>(what)) return done.cursors_set.empty() ? 0 : done.cursors_set.front();
  return std::visit(cursor_named{}, what);
}

} // namespace

history_entry describe(const workflow& w, const state& after, const event& e, const step& done) {
  history_entry entry;
  entry.revision = after.revision;
  entry.at_ms = e.at.engine;
  entry.steady_ms = e.at.steady;
  entry.event = name_of(e.what);
  entry.note = done.note;
  if (done.result) {
    entry.node = w.nodes[done.result->node].id;
    entry.visit = done.result->visit;
    entry.attempt = done.result->attempt;
    entry.error = done.result->error;
  } else if (const cursor* c =
                 done.ended_without_result ? &*done.ended_without_result : after.find(place_of(e.what, done))) {
    entry.node = w.nodes[c->node].id;
    entry.visit = c->visit;
    entry.attempt = c->attempt();
  }
  entry.handle = done.left_by.value_or("");
  return entry;
}

} // namespace pawl::core
