// Definitions: what loads has canonical text that loads again to the same hash, and steps from its
// start keep the invariants.
#include "tests/fuzz/support.hpp"

#include "runtime/core/invariant.hpp"
#include "runtime/core/transition.hpp"
#include "runtime/core/workflow.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

using namespace pawl;

namespace {

const core::node_types& types() {
  static const core::node_types made = [] {
    core::node_types all;
    for (const char* name : {"trigger", "set", "if", "wait", "any"}) {
      node_type type;
      type.name = name;
      if (type.name == "if") type.handles = {"true", "false"};
      type.can_wait = type.name == "wait";
      type.any_handle = type.name == "any";
      type.execute = [](node_context&) -> outcome { std::abort(); }; // nothing is executed here
      if (!core::add_type(all, std::move(type))) std::abort();
    }
    return all;
  }();
  return made;
}

void check_workflow(const core::workflow& w) {
  for (const auto& node : w.nodes)
    for (const auto& exit : node.exits)
      for (const auto target : exit.targets)
        fuzz::require(target < w.nodes.size(), "edges lead to nodes");
  fuzz::require(w.index.size() == w.nodes.size(), "ids are unique");
  fuzz::require(!w.start || *w.start < w.nodes.size(), "the start is a node");
}

/// A few steps from the start: every node succeeds, by its exits in turn.
void walk(const core::workflow& w) {
  if (!w.start) return;
  core::state s = core::initial_state(w, "instance");
  core::event next{1, core::started{*w.start, nullptr, std::nullopt}};
  for (int n = 0; n < 12; ++n) {
    (void)core::apply(w, s, next);
    fuzz::require(core::broken_invariant(w, s).empty(), "every state keeps its invariants");
    if (s.cursors.empty()) return;
    const auto& at = s.cursors[static_cast<std::size_t>(n) % s.cursors.size()];
    const auto& exits = w.nodes[at.node].exits;
    std::optional<std::string> handle;
    if (!exits.empty()) handle = exits[static_cast<std::size_t>(n) % exits.size()].handle;
    next = {n + 2, core::node_succeeded{{at.id, at.visit, at.attempt()}, handle, {}}};
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto made = core::compile(fuzz::text_of(data, size), "fallback", types());
  if (!made) {
    fuzz::require(made.failure().code == errc::bad_json || made.failure().code == errc::limit, "errors are typed");
    return 0;
  }
  const auto& problems = made->problems;
  const bool is_refused = std::any_of(problems.begin(), problems.end(), [](const problem& p) { return !p.is_warning; });
  fuzz::require(is_refused == (made->workflow == nullptr), "a workflow or an error");
  fuzz::require(problems.size() <= 202, "problems are bounded");
  if (is_refused) return 0;
  check_workflow(*made->workflow);
  walk(*made->workflow);
  const auto again = core::compile(made->workflow->text, "fallback", types());
  fuzz::require(again && again->workflow, "canonical text loads");
  fuzz::require(again->workflow->hash == made->workflow->hash, "canonical text has the same hash");
  fuzz::require(again->workflow->text == made->workflow->text, "canonical text is stable");
  fuzz::require(again->problems.size() == problems.size(), "canonical text has the same warnings");
  return 0;
}
