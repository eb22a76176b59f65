// What a schedule starts is checked as anything that is started: its definition may be younger than it.
#include "actors/scheduled_start.hpp"

#include "runtime/core/schedule.hpp"
#include "runtime/core/start_hash.hpp"
#include "storage/codec.hpp"

#include <fmt/format.h>

namespace pawl::actors {
namespace {

using workflow_ptr = std::shared_ptr<const core::workflow>;

result<workflow_ptr> definition_of(services& shared, const schedule_found& of) {
  const std::string& id = of.row.definition_id;
  if (of.workflow) return of.workflow;
  if (!of.definition)
    return error{errc::unknown_definition, fmt::format("no definition '{}' is loaded; load_definition comes first", id),
                 ""};
  auto compiled = core::compile(of.definition->text, id, shared.types, shared.definition_limits,
                                {.owner = of.definition->owner, .is_stored = true});
  if (!compiled) return compiled.failure();
  if (compiled->workflow) return shared.known.add_latest(compiled->workflow, of.definition_changes);
  error e{errc::bad_definition, "the definition does not load any more:", id};
  for (const problem& p : compiled->problems)
    if (!p.is_warning) e.message += fmt::format(" {} {};", p.pointer, p.message);
  return e;
}

} // namespace

result<start_instance> scheduled_start(services& shared, const schedule_found& of, core::timestamp_ms due) {
  auto workflow = definition_of(shared, of);
  if (!workflow) return workflow.failure();
  if (!(*workflow)->start)
    return error{errc::invalid_argument, "which node is the start is open; name it in the definition's \"start\"", ""};
  auto input = storage::read_stored(of.row.input, "the schedule's input");
  if (!input) return input.failure();
  if ((*workflow)->input)
    if (auto fits = schema::require(*(*workflow)->input, *input, "the input"); !fits) return fits.failure();
  auto labels = storage::schedule_labels(of.row);
  if (!labels) return labels.failure();
  start_instance start;
  start.uid = core::run_id(of.row.id, due);
  start.workflow = *workflow;
  start.node = *(*workflow)->start;
  start.input_hash = core::start_hash(*input, *labels);
  start.input = core::share(*std::move(input));
  start.input_text = of.row.input;
  start.labels = *std::move(labels);
  start.room = shared.room->enter(admission::size_of(start.input_text.size()), false);
  if (!start.room)
    return error{errc::overloaded, "as many instances are live as active_instances_max allows; it is tried again", ""};
  return start;
}

result<bool> is_running(storage::store& store, const std::string& uid) {
  if (uid.empty()) return false;
  const auto key = store.find(uid);
  if (!key) return key.failure();
  if (!*key) return false; // it was removed, so it had ended
  const auto summary = store.list(**key - 1, 1);
  if (!summary) return summary.failure();
  return !summary->empty() && summary->front().instance == **key && !has_ended(summary->front().status);
}

bool passes_by_itself(errc code) {
  switch (code) {
    case errc::overloaded:
    case errc::stopped:
    case errc::timed_out:
    case errc::busy:
    case errc::disk_full:
    case errc::access:
    case errc::storage: return true;
    default: return false;
  }
}

} // namespace pawl::actors
