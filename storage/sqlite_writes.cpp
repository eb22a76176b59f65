// The hot path: about six small statements a step, each prepared once, each touching as few pages as it can.
#include "storage/sqlite_writes.hpp"

#include "storage/definition_rules.hpp"

#include "runtime/core/overloaded.hpp"
#include "storage/queries.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::storage {
namespace {

// An index is rewritten whenever a column of it is named by SET, changed or not. Most steps leave both marks alone, so
// the first statement asks for that and does not name them; only when it finds no row the second one is tried.
constexpr char update_same_marks_sql[] =
    "UPDATE instance SET revision = ?2, version = ?3, status = ?4, next_cursor = ?5, next_scope = ?6, steps = ?7,"
    " step_limit = ?8, updated_at = ?9, last_started_at = ?10, execution_ms = ?11, retry_reason = ?12,"
    " step_limit_exceeded = ?13"
    " WHERE id = ?1 AND revision = ?2 - 1 AND in_flight = ?14 AND wake_at IS ?15 AND wake_on IS ?16";
constexpr char update_all_sql[] =
    "UPDATE instance SET revision = ?2, version = ?3, status = ?4, next_cursor = ?5, next_scope = ?6, steps = ?7,"
    " step_limit = ?8, updated_at = ?9, last_started_at = ?10, execution_ms = ?11, retry_reason = ?12,"
    " step_limit_exceeded = ?13, in_flight = ?14, wake_at = ?15, wake_on = ?16"
    " WHERE id = ?1 AND revision = ?2 - 1";
constexpr char revision_sql[] = "SELECT revision FROM instance WHERE id = ?1 AND revision > 0";
// No id that a caller may give begins with a control character, and no step follows revision -1.
constexpr char remove_sql[] = "UPDATE instance SET uid = char(1) || id, revision = -1, in_flight = 0, wake_at = NULL,"
                              " wake_on = NULL, definition = 0"
                              " WHERE id = ?1 AND revision > 0 AND status IN (?2, ?3, ?4)";
constexpr char mark_removed_sql[] = "INSERT INTO removed (instance) VALUES (?1)";
constexpr char uid_of_instance_sql[] = "SELECT uid FROM instance WHERE id = ?1";
constexpr char same_start_sql[] =
    "SELECT i.id, d.id, n.hash, n.payload_key FROM instance i LEFT JOIN definition d ON d.number = i.definition"
    " LEFT JOIN input n ON n.instance = i.id WHERE i.uid = ?1";
constexpr char definition_number_sql[] = "SELECT number FROM definition WHERE hash = ?1 AND id = ?2";
constexpr char insert_instance_sql[] =
    "INSERT INTO instance (uid, definition, created_at, revision, version, status, next_cursor, next_scope, steps,"
    " step_limit, updated_at, last_started_at, execution_ms, retry_reason, step_limit_exceeded, in_flight, wake_at,"
    " wake_on, id)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
constexpr char insert_input_sql[] = "INSERT INTO input (instance, text, hash, payload_key) VALUES (?1, ?2, ?3, ?4)";
constexpr char insert_label_sql[] = "INSERT INTO label (instance, name, value, payload_key) VALUES (?1, ?2, ?3, ?4)";
constexpr char append_audit_sql[] =
    "INSERT INTO secret_audit (at, instance_id, node_id, visit, attempt, slot, secret, version, destination, allowed,"
    " reason, payload_key, owner) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
constexpr char forget_audit_sql[] =
    "DELETE FROM secret_audit WHERE allowed = ?1 AND sequence <="
    " (SELECT sequence FROM secret_audit WHERE allowed = ?1 ORDER BY sequence DESC LIMIT 1 OFFSET ?2)";
constexpr char sealed_sql[] = "SELECT generation, mac FROM sealed_store WHERE id = ?1";
constexpr char any_sealed_sql[] = "SELECT 1 FROM sealed_store LIMIT 1";
constexpr char set_sealed_sql[] = "REPLACE INTO sealed_store (id, generation, mac) VALUES (?1, ?2, ?3)";
// Nearly always the row is there. A REPLACE would take it out and put it back in.
constexpr char move_cursor_sql[] =
    "UPDATE cursor SET scope = ?3, node = ?4, visit = ?5, phase = ?6, key = ?7, wait_kind = ?8, wait_reason = ?9,"
    " wait_since = ?10, retry_attempts = ?11, retry_at = ?12, payload = ?13, node_state = ?14, timer_fired = ?15,"
    " payload_schema = ?16, payload_key = ?17, wait_order = ?18, wait_signals = ?19, signal = ?20, deadline_at = ?21,"
    " deadline_ms = ?22, deadline_line = ?23 WHERE instance = ?1 AND cursor = ?2";
constexpr char add_cursor_sql[] =
    "INSERT INTO cursor (instance, cursor, scope, node, visit, phase, key, wait_kind, wait_reason, wait_since,"
    " retry_attempts, retry_at, payload, node_state, timer_fired, payload_schema, payload_key, wait_order, "
    "wait_signals,"
    " signal, deadline_at, deadline_ms, deadline_line)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,"
    " ?23)";
constexpr char remove_cursor_sql[] = "DELETE FROM cursor WHERE instance = ?1 AND cursor = ?2";
constexpr char set_timer_sql[] =
    "REPLACE INTO timer (instance, cursor, due_at, duration_ms, line) VALUES (?1, ?2, ?3, ?4, ?5)";
constexpr char remove_timer_sql[] = "DELETE FROM timer WHERE instance = ?1 AND cursor = ?2";
constexpr char set_visit_sql[] = "INSERT INTO visit (instance, node, count, last_step) VALUES (?1, ?2, ?3, 0)"
                                 " ON CONFLICT (instance, node) DO UPDATE SET count = excluded.count";
constexpr char last_step_of_visit_sql[] = "SELECT last_step FROM visit WHERE instance = ?1 AND node = ?2";
constexpr char set_last_step_sql[] = "UPDATE visit SET last_step = ?3 WHERE instance = ?1 AND node = ?2";
constexpr char first_last_step_sql[] = "INSERT INTO visit (instance, node, count, last_step) VALUES (?1, ?2, 0, ?3)";
constexpr char set_memory_sql[] =
    "REPLACE INTO memory (instance, scope, node, name, value, payload_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr char forget_memory_sql[] =
    "DELETE FROM memory WHERE instance = ?1 AND scope = ?2 AND node = ?3 AND name = ?4";
constexpr char add_signal_sql[] =
    "INSERT INTO signal (instance, number, at, name, payload, payload_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr char remove_signal_sql[] = "DELETE FROM signal WHERE instance = ?1 AND number = ?2";
constexpr char knows_signal_key_sql[] = "SELECT 1 FROM signal_key WHERE instance = ?1 AND key = ?2";
constexpr char add_signal_key_sql[] = "INSERT INTO signal_key (instance, key, number, at) VALUES (?1, ?2, ?3, ?4)";
constexpr char forget_signal_keys_sql[] =
    "DELETE FROM signal_key WHERE instance = ?1 AND at < ?2 AND number <= (SELECT number FROM signal_key"
    " WHERE instance = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?3)";
constexpr char set_closing_sql[] =
    "INSERT INTO closing (instance, end_status, reason, payload_key) VALUES (?1, ?2, ?3, ?4)";
constexpr char is_closing_sql[] = "SELECT 1 FROM closing WHERE instance = ?1";
constexpr char busiest_sql[] =
    "SELECT i.uid, count(*) FROM step s JOIN instance i ON i.id = s.instance"
    " WHERE s.seq > (SELECT max(seq) FROM step) - 256 AND i.revision > 0 GROUP BY s.instance ORDER BY 2 DESC LIMIT 1";
constexpr char append_step_sql[] =
    "INSERT INTO step (instance, revision, at, lag, core_version, kind, cursor, scope, node, visit, attempt, previous,"
    " handle, note, error, detail, output, payload_key, steady_lag, calendar_lag)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";
constexpr char latest_of_id_sql[] =
    "SELECT d.hash, l.owner FROM definition_latest l JOIN definition d ON d.number = l.definition WHERE l.id = ?1";
constexpr char insert_definition_sql[] =
    "INSERT INTO definition (hash, id, text) VALUES (?1, ?2, ?3) ON CONFLICT (hash, id) DO NOTHING";
constexpr char forget_latest_sql[] = "DELETE FROM definition_latest WHERE definition = ?1";
constexpr char remove_definition_sql[] = "DELETE FROM definition WHERE number = ?1";
constexpr char note_store_sql[] = "INSERT INTO payload_store (id, sealed_store) VALUES (?1, ?2)"
                                  " ON CONFLICT DO NOTHING";
constexpr char note_key_sql[] = "INSERT INTO payload_key (id, fingerprint) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
constexpr char put_schedule_sql[] =
    "REPLACE INTO schedule (id, definition_id, cron, time_zone, every_ms, anchor, overlap, missed_policy, window_ms,"
    " created_at, input, labels, payload_key, revision, paused, last_due, started, skipped, missed, failed,"
    " last_instance, last_error)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, 0, 0, 0, 0, 0, '', '')";
constexpr char set_schedule_sql[] =
    "UPDATE schedule SET revision = ?3, paused = ?4, last_due = ?5, next_due = ?6, pending = ?7, started = ?8,"
    " skipped = ?9, missed = ?10, failed = ?11, last_instance = ?12, last_error = ?13"
    " WHERE id = ?1 AND created_at = ?2 AND revision = ?3 - 1";
constexpr char remove_schedule_sql[] = "DELETE FROM schedule WHERE id = ?1";
constexpr char schedule_revision_sql[] = "SELECT revision FROM schedule WHERE id = ?1";
constexpr char count_schedules_sql[] = "SELECT count(*) FROM schedule";
// Both columns say the same since format 9: there is no third line any more.
constexpr char set_clock_sql[] = "REPLACE INTO clock (id, engine_ms, calendar_ms) VALUES (1, ?1, ?1)";
constexpr char set_identity_sql[] = "UPDATE identity SET value = ?1";
constexpr char set_latest_sql[] =
    "REPLACE INTO definition_latest (id, definition, saved_at, owner) VALUES (?1, ?2, ?3, ?4)";

std::optional<std::int64_t> unless_zero(std::int64_t value) { return value == 0 ? std::nullopt : std::optional(value); }

const std::string* in(const std::optional<std::string>& text) { return text ? &*text : nullptr; }

} // namespace

void change_writer::begin() {
  if (!cipher_.writing_key()) return;
  statements_.change(note_store_sql, cipher_.facts().store_id, cipher_.facts().sealed_store);
  statements_.change(note_key_sql, *cipher_.writing_key(), cipher_.writing_fingerprint());
}

bool change_writer::is_closing(instance_key instance) { return statements_.run(is_closing_sql, instance).next(); }

std::optional<std::pair<std::string, std::int64_t>> change_writer::busiest() {
  running row = statements_.run(busiest_sql);
  return row.next() ? std::optional(std::pair(row.text(0), row.number(1))) : std::nullopt;
}

result<written> change_writer::apply(const change& wanted) {
  return std::visit(core::overloaded{[this](const create_write& w) { return create(w); },
                                     [this](const step_write& w) { return advance(w); },
                                     [this](const remove_write& w) { return remove(w); },
                                     [this](const audit_write& w) { return append_audit(w.entry); },
                                     [this](const sealed_write& w) { return remember_sealed(w); },
                                     [this](const schedule_write& w) { return put_schedule(w); },
                                     [this](const schedule_advance& w) { return advance_schedule(w); },
                                     [this](const schedule_remove& w) { return remove_schedule(w); },
                                     [this](const clock_write& w) { return set_clock(w.offsets); }},
                    wanted);
}

result<written> change_writer::create(const create_write& wanted) {
  if (auto known = find_same_start(wanted)) return *std::move(known);
  const auto definition = definition_number(wanted.definition_hash, wanted.definition_id);
  if (!definition)
    return error{errc::unknown_definition, "the instance's definition was never saved in this store",
                 wanted.definition_id};
  insert_instance(wanted, *definition);
  const instance_key instance = database_.getLastInsertRowid();
  insert_start(instance, wanted);
  append_rows(instance, wanted.first);
  return written{instance, false};
}

// The hash is encrypted too: a plain one lets anybody try out which input it is of.
void change_writer::insert_start(instance_key instance, const create_write& wanted) {
  row_sealer sealed(cipher_, input_place(instance));
  statements_.change(insert_input_sql, instance, sealed("text", wanted.input), sealed("hash", wanted.input_hash),
                     sealed.key());
  for (const auto& [name, value] : wanted.labels) {
    row_sealer label(cipher_, label_place(instance, name));
    statements_.change(insert_label_sql, instance, name, label("value", value), label.key());
  }
}

std::optional<result<written>> change_writer::find_same_start(const create_write& wanted) {
  running row = statements_.run(same_start_sql, wanted.uid);
  if (!row.next()) return std::nullopt;
  const auto hash = hash_in(row);
  if (!hash)
    return error{errc::corrupt, "the encrypted hash of the instance's input was changed, or is of another instance",
                 wanted.uid};
  if (row.text(1) == wanted.definition_id && *hash == wanted.input_hash) return written{row.number(0), true};
  return error{errc::conflict, "the id is taken by an instance with another definition or input", wanted.uid};
}

// Nothing: it does not open.
std::optional<std::string> change_writer::hash_in(const running& row) {
  const auto key = row.number_if(3);
  return key ? cipher_.open(row.text(2), *key, input_place(row.number(0)), "hash") : row.text(2);
}

std::optional<std::int64_t> change_writer::definition_number(const std::string& hash, const std::string& id) {
  running row = statements_.run(definition_number_sql, hash, id);
  return row.next() ? std::optional(row.number(0)) : std::nullopt;
}

void change_writer::insert_instance(const create_write& wanted, std::int64_t definition) {
  const instance_row& h = wanted.first.header;
  statements_.change(insert_instance_sql, wanted.uid, definition, wanted.created_at, h.revision, h.version,
                     static_cast<int>(h.status), h.next_cursor, h.next_scope, h.steps, h.step_limit, h.updated_at,
                     h.last_started_at, h.execution_ms, h.retry_reason, h.step_limit_exceeded, h.in_flight, h.wake_at,
                     h.wake_on, unless_zero(wanted.first.instance));
}

result<written> change_writer::advance(const step_write& wanted) {
  for (const std::string& key : wanted.signal_keys_set)
    if (running known = statements_.run(knows_signal_key_sql, wanted.instance, key); known.next())
      return written{wanted.instance, true};
  if (!update_header(wanted)) return refused(wanted);
  append_rows(wanted.instance, wanted);
  return written{wanted.instance, false};
}

result<written> change_writer::remove(const remove_write& wanted) {
  if (!revision_of(wanted.instance)) return no_such_instance(wanted.instance);
  if (statements_.change(remove_sql, wanted.instance, static_cast<int>(instance_status::completed),
                         static_cast<int>(instance_status::failed), static_cast<int>(instance_status::cancelled)) == 0)
    return not_finished(uid_of(wanted.instance));
  statements_.change(mark_removed_sql, wanted.instance);
  return written{wanted.instance, false};
}

result<written> change_writer::append_audit(const secret_audit_entry& line) {
  row_sealer sealed(cipher_, audit_place(line));
  statements_.change(append_audit_sql, line.at_ms, line.instance_id, line.node_id, line.visit, line.attempt, line.slot,
                     sealed("secret", line.secret), line.version, sealed("destination", line.destination), line.allowed,
                     sealed("reason", line.reason), sealed.key(), line.owner);
  if (database_.getLastInsertRowid() % audit_sweep == 0) {
    statements_.change(forget_audit_sql, true, audit_allowed_max);
    statements_.change(forget_audit_sql, false, audit_refused_max);
  }
  return written{};
}

result<written> change_writer::remember_sealed(const sealed_write& wanted) {
  if (running row = statements_.run(sealed_sql, wanted.store_id); row.next()) {
    const std::int64_t known = row.number(0);
    const bool is_same = known == wanted.generation && row.text(1) == wanted.mac;
    if (is_same) return written{0, true};
    if (known >= wanted.generation && !wanted.accept_older) return rolled_back(known, wanted);
  } else if (statements_.run(any_sealed_sql).next()) {
    if (auto told = append_audit(another_sealed_store(wanted)); !told) return told;
  }
  statements_.change(set_sealed_sql, wanted.store_id, wanted.generation, wanted.mac);
  return written{};
}

result<written> change_writer::set_clock(const core::clock_offsets& offsets) {
  statements_.change(set_clock_sql, offsets.calendar_ms);
  return written{};
}

// --- schedules

result<written> change_writer::put_schedule(const schedule_write& wanted) {
  const schedule_row& row = wanted.row;
  const std::int64_t revision = schedule_revision(row.id).value_or(0);
  if (revision != row.state.revision - 1) return schedule_moved_on(row.id);
  if (revision == 0) {
    running count = statements_.run(count_schedules_sql);
    if (count.next() && count.number(0) >= static_cast<std::int64_t>(schedules_max)) return too_many_schedules();
  }
  row_sealer sealed(cipher_, schedule_place(row.id, row.created_at));
  statements_.change(put_schedule_sql, row.id, row.definition_id, row.cron, row.time_zone, row.every_ms, row.anchor,
                     row.overlap, row.missed, row.window_ms, row.created_at, sealed("input", row.input),
                     sealed("labels", row.labels.empty() ? nullptr : &row.labels), sealed.key(),
                     row.state.revision - 1);
  set_schedule_state(row.id, row.created_at, row.state);
  return written{};
}

// The row's other columns stay as they are, encrypted or not: who has no key may write this.
int change_writer::set_schedule_state(const std::string& id, timestamp_ms created_at, const schedule_state& state) {
  std::string pending;
  for (const timestamp_ms due : state.pending)
    pending += fmt::format("{}{}", pending.empty() ? "[" : ",", due);
  if (!pending.empty()) pending += ']';
  return statements_.change(set_schedule_sql, id, created_at, state.revision, state.paused, state.last_due,
                            state.next_due, pending.empty() ? nullptr : &pending, state.started, state.skipped,
                            state.missed, state.failed, state.last_instance, state.last_error);
}

result<written> change_writer::advance_schedule(const schedule_advance& wanted) {
  if (set_schedule_state(wanted.id, wanted.created_at, wanted.state) == 1) return written{};
  if (!schedule_revision(wanted.id)) return no_such_schedule(wanted.id);
  return schedule_moved_on(wanted.id);
}

result<written> change_writer::remove_schedule(const schedule_remove& wanted) {
  if (statements_.change(remove_schedule_sql, wanted.id) == 0) return no_such_schedule(wanted.id);
  return written{};
}

std::optional<std::int64_t> change_writer::schedule_revision(const std::string& id) {
  running row = statements_.run(schedule_revision_sql, id);
  return row.next() ? std::optional(row.number(0)) : std::nullopt;
}

std::string change_writer::uid_of(instance_key instance) {
  running row = statements_.run(uid_of_instance_sql, instance);
  return row.next() ? row.text(0) : std::string();
}

bool change_writer::update_header(const step_write& wanted) {
  const instance_row& h = wanted.header;
  if (h.revision < 1) return false; // it would follow a removed one
  for (const char* sql : {update_same_marks_sql, update_all_sql})
    if (statements_.change(sql, wanted.instance, h.revision, h.version, static_cast<int>(h.status), h.next_cursor,
                           h.next_scope, h.steps, h.step_limit, h.updated_at, h.last_started_at, h.execution_ms,
                           h.retry_reason, h.step_limit_exceeded, h.in_flight, h.wake_at, h.wake_on) == 1)
      return true;
  return false;
}

error change_writer::refused(const step_write& wanted) {
  const auto revision = revision_of(wanted.instance);
  if (!revision) return no_such_instance(wanted.instance);
  return {
      errc::conflict,
      fmt::format("the instance is at revision {}, the change makes revision {}", *revision, wanted.header.revision),
      ""};
}

void change_writer::append_rows(instance_key instance, const step_write& wanted) {
  append_step(instance, wanted.step);
  for (const visit_row& v : wanted.visits_set)
    statements_.change(set_visit_sql, instance, v.node, v.count);
  for (const cursor_row& c : wanted.cursors_set)
    set_cursor(instance, c);
  for (const std::int64_t c : wanted.cursors_gone)
    statements_.change(remove_cursor_sql, instance, c);
  for (const timer_row& t : wanted.timers_set)
    statements_.change(set_timer_sql, instance, t.cursor, t.due_at, t.duration_ms, static_cast<int>(t.line));
  for (const std::int64_t c : wanted.timers_gone)
    statements_.change(remove_timer_sql, instance, c);
  for (const memory_row& m : wanted.memories_set)
    set_memory(instance, m);
  for (const signal_row& s : wanted.signals_set)
    add_signal(instance, s);
  for (const std::int64_t s : wanted.signals_gone)
    statements_.change(remove_signal_sql, instance, s);
  for (const std::string& key : wanted.signal_keys_set)
    statements_.change(add_signal_key_sql, instance, key, wanted.step.revision, wanted.step.at.engine);
  if (const auto& limit = wanted.signal_keys_gone)
    statements_.change(forget_signal_keys_sql, instance, limit->known_since, sql_limit(limit->newest_kept));
  if (wanted.closing_set) set_closing(instance, *wanted.closing_set);
}

void change_writer::set_closing(instance_key instance, const closing_row& c) {
  row_sealer sealed(cipher_, closing_place(instance));
  const std::string* reason = sealed("reason", c.reason.empty() ? nullptr : &c.reason);
  statements_.change(set_closing_sql, instance, static_cast<int>(c.end), reason, sealed.key());
}

void change_writer::add_signal(instance_key instance, const signal_row& s) {
  row_sealer sealed(cipher_, signal_place(instance, s.number));
  statements_.change(add_signal_sql, instance, s.number, s.at, sealed("name", s.name), sealed("payload", in(s.payload)),
                     sealed.key());
}

void change_writer::set_memory(instance_key instance, const memory_row& m) {
  if (!m.value) {
    statements_.change(forget_memory_sql, instance, m.scope, m.node, m.name);
    return;
  }
  row_sealer sealed(cipher_, memory_place(instance, m.scope, m.node, m.name));
  statements_.change(set_memory_sql, instance, m.scope, m.node, m.name, sealed("value", *m.value), sealed.key());
}

void change_writer::set_cursor(instance_key instance, const cursor_row& c) {
  row_sealer sealed(cipher_, cursor_place(instance, c.cursor, c.node, c.visit));
  const std::string* reason = sealed("wait_reason", c.wait_reason.empty() ? nullptr : &c.wait_reason);
  const std::string* payload = sealed("payload", in(c.payload));
  const std::string* node_state = sealed("node_state", in(c.node_state));
  const std::string* schema = sealed("payload_schema", in(c.payload_schema));
  const std::string* signals = sealed("wait_signals", in(c.wait_signals));
  const std::string* signal = sealed("signal", c.signal.empty() ? nullptr : &c.signal);
  std::optional<std::int64_t> deadline_at;
  std::optional<std::int64_t> deadline_ms;
  std::optional<std::int64_t> deadline_line;
  if (c.deadline) {
    deadline_at = c.deadline->due_at;
    deadline_ms = c.deadline->duration_ms;
    deadline_line = static_cast<std::int64_t>(c.deadline->line);
  }
  for (const char* sql : {move_cursor_sql, add_cursor_sql})
    if (statements_.change(sql, instance, c.cursor, c.scope, c.node, c.visit, c.phase, c.key, c.wait_kind, reason,
                           unless_zero(c.wait_since), unless_zero(c.retry_attempts), unless_zero(c.retry_at), payload,
                           node_state, c.timer_fired, schema, sealed.key(), unless_zero(c.wait_order), signals, signal,
                           deadline_at, deadline_ms, deadline_line) == 1)
      return;
}

void change_writer::append_step(instance_key instance, const step_row& s) {
  const auto previous = previous_result(instance, s);
  row_sealer sealed(cipher_, step_place(instance, s.revision));
  const timestamp_ms at = s.at.engine;
  latest_time = std::max(latest_time, s.at.steady);
  statements_.change(append_step_sql, instance, s.revision, at, latest_time - s.at.steady, s.core_version, s.kind,
                     s.cursor, s.scope, s.node, s.visit, s.attempt, previous, s.handle,
                     sealed("note", s.note.empty() ? nullptr : &s.note), sealed("error", in(s.error)),
                     sealed("detail", in(s.detail)), sealed("output", in(s.output)), sealed.key(),
                     unless_zero(at - s.at.steady), unless_zero(at - s.at.calendar));
  if (!s.is_result) return;
  const std::int64_t seq = database_.getLastInsertRowid();
  if (statements_.change(set_last_step_sql, instance, s.node, seq) == 0)
    statements_.change(first_last_step_sql, instance, s.node, seq);
}

std::optional<std::int64_t> change_writer::previous_result(instance_key instance, const step_row& s) {
  if (!s.is_result) return std::nullopt;
  running row = statements_.run(last_step_of_visit_sql, instance, s.node);
  return row.next() ? row.number(0) : 0;
}

std::optional<written> change_writer::find_on_disk(const change& wanted) {
  struct finder {
    change_writer& in;

    using found = std::optional<written>;
    static found when(bool is_there, instance_key instance = 0) {
      return is_there ? found(written{instance, false}) : std::nullopt;
    }
    static bool has_reached(const std::optional<std::int64_t>& revision, std::int64_t made) {
      return revision && *revision >= made;
    }

    found operator()(const create_write& w) const {
      const auto known = in.find_same_start(w);
      return known && *known ? when(true, (*known)->instance) : std::nullopt;
    }
    found operator()(const step_write& w) const {
      return when(has_reached(in.revision_of(w.instance), w.header.revision), w.instance);
    }
    found operator()(const remove_write& w) const { return when(!in.revision_of(w.instance), w.instance); }
    found operator()(const audit_write&) const { return std::nullopt; } // nothing tells one line from another
    found operator()(const sealed_write& w) const {
      running row = in.statements_.run(sealed_sql, w.store_id);
      return when(row.next() && row.number(0) == w.generation && row.text(1) == w.mac);
    }
    found operator()(const schedule_write& w) const {
      return when(has_reached(in.schedule_revision(w.row.id), w.row.state.revision));
    }
    found operator()(const schedule_advance& w) const {
      return when(has_reached(in.schedule_revision(w.id), w.state.revision));
    }
    found operator()(const schedule_remove& w) const { return when(!in.schedule_revision(w.id)); }
    found operator()(const clock_write&) const { return std::nullopt; } // written twice it is the same
  };
  return std::visit(finder{*this}, wanted);
}

std::optional<std::int64_t> change_writer::revision_of(instance_key instance) {
  running row = statements_.run(revision_sql, instance);
  return row.next() ? std::optional(row.number(0)) : std::nullopt;
}

void change_writer::remove_definition(std::int64_t number) {
  statements_.change(forget_latest_sql, number);
  statements_.change(remove_definition_sql, number);
}

result<void> change_writer::save_definition(const definition_row& definition, timestamp_ms at) {
  if (running latest = statements_.run(latest_of_id_sql, definition.id); latest.next()) {
    const auto owner = owner_after(latest.text(1), definition);
    if (!owner) return owner.failure();
    if (latest.text(0) == definition.hash && latest.text(1) == *owner) return {};
  }
  statements_.change(insert_definition_sql, definition.hash, definition.id, definition.text);
  statements_.change(set_latest_sql, definition.id, definition_number(definition.hash, definition.id), at,
                     definition.owner);
  return {};
}

void change_writer::set_identity(const std::string& identity) { statements_.change(set_identity_sql, identity); }

} // namespace pawl::storage
