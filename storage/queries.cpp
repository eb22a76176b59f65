// What is read, and by which index: each statement says its order, none scans a table that grows with history.
#include "storage/queries.hpp"

#include "runtime/core/hash.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace pawl::storage {
namespace {

constexpr char find_sql[] = "SELECT id FROM instance WHERE uid = ?1";
constexpr char exists_sql[] = "SELECT 1 FROM instance WHERE id = ?1 AND revision > 0";
constexpr char load_sql[] =
    "SELECT i.uid, d.id, d.hash, n.text, n.hash, n.payload_key, i.created_at, i.revision, i.version, i.status, "
    "i.in_flight,"
    " i.next_cursor, i.next_scope, i.steps, i.step_limit, i.updated_at, i.last_started_at, i.execution_ms,"
    " i.retry_reason, i.step_limit_exceeded, i.wake_at, i.wake_on, (SELECT value FROM identity),"
    " l.owner"
    " FROM instance i LEFT JOIN definition d ON d.number = i.definition LEFT JOIN input n ON n.instance = i.id"
    " LEFT JOIN definition_latest l ON l.id = d.id"
    " WHERE i.id = ?1 AND i.revision > 0";
constexpr char cursors_sql[] =
    "SELECT cursor, scope, node, visit, phase, key, wait_kind, wait_reason, wait_since, retry_attempts, retry_at,"
    " payload, node_state, timer_fired, payload_schema, payload_key, wait_order, wait_signals, signal, deadline_at,"
    " deadline_ms, deadline_line"
    " FROM cursor WHERE instance = ?1 ORDER BY cursor";
constexpr char timers_sql[] = "SELECT cursor, due_at, duration_ms, line FROM timer WHERE instance = ?1 ORDER BY cursor";
constexpr char visits_sql[] = "SELECT node, count FROM visit WHERE instance = ?1 AND count > 0 ORDER BY node";
constexpr char memories_sql[] =
    "SELECT scope, node, name, value, payload_key FROM memory WHERE instance = ?1 ORDER BY scope, node, name";
constexpr char signals_sql[] =
    "SELECT number, at, name, payload, payload_key FROM signal WHERE instance = ?1 ORDER BY number";
constexpr char has_signal_key_sql[] = "SELECT 1 FROM signal_key WHERE instance = ?1 AND key = ?2";
constexpr char closing_sql[] = "SELECT end_status, reason, payload_key FROM closing WHERE instance = ?1";
constexpr char labels_sql[] = "SELECT name, value, payload_key FROM label WHERE instance = ?1";
constexpr char audit_sql[] =
    "SELECT sequence, at, instance_id, node_id, visit, attempt, slot, secret, version, destination, allowed, reason,"
    " payload_key, owner FROM secret_audit WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";
#define PAWL_SUMMARY_COLUMNS                                                                                           \
  "SELECT i.id, i.uid, d.id, i.status, i.revision, i.created_at, i.updated_at, i.wake_at, i.wake_on, l.owner"          \
  " FROM instance i LEFT JOIN definition d ON d.number = i.definition LEFT JOIN definition_latest l ON l.id = d.id"
constexpr char list_sql[] = PAWL_SUMMARY_COLUMNS " WHERE i.id > ?1 AND i.revision > 0 ORDER BY i.id LIMIT ?2";
constexpr char list_by_uid_sql[] = PAWL_SUMMARY_COLUMNS " WHERE i.uid > ?1 AND i.revision > 0 ORDER BY i.uid LIMIT ?2";
#undef PAWL_SUMMARY_COLUMNS
// Behind the uids of removed instances, which begin with a control character.
constexpr char before_all_uids[] = "\x02";
constexpr char history_sql[] =
    "SELECT revision, at, core_version, kind, cursor, scope, node, visit, attempt, handle, previous, output, error,"
    " detail, note, payload_key, steady_lag, calendar_lag FROM step WHERE instance = ?1 AND revision > ?2 ORDER BY "
    "revision LIMIT ?3";
constexpr char context_sql[] = "SELECT node, revision, at, attempt, output, error, payload_key FROM step"
                               " WHERE instance = ?1 AND previous IS NOT NULL ORDER BY revision DESC LIMIT ?2";
constexpr char last_step_sql[] = "SELECT last_step FROM visit WHERE instance = ?1 AND node = ?2";
constexpr char result_sql[] =
    "SELECT node, revision, at, attempt, output, error, payload_key, previous, instance FROM step WHERE seq = ?1";
constexpr char by_hash_sql[] = "SELECT d.hash, d.id, d.text, l.owner FROM definition d"
                               " LEFT JOIN definition_latest l ON l.id = d.id WHERE d.hash = ?1 ORDER BY d.id LIMIT 1";
constexpr char latest_sql[] = "SELECT d.hash, d.id, d.text, l.owner FROM definition_latest l JOIN definition d ON "
                              "d.number = l.definition WHERE l.id = ?1";
constexpr char all_latest_sql[] = "SELECT d.hash, d.id, d.text, l.owner FROM definition_latest l JOIN definition d ON "
                                  "d.number = l.definition ORDER BY l.id";
#define PAWL_VERSION_COLUMNS                                                                                           \
  "SELECT d.number, d.id, d.hash, CASE WHEN l.definition = d.number THEN l.saved_at END, (SELECT count(*) FROM "       \
  "instance i WHERE i.definition = d.number), l.owner"                                                                 \
  " FROM definition d LEFT JOIN definition_latest l ON l.id = d.id"
constexpr char definitions_sql[] = PAWL_VERSION_COLUMNS " WHERE d.number > max(?1, 0) ORDER BY d.number LIMIT ?2";
constexpr char versions_sql[] = PAWL_VERSION_COLUMNS " WHERE d.id = ?1 AND d.number > 0 ORDER BY d.number";
#undef PAWL_VERSION_COLUMNS
constexpr char schedule_that_starts_sql[] = "SELECT id FROM schedule WHERE definition_id = ?1 ORDER BY id LIMIT 1";
constexpr char in_flight_sql[] =
    "SELECT id, uid, updated_at FROM instance WHERE in_flight = 1 AND id > ?1 ORDER BY id LIMIT ?2";
// By core::timeline.
constexpr const char* due_sql[] = {
    "SELECT id, uid, wake_at FROM instance WHERE wake_at IS NOT NULL AND (wake_at, id) > (?1, ?2) AND wake_at <= ?3"
    " ORDER BY wake_at, id LIMIT ?4",
    "SELECT id, uid, wake_on FROM instance WHERE wake_on IS NOT NULL AND (wake_on, id) > (?1, ?2) AND wake_on <= ?3"
    " ORDER BY wake_on, id LIMIT ?4"};
constexpr const char* next_due_sql[] = {
    "SELECT wake_at FROM instance WHERE wake_at IS NOT NULL AND (wake_at, id) > (?1, ?2) ORDER BY wake_at, id LIMIT 1",
    "SELECT wake_on FROM instance WHERE wake_on IS NOT NULL AND (wake_on, id) > (?1, ?2) ORDER BY wake_on, id LIMIT 1"};
constexpr char offsets_sql[] = "SELECT calendar_ms FROM clock";
constexpr char identity_sql[] = "SELECT value FROM identity";
constexpr char format_sql[] = "PRAGMA user_version";
constexpr char last_instance_sql[] = "SELECT max(id) FROM instance";
#define PAWL_SCHEDULE_COLUMNS                                                                                          \
  "SELECT id, definition_id, cron, time_zone, every_ms, anchor, overlap, missed_policy, window_ms, created_at, input," \
  " labels, payload_key, revision, paused, last_due, next_due, pending, started, skipped, missed, failed,"             \
  " last_instance, last_error FROM schedule"
constexpr char schedules_sql[] = PAWL_SCHEDULE_COLUMNS " WHERE id > ?1 ORDER BY id LIMIT ?2";
constexpr char schedule_sql[] = PAWL_SCHEDULE_COLUMNS " WHERE id = ?1";
constexpr char due_schedules_sql[] =
    PAWL_SCHEDULE_COLUMNS " WHERE next_due IS NOT NULL AND next_due <= ?1 ORDER BY next_due, id LIMIT ?2";
constexpr char waiting_schedules_sql[] =
    PAWL_SCHEDULE_COLUMNS " WHERE pending IS NOT NULL AND id > ?1 ORDER BY id LIMIT ?2";
#undef PAWL_SCHEDULE_COLUMNS
constexpr char next_schedule_due_sql[] =
    "SELECT next_due FROM schedule WHERE next_due IS NOT NULL AND next_due > ?1 ORDER BY next_due, id LIMIT 1";
constexpr char facts_sql[] = "SELECT id, sealed_store FROM payload_store";
constexpr char keys_sql[] = "SELECT id, fingerprint FROM payload_key ORDER BY id";
constexpr char uid_sql[] = "SELECT uid FROM instance WHERE id = ?1";
constexpr char last_time_sql[] = "SELECT at + lag - ifnull(steady_lag, 0) FROM step ORDER BY seq DESC LIMIT 1";

error broken_chain(const std::string& node) {
  return {errc::corrupt, "the stored results of this node do not hang together", node};
}

instance_row header_of(const running& row, int first) {
  instance_row header;
  header.revision = row.number(first);
  header.version = row.number(first + 1);
  header.status = static_cast<instance_status>(row.small_number(first + 2));
  header.in_flight = row.flag(first + 3);
  header.next_cursor = row.number(first + 4);
  header.next_scope = row.number(first + 5);
  header.steps = row.number(first + 6);
  header.step_limit = row.number_if(first + 7);
  header.updated_at = row.number(first + 8);
  header.last_started_at = row.number(first + 9);
  header.execution_ms = row.number(first + 10);
  header.retry_reason = row.number(first + 11);
  header.step_limit_exceeded = row.flag(first + 12);
  header.wake_at = row.number_if(first + 13);
  header.wake_on = row.number_if(first + 14);
  return header;
}

definition_row definition_of(const running& row) {
  return {row.text(0), row.text(1), row.text(2), row.text_if(3).value_or("")};
}

std::optional<definition_row> only_definition(running row) {
  return row.next() ? std::optional(definition_of(row)) : std::nullopt;
}

std::vector<summary_row> summaries(running row) {
  std::vector<summary_row> rows;
  while (row.next())
    rows.push_back({row.number(0), row.text(1), row.text(2), static_cast<instance_status>(row.small_number(3)),
                    row.number(4), row.number(5), row.number(6), row.number_if(7), row.number_if(8),
                    row.text_if(9).value_or("")});
  return rows;
}

std::vector<definition_version> versions_in(running row) {
  std::vector<definition_version> versions;
  while (row.next())
    versions.push_back(
        {row.number(0), row.text(1), row.text(2), row.number_if(3), row.number(4), row.text_if(5).value_or("")});
  return versions;
}

std::vector<due_row> due_rows(running row) {
  std::vector<due_row> rows;
  while (row.next())
    rows.push_back({row.number(0), row.text(1), row.number(2)});
  return rows;
}

} // namespace

/// The texts of one row, opened where the row says that they are encrypted.
class queries::row_texts {
public:
  /// `place` is asked only where there is something to open.
  template <class Place>
  row_texts(queries& of, const running& row, int key_column, Place place)
      : of_(of), row_(row), key_(row.number_if(key_column)) {
    if (key_) place_ = place();
    if (key_ && !of_.cipher_.is_strict() && !of_.cipher_.has(*key_)) unreadable_ = of_.cipher_.unreadable(*key_);
  }

  /// Why none of the texts can be read; empty when they can.
  const std::string& unreadable() const { return unreadable_; }
  /// Unless something was told before.
  void tell(std::string& told) const {
    if (told.empty()) told = unreadable_;
  }

  std::string words(int column, const char* name) const {
    if (!key_) return row_.text(column);
    if (row_.is_null(column)) return {};
    return unreadable_.empty() ? opened(column, name) : unreadable_;
  }
  std::string json(int column, const char* name) const {
    if (key_ && !unreadable_.empty()) return nlohmann::json(unreadable_).dump();
    return words(column, name);
  }
  std::optional<std::string> words_if(int column, const char* name) const {
    return row_.is_null(column) ? std::nullopt : std::optional(words(column, name));
  }
  std::optional<std::string> json_if(int column, const char* name) const {
    return row_.is_null(column) ? std::nullopt : std::optional(json(column, name));
  }

private:
  std::string opened(int column, const char* name) const {
    auto plain = of_.cipher_.open(row_.text(column), *key_, place_, name);
    if (!plain) of_.note_fault(place_, name);
    return std::move(plain).value_or(std::string());
  }

  queries& of_;
  const running& row_;
  std::optional<std::int64_t> key_;
  payload_place place_;
  std::string unreadable_;
};

void queries::note_fault(const payload_place& at, const char* column) {
  if (fault_) return;
  std::string instance;
  if (running row = statements_.run(uid_sql, at.instance); row.next()) instance = row.text(0);
  const char* number = std::string_view(at.table) == "step"           ? "revision"
                       : std::string_view(at.table) == "cursor"       ? "cursor"
                       : std::string_view(at.table) == "signal"       ? "number"
                       : std::string_view(at.table) == "secret_audit" ? "time"
                       : std::string_view(at.table) == "schedule"     ? "time"
                                                                      : "scope";
  fault_ =
      error{errc::corrupt,
            fmt::format("an encrypted text was changed, or stands where it does not belong: table {}, {} {}, column {}",
                        at.table, number, at.number, column),
            instance};
}

template <class T> result<T> queries::unless_faulty(T found) {
  if (auto fault = std::exchange(fault_, std::nullopt)) return *std::move(fault);
  return found;
}

cursor_row queries::cursor_of(const running& row, instance_key instance, std::string& unreadable) {
  cursor_row c;
  c.cursor = row.number(0);
  c.scope = row.number(1);
  c.node = row.text(2);
  c.visit = row.number(3);
  c.phase = row.small_number(4);
  c.key = row.text(5);
  if (!row.is_null(6)) c.wait_kind = row.small_number(6);
  c.wait_since = row.number(8);
  c.retry_attempts = row.number(9);
  c.retry_at = row.number(10);
  c.timer_fired = row.flag(13);
  const row_texts texts(*this, row, 15, [&] { return cursor_place(instance, c.cursor, c.node, c.visit); });
  c.wait_reason = texts.words(7, "wait_reason");
  c.payload = texts.json_if(11, "payload");
  c.node_state = texts.json_if(12, "node_state");
  c.payload_schema = texts.json_if(14, "payload_schema");
  c.wait_order = row.number(16);
  c.wait_signals = texts.json_if(17, "wait_signals");
  c.signal = texts.words(18, "signal");
  if (!row.is_null(19))
    c.deadline = timer_row{0, row.number(19), row.number(20), static_cast<core::timeline>(row.small_number(21))};
  texts.tell(unreadable);
  return c;
}

step_row queries::step_of(const running& row, instance_key instance) {
  step_row s;
  s.revision = row.number(0);
  const timestamp_ms at = row.number(1);
  s.at = {at, at - row.number_if(16).value_or(0), at - row.number_if(17).value_or(0)};
  s.core_version = row.small_number(2);
  s.kind = row.small_number(3);
  s.cursor = row.number(4);
  s.scope = row.number(5);
  s.node = row.text(6);
  s.visit = row.number(7);
  s.attempt = row.number(8);
  s.handle = row.text_if(9);
  s.is_result = !row.is_null(10);
  const row_texts texts(*this, row, 15, [&] { return step_place(instance, s.revision); });
  s.output = texts.json_if(11, "output");
  s.error = texts.words_if(12, "error");
  s.detail = texts.json_if(13, "detail");
  s.note = texts.words(14, "note");
  s.is_unreadable = !texts.unreadable().empty();
  return s;
}

result_row queries::result_of(const running& row, instance_key instance) {
  result_row r{row.text(0), row.number(1), row.number(2), row.number(3), {}, {}};
  const row_texts texts(*this, row, 6, [&] { return step_place(instance, r.revision); });
  r.output = texts.json_if(4, "output");
  r.error = texts.words_if(5, "error");
  r.is_unreadable = !texts.unreadable().empty();
  return r;
}

secret_audit_entry queries::audit_of(const running& row) {
  secret_audit_entry line;
  line.sequence = row.number(0);
  line.at_ms = row.number(1);
  line.instance_id = row.text(2);
  line.node_id = row.text(3);
  line.visit = row.number(4);
  line.attempt = row.number(5);
  line.slot = row.text(6);
  line.version = row.text(8);
  line.allowed = row.flag(10);
  const row_texts texts(*this, row, 12, [&] { return audit_place(line); });
  line.secret = texts.words(7, "secret");
  line.destination = texts.words(9, "destination");
  line.reason = texts.words(11, "reason");
  line.encrypted = !texts.unreadable().empty();
  line.owner = row.text(13);
  return line;
}

// Numbers in brackets, as they were written; anything else is no number of this program.
static std::optional<std::vector<timestamp_ms>> pending_in(const std::string& text) {
  const auto list = nlohmann::json::parse(text, nullptr, false);
  if (!list.is_array() || list.empty()) return std::nullopt;
  std::vector<timestamp_ms> due;
  for (const auto& one : list) {
    if (!one.is_number_integer()) return std::nullopt;
    due.push_back(one.get<timestamp_ms>());
  }
  return due;
}

schedule_row queries::schedule_of(const running& row) {
  schedule_row s;
  s.id = row.text(0);
  s.definition_id = row.text(1);
  s.cron = row.text(2);
  s.time_zone = row.text(3);
  s.every_ms = row.number(4);
  s.anchor = row.number(5);
  s.overlap = row.small_number(6);
  s.missed = row.small_number(7);
  s.window_ms = row.number(8);
  s.created_at = row.number(9);
  const row_texts texts(*this, row, 12, [&] { return schedule_place(s.id, s.created_at); });
  s.input = texts.json(10, "input");
  s.labels = texts.json_if(11, "labels").value_or("");
  s.unreadable = texts.unreadable();
  schedule_state& now = s.state;
  now.revision = row.number(13);
  now.paused = row.flag(14);
  now.last_due = row.number(15);
  now.next_due = row.number_if(16);
  if (!row.is_null(17)) {
    auto pending = pending_in(row.text(17));
    if (!pending && !fault_) fault_ = error{errc::corrupt, "the waiting runs of the schedule are no list", s.id};
    now.pending = std::move(pending).value_or(std::vector<timestamp_ms>());
  }
  now.started = row.number(18);
  now.skipped = row.number(19);
  now.missed = row.number(20);
  now.failed = row.number(21);
  now.last_instance = row.text(22);
  now.last_error = row.text(23);
  return s;
}

result<std::vector<schedule_row>> queries::schedules_of(running row) {
  fault_.reset();
  std::vector<schedule_row> rows;
  while (row.next())
    rows.push_back(schedule_of(row));
  return unless_faulty(std::move(rows));
}

payload_facts queries::facts() {
  payload_facts found;
  if (running row = statements_.run(facts_sql); row.next()) {
    found.store_id = row.text(0);
    found.sealed_store = row.text(1);
  }
  for (running row = statements_.run(keys_sql); row.next();)
    found.fingerprints[row.number(0)] = row.text(1);
  return found;
}

std::int64_t sql_limit(std::size_t limit) { return static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)); }

result<void> queries::need_instance(instance_key instance) {
  fault_.reset(); // a call that ended early may have left one
  running row = statements_.run(exists_sql, instance);
  if (!row.next()) return no_such_instance(instance);
  return {};
}

result<std::optional<instance_key>> queries::find(const std::string& uid) {
  running row = statements_.run(find_sql, uid);
  return row.next() ? std::optional(row.number(0)) : std::nullopt;
}

result<loaded_instance> queries::load(instance_key instance) {
  fault_.reset();
  loaded_instance found;
  found.instance = instance;
  {
    running row = statements_.run(load_sql, instance);
    if (!row.next()) return no_such_instance(instance);
    found.uid = row.text(0);
    if (row.is_null(1) || row.is_null(3))
      return error{errc::corrupt, "the instance's definition or input is missing", found.uid};
    found.definition_id = row.text(1);
    found.definition_hash = row.text(2);
    const row_texts texts(*this, row, 5, [&] { return input_place(instance); });
    found.input = texts.json(3, "text");
    found.input_hash = texts.words(4, "hash");
    found.unreadable = texts.unreadable();
    found.created_at = row.number(6);
    found.header = header_of(row, 7);
    found.key_seed = core::key_seed(row.text(22), instance);
    found.owner = row.text_if(23).value_or("");
  }
  found.labels = labels_of(instance, found.unreadable);
  found.cursors = cursors_of(instance, found.unreadable);
  found.timers = timers_of(instance);
  found.visits = visits_of(instance);
  found.memories = memories_of(instance, found.unreadable);
  found.signals = signals_of(instance, found.unreadable);
  found.closing = closing_of(instance, found.unreadable);
  return unless_faulty(std::move(found));
}

std::vector<cursor_row> queries::cursors_of(instance_key instance, std::string& unreadable) {
  std::vector<cursor_row> rows;
  for (running row = statements_.run(cursors_sql, instance); row.next();)
    rows.push_back(cursor_of(row, instance, unreadable));
  return rows;
}

std::vector<timer_row> queries::timers_of(instance_key instance) {
  std::vector<timer_row> rows;
  for (running row = statements_.run(timers_sql, instance); row.next();)
    rows.push_back({row.number(0), row.number(1), row.number(2), static_cast<core::timeline>(row.small_number(3))});
  return rows;
}

std::vector<visit_row> queries::visits_of(instance_key instance) {
  std::vector<visit_row> rows;
  for (running row = statements_.run(visits_sql, instance); row.next();)
    rows.push_back({row.text(0), row.number(1)});
  return rows;
}

std::vector<memory_row> queries::memories_of(instance_key instance, std::string& unreadable) {
  std::vector<memory_row> rows;
  for (running row = statements_.run(memories_sql, instance); row.next();) {
    memory_row m{row.number(0), row.text(1), row.text(2), {}};
    const row_texts texts(*this, row, 4, [&] { return memory_place(instance, m.scope, m.node, m.name); });
    m.value = texts.json(3, "value");
    texts.tell(unreadable);
    rows.push_back(std::move(m));
  }
  return rows;
}

std::vector<signal_row> queries::signals_of(instance_key instance, std::string& unreadable) {
  std::vector<signal_row> rows;
  for (running row = statements_.run(signals_sql, instance); row.next();) {
    signal_row s{row.number(0), row.number(1), {}, {}};
    const row_texts texts(*this, row, 4, [&] { return signal_place(instance, s.number); });
    s.name = texts.words(2, "name");
    s.payload = texts.json_if(3, "payload");
    texts.tell(unreadable);
    rows.push_back(std::move(s));
  }
  return rows;
}

std::optional<closing_row> queries::closing_of(instance_key instance, std::string& unreadable) {
  running row = statements_.run(closing_sql, instance);
  if (!row.next()) return std::nullopt;
  const row_texts texts(*this, row, 2, [&] { return closing_place(instance); });
  texts.tell(unreadable);
  return closing_row{static_cast<instance_status>(row.small_number(0)), texts.words(1, "reason")};
}

std::map<std::string, std::string> queries::labels_of(instance_key instance, std::string& unreadable) {
  std::map<std::string, std::string> labels;
  for (running row = statements_.run(labels_sql, instance); row.next();) {
    const std::string name = row.text(0);
    const row_texts texts(*this, row, 2, [&] { return label_place(instance, name); });
    labels.emplace(name, texts.words(1, "value"));
    texts.tell(unreadable);
  }
  return labels;
}

result<std::vector<secret_audit_entry>> queries::secret_audit(std::int64_t after, std::size_t limit) {
  fault_.reset();
  std::vector<secret_audit_entry> lines;
  for (running row = statements_.run(audit_sql, after, sql_limit(limit)); row.next();)
    lines.push_back(audit_of(row));
  return unless_faulty(std::move(lines));
}

result<std::vector<summary_row>> queries::list(instance_key after, std::size_t limit) {
  return summaries(statements_.run(list_sql, after, sql_limit(limit)));
}

result<std::vector<summary_row>> queries::list_by_uid(const std::string& after, std::size_t limit) {
  return summaries(statements_.run(list_by_uid_sql, std::max<std::string>(after, before_all_uids), sql_limit(limit)));
}

result<std::vector<step_row>> queries::history(instance_key instance, std::int64_t after_revision, std::size_t limit) {
  if (auto ok = need_instance(instance); !ok) return ok.failure();
  std::vector<step_row> rows;
  for (running row = statements_.run(history_sql, instance, after_revision, sql_limit(limit)); row.next();)
    rows.push_back(step_of(row, instance));
  return unless_faulty(std::move(rows));
}

result<std::vector<result_row>> queries::context(instance_key instance, std::size_t limit) {
  if (auto ok = need_instance(instance); !ok) return ok.failure();
  std::vector<result_row> rows;
  for (running row = statements_.run(context_sql, instance, sql_limit(limit)); row.next();)
    rows.push_back(result_of(row, instance));
  std::reverse(rows.begin(), rows.end());
  return unless_faulty(std::move(rows));
}

std::int64_t queries::last_step_of(instance_key instance, const std::string& node) {
  running row = statements_.run(last_step_sql, instance, node);
  return row.next() ? row.number(0) : 0;
}

result<std::vector<result_row>> queries::last_results(instance_key instance, const std::vector<std::string>& nodes) {
  if (auto ok = need_instance(instance); !ok) return ok.failure();
  std::vector<result_row> rows;
  for (const std::string& node : nodes) {
    const std::int64_t last = last_step_of(instance, node);
    if (last == 0) continue;
    running row = statements_.run(result_sql, last);
    if (!row.next() || row.number(8) != instance || row.text(0) != node) return broken_chain(node);
    rows.push_back(result_of(row, instance));
  }
  return unless_faulty(std::move(rows));
}

result<std::vector<result_row>> queries::results(instance_key instance, const std::string& node,
                                                 const result_limits& allowed) {
  if (auto ok = need_instance(instance); !ok) return ok.failure();
  std::vector<result_row> rows;
  std::size_t bytes = 0;
  for (std::int64_t at = last_step_of(instance, node); at != 0;) {
    if (rows.size() == allowed.results_max) return history_too_large(allowed, node);
    running row = statements_.run(result_sql, at);
    // A chain that does not fall could lead round in a circle for ever.
    if (!row.next() || row.number(8) != instance || row.text(0) != node || row.is_null(7) || row.number(7) >= at)
      return broken_chain(node);
    rows.push_back(result_of(row, instance));
    bytes += bytes_of(rows.back());
    if (bytes > allowed.bytes_max) return history_too_large(allowed, node);
    at = row.number(7);
  }
  std::reverse(rows.begin(), rows.end());
  return unless_faulty(std::move(rows));
}

result<std::optional<definition_row>> queries::definition_by_hash(const std::string& hash) {
  return only_definition(statements_.run(by_hash_sql, hash));
}

result<std::optional<definition_row>> queries::latest_definition(const std::string& id) {
  return only_definition(statements_.run(latest_sql, id));
}

result<std::vector<definition_row>> queries::latest_definitions() {
  std::vector<definition_row> rows;
  for (running row = statements_.run(all_latest_sql); row.next();)
    rows.push_back(definition_of(row));
  return rows;
}

result<std::vector<definition_version>> queries::definitions(std::int64_t after, std::size_t limit) {
  return versions_in(statements_.run(definitions_sql, after, sql_limit(limit)));
}

result<std::vector<definition_version>> queries::versions_of(const std::string& definition_id) {
  return versions_in(statements_.run(versions_sql, definition_id));
}

result<std::optional<std::string>> queries::schedule_that_starts(const std::string& definition_id) {
  running row = statements_.run(schedule_that_starts_sql, definition_id);
  return row.next() ? std::optional(row.text(0)) : std::nullopt;
}

result<std::vector<due_row>> queries::in_flight(instance_key after, std::size_t limit) {
  return due_rows(statements_.run(in_flight_sql, after, sql_limit(limit)));
}

result<std::vector<due_row>> queries::due(core::timeline line, due_mark after, timestamp_ms now, std::size_t limit) {
  return due_rows(
      statements_.run(due_sql[static_cast<int>(line)], after.due_at, after.instance, now, sql_limit(limit)));
}

result<std::optional<timestamp_ms>> queries::next_due(core::timeline line, due_mark after) {
  running row = statements_.run(next_due_sql[static_cast<int>(line)], after.due_at, after.instance);
  return row.next() ? std::optional(row.number(0)) : std::nullopt;
}

result<std::vector<schedule_row>> queries::schedules(const std::string& after, std::size_t limit) {
  return schedules_of(statements_.run(schedules_sql, after, sql_limit(limit)));
}

result<std::optional<schedule_row>> queries::schedule(const std::string& id) {
  auto rows = schedules_of(statements_.run(schedule_sql, id));
  if (!rows) return rows.failure();
  return rows->empty() ? std::nullopt : std::optional(std::move(rows->front()));
}

result<std::vector<schedule_row>> queries::due_schedules(timestamp_ms now, std::size_t limit) {
  return schedules_of(statements_.run(due_schedules_sql, now, sql_limit(limit)));
}

result<std::optional<timestamp_ms>> queries::next_schedule_due(timestamp_ms after) {
  running row = statements_.run(next_schedule_due_sql, after);
  return row.next() ? row.number_if(0) : std::nullopt;
}

result<std::vector<schedule_row>> queries::waiting_schedules(const std::string& after, std::size_t limit) {
  return schedules_of(statements_.run(waiting_schedules_sql, after, sql_limit(limit)));
}

result<core::clock_offsets> queries::offsets() {
  running row = statements_.run(offsets_sql);
  if (!row.next()) return core::clock_offsets{};
  return core::clock_offsets{row.number(0)};
}

result<timestamp_ms> queries::last_time() {
  running row = statements_.run(last_time_sql);
  return row.next() ? row.number(0) : 0;
}

result<instance_key> queries::last_instance() {
  running row = statements_.run(last_instance_sql);
  return row.next() && !row.is_null(0) ? row.number(0) : 0;
}

result<bool> queries::has_signal_key(instance_key instance, const std::string& key) {
  if (auto there = need_instance(instance); !there) return there.failure();
  running row = statements_.run(has_signal_key_sql, instance, key);
  return row.next();
}

result<store_facts> queries::store_of() {
  store_facts found;
  running identity = statements_.run(identity_sql);
  if (!identity.next()) return error{errc::corrupt, "the store has no identity", ""};
  found.identity = identity.text(0);
  running format = statements_.run(format_sql);
  if (format.next()) found.format = static_cast<int>(format.number(0));
  return found;
}

} // namespace pawl::storage
