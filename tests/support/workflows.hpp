// Compiled workflows for tests of the pure core: built-in types and "task", which may do anything.
#pragma once

#include "nodes/catalog.hpp"
#include "runtime/core/workflow.hpp"

#include <memory>
#include <stdexcept>
#include <string>

namespace pawl::test {

inline core::node_types types_with_task() {
  core::node_types types = nodes::built_in_types();
  node_type task;
  task.name = "task";
  task.execute = [](node_context&) { return outcome::nothing(); };
  task.any_handle = true;
  task.can_wait = true;
  if (!core::add_type(types, std::move(task))) throw std::runtime_error("the type task is refused");
  return types;
}

inline std::shared_ptr<const core::workflow> compile_good(const std::string& text) {
  auto done = core::compile(text, "test", types_with_task());
  if (!done) throw std::runtime_error(to_string(done.failure()));
  for (const problem& p : done->problems)
    if (!p.is_warning) throw std::runtime_error(p.pointer + ": " + p.message);
  return done->workflow;
}

} // namespace pawl::test
