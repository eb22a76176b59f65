// Rows of schedules are made, compared and shown here; when they are due the core says.
#include "runtime/host/schedules.hpp"

#include "actors/scheduled_start.hpp"
#include "runtime/core/json.hpp"
#include "runtime/core/schedule.hpp"
#include "runtime/host/arguments.hpp"
#include "storage/codec.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pawl::host {
namespace {

using nlohmann::json;
using storage::schedule_row;

result<void> check_names(const schedule_spec& spec) {
  if (auto good = check_schedule_id(spec.id); !good) return good;
  if (spec.definition_id.empty())
    return error{errc::invalid_argument, "a schedule needs the id of the definition that it starts", ""};
  return check_labels(spec.labels);
}

result<void> check_way(const schedule_spec& spec) {
  if (spec.cron.empty() == (spec.every_ms == 0))
    return error{errc::invalid_argument, "a schedule has either a cron expression or an interval", ""};
  if (spec.every_ms == 0 && spec.start_at_ms)
    return error{errc::invalid_argument, "a beginning is for intervals only; a cron expression has none", ""};
  if (spec.every_ms != 0 && !spec.time_zone.empty() && spec.time_zone != "UTC")
    return error{errc::invalid_argument, "a time zone is for cron expressions only; an interval has none", ""};
  if (spec.catch_up_window_ms < 1 || spec.catch_up_window_ms > core::window_ms_max)
    return error{errc::invalid_argument, fmt::format("catch_up_window_ms is 1 to {} (366 days)", core::window_ms_max),
                 ""};
  const bool known =
      to_string(spec.overlap) != std::string_view("unknown") && to_string(spec.missed) != std::string_view("unknown");
  if (!known) return error{errc::invalid_argument, "there is no such policy", ""};
  return {};
}

result<std::optional<storage::timestamp_ms>> next_due(const schedule_row& row, storage::timestamp_ms after) {
  const auto when = core::recurrence::of(row.cron, row.time_zone, row.every_ms, row.anchor);
  if (!when) return when.failure();
  return when->next_after(after);
}

bool same_content(const schedule_row& a, const schedule_row& b, bool has_anchor) {
  return a.definition_id == b.definition_id && a.cron == b.cron && a.time_zone == b.time_zone &&
         a.every_ms == b.every_ms && (!has_anchor || a.anchor == b.anchor) && a.overlap == b.overlap &&
         a.missed == b.missed && a.window_ms == b.window_ms && a.labels == b.labels &&
         json::parse(a.input, nullptr, false) == json::parse(b.input, nullptr, false);
}

schedule_spec spec_of(const schedule_row& row) {
  schedule_spec spec;
  spec.id = row.id;
  spec.definition_id = row.definition_id;
  spec.cron = row.cron;
  spec.time_zone = row.time_zone;
  spec.every_ms = row.every_ms;
  if (row.every_ms != 0) spec.start_at_ms = row.anchor;
  spec.overlap = static_cast<overlap_policy>(row.overlap);
  spec.missed = static_cast<missed_policy>(row.missed);
  spec.catch_up_window_ms = row.window_ms;
  return spec;
}

result<schedule_info> info_of(const schedule_row& row) {
  schedule_info info;
  info.spec = spec_of(row);
  auto input = storage::read_stored(row.input, "a schedule's input");
  if (!input) return input.failure();
  info.input = core::share(std::move(*input));
  info.encrypted = !row.unreadable.empty();
  auto labels = storage::schedule_labels(row);
  if (!labels) return labels.failure();
  info.spec.labels = *std::move(labels);
  const storage::schedule_state& now = row.state;
  info.paused = now.paused;
  info.created_at_ms = row.created_at;
  if (now.started + now.skipped + now.missed + now.failed > 0 || !now.pending.empty()) info.last_due_ms = now.last_due;
  info.next_due_ms = now.next_due;
  info.waiting_ms = now.pending;
  info.started = now.started;
  info.skipped = now.skipped;
  info.missed = now.missed;
  info.failed = now.failed;
  info.last_instance = now.last_instance;
  info.last_error = now.last_error;
  return info;
}

result<schedule_info> write(storage::store& store, storage::change wanted, const schedule_row& row) {
  const auto answers = store.write({std::move(wanted)});
  if (!answers[0]) return answers[0].failure();
  return info_of(row);
}

result<schedule_row> need(storage::reader& from, std::string_view id) {
  auto found = from.schedule(id);
  if (!found) return found.failure();
  if (!*found) return storage::no_such_schedule(id);
  return **std::move(found);
}

// Runs of the old content may have started without that having been noted, or may be about to: no other instance may
// run beside them where the policy forbids it.
result<void> settle_waiting(storage::store& store, storage::schedule_state& now, const schedule_row& old) {
  const auto& waiting = old.state.pending;
  bool some_started = false;
  for (const storage::timestamp_ms due : waiting) {
    const std::string uid = core::run_id(old.id, due);
    const auto key = store.find(uid);
    if (!key) return key.failure();
    ++(*key ? now.started : now.skipped);
    if (*key) now.last_instance = uid;
    some_started |= key->has_value();
  }
  if (waiting.empty() || some_started) return {};
  const auto runs = actors::is_running(store, old.state.last_instance);
  if (!runs) return runs.failure();
  const bool side_by_side = static_cast<overlap_policy>(old.overlap) == overlap_policy::allow;
  if (!*runs) now.last_instance = core::run_id(old.id, side_by_side ? waiting.back() : waiting.front());
  return {};
}

// What stays of the schedule that is replaced.
result<void> take_over(storage::store& store, schedule_row& row, const schedule_row& old) {
  row.created_at = old.created_at;
  storage::schedule_state& now = row.state;
  now.revision = old.state.revision + 1;
  now.paused = old.state.paused;
  now.last_due = std::max(now.last_due, old.state.last_due);
  now.started = old.state.started;
  now.skipped = old.state.skipped;
  now.missed = old.state.missed;
  now.failed = old.state.failed;
  now.last_instance = old.state.last_instance;
  return settle_waiting(store, now, old);
}

} // namespace

result<schedule_row> row_of(const schedule_spec& spec, storage::timestamp_ms now) {
  if (auto good = check_names(spec); !good) return good.failure();
  if (auto good = check_way(spec); !good) return good.failure();
  schedule_row row;
  row.id = spec.id;
  row.definition_id = spec.definition_id;
  row.cron = spec.cron;
  row.time_zone = spec.time_zone.empty() ? "UTC" : spec.time_zone;
  row.every_ms = spec.every_ms;
  row.anchor = spec.every_ms == 0 ? 0 : spec.start_at_ms.value_or(now);
  row.overlap = static_cast<int>(spec.overlap);
  row.missed = static_cast<int>(spec.missed);
  row.window_ms = spec.catch_up_window_ms;
  row.created_at = now;
  if (!spec.labels.empty()) row.labels = json(spec.labels).dump();
  row.state.revision = 1;
  row.state.last_due = now;
  const auto next = next_due(row, now);
  if (!next) return next.failure();
  return row;
}

result<schedule_info> put_schedule(storage::store& store, schedule_row row, bool has_anchor,
                                   const add_schedule_options& how, storage::timestamp_ms now) {
  row.state.last_due = now;
  const auto known = store.schedule(row.id);
  if (!known) return known.failure();
  if (*known) {
    if (same_content(**known, row, has_anchor)) return info_of(**known);
    if (!how.replace)
      return error{errc::conflict, "the id is taken by a schedule with another content; replace it or take another id",
                   row.id};
    if (auto taken = take_over(store, row, **known); !taken) return taken.failure();
  }
  if (!row.state.paused) {
    const auto next = next_due(row, row.state.last_due);
    if (!next) return next.failure();
    row.state.next_due = *next;
  }
  return write(store, storage::schedule_write{row}, row);
}

result<bool> drop_schedule(storage::store& store, const std::string& id) {
  const auto answers = store.write({storage::schedule_remove{id}});
  if (!answers[0]) return answers[0].failure();
  return true;
}

result<schedule_info> set_paused(storage::store& store, const std::string& id, bool paused, storage::timestamp_ms now) {
  auto row = need(store, id);
  if (!row) return row.failure();
  if (row->state.paused == paused) return info_of(*row);
  storage::schedule_state& state = row->state;
  ++state.revision;
  state.paused = paused;
  state.next_due.reset();
  if (!paused) {
    state.last_due = std::max(state.last_due, now); // what was due meanwhile is not made up
    const auto next = next_due(*row, state.last_due);
    if (!next) return next.failure();
    state.next_due = *next;
  }
  return write(store, storage::schedule_advance{id, row->created_at, state}, *row);
}

result<std::vector<schedule_info>> read_schedules(storage::reader& from, std::size_t limit, std::string_view after_id) {
  const auto rows = from.schedules(after_id, limit);
  if (!rows) return rows.failure();
  std::vector<schedule_info> list;
  for (const schedule_row& row : *rows) {
    auto info = info_of(row);
    if (!info) return info.failure();
    list.push_back(*std::move(info));
  }
  return list;
}

result<schedule_info> read_schedule(storage::reader& from, std::string_view id) {
  const auto row = need(from, id);
  if (!row) return row.failure();
  return info_of(*row);
}

} // namespace pawl::host
