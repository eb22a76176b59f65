// Rows for tests of stores: plausible ones, made from a few numbers.
#pragma once

#include "storage/store.hpp"

#include <string>

namespace pawl::test {

inline storage::definition_row definition(const std::string& id, const std::string& hash) {
  return {hash, id, "{\"id\":\"" + id + "\",\"hash\":\"" + hash + "\"}"};
}

/// The step that makes `revision`: the cursor stands on `node`, whose result `output` is.
inline storage::step_write step_of(storage::instance_key instance, std::int64_t revision, const std::string& node,
                                   const std::string& output) {
  storage::step_write w;
  w.instance = instance;
  w.header.revision = revision;
  w.header.version = revision - 1;
  w.header.next_cursor = 2;
  w.header.updated_at = 1000 + revision;
  w.step.revision = revision;
  w.step.at = 1000 + revision;
  w.step.core_version = 1;
  w.step.kind = 1;
  w.step.cursor = 1;
  w.step.node = node;
  w.step.visit = revision - 1;
  w.step.attempt = 1;
  w.step.is_result = true;
  w.step.output = output;
  storage::cursor_row c;
  c.cursor = 1;
  c.node = node;
  c.visit = revision;
  c.key = "0123456789abcdef0123456789abcdef";
  w.cursors_set.push_back(c);
  w.visits_set.push_back({node, revision});
  return w;
}

inline storage::create_write create_of(const std::string& uid) {
  storage::create_write w;
  w.uid = uid;
  w.definition_id = "flow";
  w.definition_hash = "h1";
  w.input = "{\"n\":1}";
  w.input_hash = "in1";
  w.created_at = 1001;
  w.first = step_of(0, 1, "a", "");
  w.first.step.kind = 0;
  w.first.step.is_result = false;
  w.first.step.output.reset();
  return w;
}

inline storage::step_write parked_until(storage::instance_key instance, std::int64_t revision, std::int64_t due_at) {
  storage::step_write w = step_of(instance, revision, "a", "1");
  w.header.status = instance_status::paused;
  w.header.in_flight = false;
  w.header.wake_at = due_at;
  w.timers_set.push_back({1, due_at, 500});
  return w;
}

} // namespace pawl::test
