// Checks a store opened anew against what was answered before.
#include "tests/contract/promises.hpp"

#include "storage/codec.hpp"
#include "tests/support/schedule_rows.hpp"
#include "tests/support/workflows.hpp"

#include <map>
#include <set>
#include <stdexcept>

namespace pawl::test {
namespace {

using namespace storage;

const char* const graph = R"({
  "id": "w", "start": "a",
  "nodes": [{"id":"a","type":"task"}, {"id":"b","type":"task"}],
  "edges": [{"source":"a","target":"b"}]
})";

const core::workflow& compiled(const std::string& text) {
  static std::map<std::string, std::shared_ptr<const core::workflow>> known;
  auto& found = known[text];
  if (!found) found = compile_good(text);
  return *found;
}

core::node_paused waits_for(const char* signal) {
  core::node_paused paused{{1, 1, 1}, wait_kind::signal, "", std::nullopt, nullptr};
  paused.signals = {signal};
  return paused;
}

std::vector<core::event> events() {
  using namespace core;
  return {
      {1000, started{*life_workflow().find("a"), share({{"x", 1}}), 50}},
      {1010, node_failed{{1, 1, 1}, "Error: no", true, 3, 40}},
      {1050, timer_fired{1, 1}},
      {1080, node_succeeded{{1, 1, 2}, std::nullopt, {{"next", share(3)}}}},
      {1100, signalled{"go", share({{"n", 1}}), "key"}},
      {1110, node_paused{{1, 1, 1}, wait_kind::timer, "", 500, share({{"k", 1}})}},
      {1610, timer_fired{1, 1}},
      {1700, waits_for("go")},
      {1710, waits_for("other")},
      {1720, signalled{"other", nullptr, ""}},
      {1730, node_succeeded{{1, 1, 1}, "unknown", {}}},
  };
}

void check_call(reader& r, const answered& call, std::vector<std::string>& broken) {
  int unknown_there = 0;
  int unknown_missing = 0;
  for (std::size_t i = 0; i < call.batch.size(); ++i) {
    const std::string name = "change " + std::to_string(i);
    const bool there = is_there(r, call.batch[i]);
    if (call.answers[i]) {
      if (!there) broken.push_back(name + " was acknowledged and is lost");
    } else if (call.answers[i].failure().code == errc::storage) {
      ++(there ? unknown_there : unknown_missing);
    } else if (there) {
      broken.push_back(name + " was refused (" + to_string(call.answers[i].failure()) + ") and is there");
    }
  }
  // A refused change that stands between others may make those after it impossible; a stopped store names no refusal.
  if (unknown_there > 0 && unknown_missing > 0) broken.push_back("half of a batch is there");
}

// A schedule as it was written, or what was written over it; nothing replaces its input.
bool is_there(reader& r, const std::string& id, const schedule_state& wanted, const std::string* input) {
  const auto row = r.schedule(id);
  if (!row || !*row || (input != nullptr && (*row)->input != *input)) return false;
  const schedule_state& kept = (*row)->state;
  return kept.revision > wanted.revision || (kept.revision == wanted.revision && same_state(kept, wanted));
}

/// The replay law by the instance's definition, of which there is one in these tests.
std::string check_instance(reader& r, const summary_row& row) {
  const auto definition = r.latest_definition(row.definition_id);
  if (!definition || !*definition) return row.uid + " has lost its definition";
  const auto obeyed = check_replay(compiled((*definition)->text), r, row.instance);
  return obeyed ? "" : to_string(obeyed.failure());
}

} // namespace

std::vector<change> life_of(const std::string& uid, std::size_t output_bytes) {
  std::vector<change> all;
  core::state s = core::initial_state(life_workflow(), uid);
  for (const core::event& e : events()) {
    auto verdict = core::apply(life_workflow(), s, e);
    if (const auto* no = std::get_if<core::rejected>(&verdict)) throw std::runtime_error(no->reason);
    const auto& done = std::get<core::step>(verdict);
    const auto output = done.result ? std::optional("\"" + std::string(output_bytes, 'o') + "\"") : std::nullopt;
    const step_write rows = encode_step(life_workflow(), s, e, done, output);
    if (all.empty())
      all.emplace_back(create_write{uid, "w", "h", "{}", "hash", s.created_at, rows});
    else
      all.emplace_back(rows);
  }
  return all;
}

const core::workflow& life_workflow() { return compiled(graph); }

definition_row life_definition() { return {"h", "w", graph}; }

change for_instance(change c, instance_key instance) {
  if (auto* step = std::get_if<step_write>(&c)) step->instance = instance;
  if (auto* gone = std::get_if<remove_write>(&c)) gone->instance = instance;
  return c;
}

bool is_there(reader& r, const change& wanted) {
  if (const auto* whole = std::get_if<schedule_write>(&wanted))
    return is_there(r, whole->row.id, whole->row.state, &whole->row.input);
  if (const auto* moved = std::get_if<schedule_advance>(&wanted)) return is_there(r, moved->id, moved->state, nullptr);
  if (const auto* gone = std::get_if<schedule_remove>(&wanted)) {
    const auto row = r.schedule(gone->id);
    return row && !*row;
  }
  const auto* start = std::get_if<create_write>(&wanted);
  if (start != nullptr) {
    const auto found = r.find(start->uid);
    return found && *found;
  }
  if (const auto* gone = std::get_if<remove_write>(&wanted)) {
    const auto rows = r.load(gone->instance);
    return !rows && rows.failure().code == errc::not_found;
  }
  const auto& step = std::get<step_write>(wanted);
  const auto row = r.history(step.instance, step.header.revision - 1, 1);
  return row && row->size() == 1 && row->front().revision == step.header.revision &&
         row->front().kind == step.step.kind && row->front().output == step.step.output;
}

std::vector<std::string> broken_promises(reader& opened_anew, const std::vector<answered>& calls) {
  std::vector<std::string> broken;
  for (const answered& call : calls)
    check_call(opened_anew, call, broken);
  const auto all = opened_anew.list(0, 1000);
  if (!all) return {to_string(all.failure())};
  std::set<std::string> uids;
  for (const summary_row& row : *all) {
    if (!uids.insert(row.uid).second) broken.push_back(row.uid + " is there twice");
    if (const std::string text = check_instance(opened_anew, row); !text.empty()) broken.push_back(text);
  }
  return broken;
}

} // namespace pawl::test
