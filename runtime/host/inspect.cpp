// Makes the public views of an instance (snapshot, list, history, events) from a store's rows.
#include "runtime/host/inspect.hpp"

#include "storage/files.hpp"

#include "runtime/core/event.hpp"
#include "storage/codec.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::host {
namespace {

using core::phase;
using nlohmann::json;

constexpr std::size_t snapshot_results_max = 100'000; ///< the newest ones; a longer context is cut

error not_found(std::string_view uid) {
  return {errc::not_found, fmt::format("there is no instance '{}'; `list` shows which there are", uid), ""};
}

result<storage::instance_key> key_of(storage::reader& from, std::string_view uid) {
  auto found = from.find(uid);
  if (!found) return found.failure();
  if (!*found) return not_found(uid);
  return **found;
}

result<json> context_of(const std::vector<storage::result_row>& results) {
  json context = json::object();
  for (const storage::result_row& r : results) {
    json entry{{"timestamp", r.at}, {"attempt", r.attempt}};
    if (r.error) {
      entry["output"] = nullptr;
      entry["error"] = *r.error;
    } else if (r.output) {
      auto output = storage::read_stored(*r.output, "a stored output");
      if (!output) return output.failure();
      entry["output"] = std::move(*output);
    }
    core::array_in(context, r.node).push_back(std::move(entry));
  }
  return context;
}

json metadata_of(const storage::loaded_instance& rows) {
  const storage::instance_row& row = rows.header;
  json metadata = json::object();
  if (row.retry_reason > 0) metadata["pausedReason"] = fmt::format("Retry attempt {}", row.retry_reason);
  if (row.step_limit_exceeded) metadata["failedReason"] = "Step limit exceeded";
  if (rows.closing && has_ended(row.status) && !rows.closing->reason.empty())
    metadata[row.status == instance_status::failed ? "failedReason" : "cancelledReason"] = rows.closing->reason;
  return metadata;
}

const char* name_of(phase p) {
  switch (p) {
    case phase::ready: return "ready";
    case phase::waiting: return "waiting";
    case phase::retry_wait: return "retry";
    case phase::failed: return "failed";
  }
  return "unknown";
}

json cursor_of(const storage::cursor_row& c) {
  return {{"id", c.cursor},
          {"node", c.node},
          {"visit", c.visit},
          {"scope", c.scope},
          {"state", name_of(static_cast<phase>(c.phase))},
          {"attempt", c.retry_attempts + 1},
          {"idempotencyKey", c.key}};
}

// Times of timers are shown by the calendar.
std::optional<json> wait_of(const storage::cursor_row& c, const std::vector<storage::timer_row>& timers,
                            const core::clock_offsets& offsets) {
  json wait{{"cursor", c.cursor}, {"node", c.node}, {"visit", c.visit}};
  const auto timer = std::find_if(timers.begin(), timers.end(), [&](const auto& t) { return t.cursor == c.cursor; });
  const bool has_timer = timer != timers.end();
  if (static_cast<phase>(c.phase) == phase::retry_wait) {
    wait["for"] = to_string(wait_kind::retry);
    wait["since"] =
        offsets.by_calendar(has_timer ? timer->due_at - timer->duration_ms : c.retry_at, core::timeline::steady);
  } else if (static_cast<phase>(c.phase) == phase::waiting && c.wait_kind) {
    wait["for"] = to_string(static_cast<wait_kind>(*c.wait_kind));
    wait["since"] = c.wait_since;
    if (!c.wait_reason.empty()) wait["reason"] = c.wait_reason;
  } else {
    return std::nullopt;
  }
  if (has_timer) wait["until"] = offsets.by_calendar(timer->due_at, timer->line);
  return wait;
}

phase deciding_phase(instance_status status) {
  switch (status) {
    case instance_status::error: return phase::retry_wait;
    case instance_status::paused: return phase::waiting;
    case instance_status::failed: return phase::failed;
    default: return phase::ready;
  }
}

// What ends the instance as a whole.
void show_outer_bounds(const storage::loaded_instance& rows, const core::clock_offsets& offsets, json& view) {
  const auto timer = std::find_if(rows.timers.begin(), rows.timers.end(), [](const auto& t) { return t.cursor == 0; });
  if (rows.closing && !has_ended(rows.header.status)) {
    json& closing = view["closing"] = {{"end", to_string(rows.closing->end)}};
    if (!rows.closing->reason.empty()) closing["reason"] = rows.closing->reason;
    if (timer != rows.timers.end()) closing["until"] = offsets.by_calendar(timer->due_at, timer->line);
  } else if (timer != rows.timers.end()) {
    view["timeoutAt"] = offsets.by_calendar(timer->due_at, timer->line);
  }
}

const storage::cursor_row* deciding_cursor(const storage::loaded_instance& rows) {
  const int wanted = static_cast<int>(deciding_phase(rows.header.status));
  const auto at =
      std::find_if(rows.cursors.begin(), rows.cursors.end(), [&](const auto& c) { return c.phase == wanted; });
  return at == rows.cursors.end() ? nullptr : &*at;
}

// Why it failed: the error of the attempt that the last step recorded, or the fuse, whose failure leaves none.
result<std::string> failure_of(storage::reader& from, const storage::loaded_instance& rows) {
  if (rows.header.status != instance_status::failed) return std::string();
  if (rows.closing) return rows.closing->reason;
  auto last = from.history(rows.instance, rows.header.revision - 1, 1);
  if (!last) return last.failure();
  const bool by_error = !last->empty() && last->front().error && !last->front().handle;
  return by_error ? *last->front().error : std::string("Step limit exceeded");
}

// That some of it was read without its key.
std::string unreadable_in(const storage::loaded_instance& rows, const std::vector<storage::result_row>& results) {
  if (!rows.unreadable.empty()) return rows.unreadable;
  const bool has_some = std::any_of(results.begin(), results.end(), [](const auto& r) { return r.is_unreadable; });
  return has_some ? "[some results are encrypted with a key that was not given]" : "";
}

result<json> shown(storage::reader& from, const storage::loaded_instance& rows,
                   const std::vector<storage::result_row>& results) {
  const storage::instance_row& h = rows.header;
  auto context = context_of(results);
  if (!context) return context.failure();
  auto input = storage::read_stored(rows.input, "the stored input");
  if (!input) return input.failure();
  auto failure = failure_of(from, rows);
  if (!failure) return failure.failure();
  const auto offsets = from.offsets();
  if (!offsets) return offsets.failure();
  const storage::cursor_row* deciding = deciding_cursor(rows);
  json view{{"workflowId", rows.definition_id},
            {"status", to_string(h.status)},
            {"currentNodeId", deciding != nullptr ? json(deciding->node) : json(nullptr)},
            {"context", std::move(*context)},
            {"version", h.version},
            {"lastStartedAt", h.last_started_at},
            {"totalExecutionTime", h.execution_ms},
            {"metadata", metadata_of(rows)},
            {"instanceId", rows.uid},
            {"definitionHash", rows.definition_hash},
            {"input", std::move(*input)},
            {"revision", h.revision},
            {"createdAt", rows.created_at},
            {"updatedAt", h.updated_at},
            {"cursors", json::array()},
            {"waits", json::array()}};
  if (!rows.labels.empty()) view["labels"] = rows.labels;
  if (!rows.owner.empty()) view["owner"] = rows.owner;
  if (deciding != nullptr && deciding->retry_attempts > 0)
    view["retryState"] = {{"nodeId", deciding->node},
                          {"attempts", deciding->retry_attempts},
                          {"nextRetryAt", offsets->by_calendar(deciding->retry_at, core::timeline::steady)}};
  for (const storage::cursor_row& c : rows.cursors) {
    view["cursors"].push_back(cursor_of(c));
    auto wait = wait_of(c, rows.timers, *offsets);
    if (!wait) continue;
    if (c.payload_schema) {
      auto schema = storage::read_stored(*c.payload_schema, "a stored payload schema");
      if (!schema) return schema.failure();
      (*wait)["schema"] = std::move(*schema);
    }
    if (c.wait_signals && rows.unreadable.empty()) {
      auto names = storage::read_stored(*c.wait_signals, "a stored list of signals");
      if (!names) return names.failure();
      (*wait)["signals"] = std::move(*names);
    }
    view["waits"].push_back(std::move(*wait));
  }
  for (const storage::signal_row& s : rows.signals) {
    json signal{{"name", s.name}, {"at", s.at}, {"revision", s.number}};
    if (s.payload) {
      auto payload = storage::read_stored(*s.payload, "a stored payload of a signal");
      if (!payload) return payload.failure();
      signal["payload"] = std::move(*payload);
    }
    core::array_in(view, "signals").push_back(std::move(signal));
  }
  show_outer_bounds(rows, *offsets, view);
  if (!failure->empty()) view["failure"] = std::move(*failure);
  if (auto why = unreadable_in(rows, results); !why.empty()) view["encrypted"] = std::move(why);
  return view;
}

result<history_entry> entry_of(const storage::step_row& row) {
  static const core::event_content kinds[] = {
      core::started{},     core::node_succeeded{}, core::node_failed{}, core::node_paused{},        core::resumed{},
      core::timer_fired{}, core::signalled{},      core::cancelled{},   core::instance_timed_out{}, core::given_up{}};
  history_entry entry;
  entry.revision = row.revision;
  entry.at_ms = row.at.engine;
  entry.steady_ms = row.at.steady;
  entry.event = row.kind >= 0 && static_cast<std::size_t>(row.kind) < std::size(kinds) ? core::name_of(kinds[row.kind])
                                                                                       : "unknown";
  entry.node = row.node;
  entry.visit = row.visit;
  entry.attempt = row.attempt;
  entry.handle = row.handle.value_or("");
  entry.error = row.error.value_or("");
  entry.note = row.note;
  entry.encrypted = row.is_unreadable;
  if (!row.output) return entry;
  auto output = storage::read_stored(*row.output, "a stored output");
  if (!output) return output.failure();
  entry.output = core::share(std::move(*output));
  return entry;
}

} // namespace

result<store_info> info_of(storage::reader& store, const std::string& path) {
  auto facts = store.facts();
  if (!facts) return facts.failure();
  return store_info{std::move(facts->identity), facts->format, storage::size_of(path), storage::size_of(path + "-wal"),
                    storage::size_of(path + ".reserve")};
}

instance_summary summary_of(storage::summary_row row, const core::clock_offsets& offsets) {
  std::optional<std::int64_t> wake_at = row.wake_on;
  if (row.wake_at) {
    const auto at = offsets.by_calendar(*row.wake_at, core::timeline::steady);
    wake_at = wake_at ? std::min(*wake_at, at) : at;
  }
  return {std::move(row.uid),
          std::move(row.definition_id),
          row.status,
          row.revision,
          row.created_at,
          row.updated_at,
          wake_at,
          std::move(row.owner)};
}

result<snapshot> read_snapshot(storage::reader& from, std::string_view uid) {
  auto key = key_of(from, uid);
  if (!key) return key.failure();
  auto rows = from.load(*key);
  if (!rows) return rows.failure();
  auto results = from.context(*key, snapshot_results_max);
  if (!results) return results.failure();
  auto view = shown(from, *rows, *results);
  if (!view) return view.failure();
  return snapshot(core::share(std::move(*view)));
}

result<std::vector<instance_summary>> read_list(storage::reader& from, std::size_t limit, std::string_view after_uid) {
  auto rows = from.list_by_uid(after_uid, limit);
  if (!rows) return rows.failure();
  const auto offsets = from.offsets();
  if (!offsets) return offsets.failure();
  std::vector<instance_summary> list;
  for (storage::summary_row& r : *rows)
    list.push_back(summary_of(std::move(r), *offsets));
  return list;
}

result<std::vector<history_entry>> read_history(storage::reader& from, std::string_view uid,
                                                std::int64_t after_revision, std::size_t limit) {
  auto key = key_of(from, uid);
  if (!key) return key.failure();
  auto rows = from.history(*key, after_revision, limit);
  if (!rows) return rows.failure();
  std::vector<history_entry> entries;
  for (const storage::step_row& row : *rows) {
    auto entry = entry_of(row);
    if (!entry) return entry.failure();
    entries.push_back(std::move(*entry));
  }
  return entries;
}

result<std::vector<instance_event>> read_events(storage::reader& from, const std::string& uid,
                                                std::int64_t after_revision, std::size_t limit) {
  std::vector<instance_event> events;
  auto key = from.find(uid);
  if (!key) return key.failure();
  if (!*key) return events;
  auto rows = from.history(**key, after_revision, limit);
  if (!rows) return rows.failure();
  for (storage::step_row& row : *rows) {
    row.output.reset();
    auto entry = entry_of(row);
    if (!entry) return entry.failure();
    events.push_back({uid, std::move(*entry), std::nullopt, "", 0});
  }
  if (events.empty() || events.size() == limit) return events;
  auto now = from.load(**key);
  if (!now) return now.failure();
  if (events.back().entry.revision != now->header.revision) return events;
  events.back().status = now->header.status;
  if (const storage::cursor_row* deciding = deciding_cursor(*now)) events.back().next_node = deciding->node;
  return events;
}

} // namespace pawl::host
