// Carries out a termination on a workflow that has nothing but the names of nodes.
#include "actors/forced_end.hpp"

#include "runtime/core/closing.hpp"
#include "runtime/core/transition.hpp"
#include "storage/codec.hpp"

#include <set>

namespace pawl::actors {
namespace {

core::workflow names_in(const storage::loaded_instance& rows) {
  std::set<std::string> names;
  for (const storage::cursor_row& c : rows.cursors)
    names.insert(c.node);
  for (const storage::visit_row& v : rows.visits)
    names.insert(v.node);
  for (const storage::memory_row& m : rows.memories)
    names.insert(m.node);
  core::workflow w;
  w.id = rows.definition_id;
  w.hash = rows.definition_hash;
  for (const std::string& name : names) {
    w.index.emplace(name, w.nodes.size());
    w.nodes.emplace_back().id = name;
  }
  return w;
}

} // namespace

result<std::vector<storage::step_write>> steps_that_terminate(const storage::loaded_instance& rows,
                                                              const std::string& reason, const core::moment& at) {
  const core::workflow names = names_in(rows);
  auto state = storage::decode_state(names, rows);
  if (!state) return state.failure();
  if (auto ends = core::check_cancel(*state, true); !ends) return ends.failure();
  std::vector<storage::step_write> steps;
  const auto take = [&](core::event_content what) -> result<void> {
    const core::event event{at, std::move(what)};
    auto verdict = core::apply(names, *state, event);
    if (const auto* no = std::get_if<core::rejected>(&verdict)) return error{no->code, no->reason, rows.uid};
    steps.push_back(storage::encode_step(names, *state, event, std::get<core::step>(verdict), std::nullopt));
    steps.back().instance = rows.instance;
    return {};
  };
  if (auto taken = take(core::cancelled{reason, true, 0}); !taken) return taken.failure();
  while (!has_ended(state->status)) {
    const core::cursor& runs = state->cursors.front();
    if (auto taken = take(core::given_up{{runs.id, runs.visit, runs.attempt()}, true}); !taken) return taken.failure();
  }
  return steps;
}

} // namespace pawl::actors
