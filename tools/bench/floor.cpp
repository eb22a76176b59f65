// Raw SQLite by the recipe of storage/database.cpp. Five statements for a step of linear10; Pawl takes six.
#include "tools/bench/floor.hpp"

#include "storage/migrations.hpp"
#include "tools/bench/raw_sqlite.hpp"

#include <pawl/options.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace pawl::bench {
namespace {

constexpr int page_bytes = 4096; // as storage/database.hpp has it

using storage::create_write;
using storage::cursor_row;
using storage::instance_row;
using storage::step_row;
using storage::step_write;

const step_write& rows_of(const storage::change& c) {
  if (const auto* start = std::get_if<create_write>(&c)) return start->first;
  return std::get<step_write>(c);
}

/// What is known of an instance while its changes are planned.
struct planned_instance {
  std::map<std::string, floor_change::visit> visits;
  std::set<std::int64_t> cursors;
  bool in_flight = false;
  std::optional<std::int64_t> wake_at;

  floor_change::visit& visit(floor_change& into, const std::string& node) {
    const auto touched =
        std::find_if(into.visits.begin(), into.visits.end(), [&](const auto& v) { return v.node == node; });
    if (touched != into.visits.end()) return *touched;
    const auto known = visits.find(node);
    into.visits.push_back(known == visits.end() ? floor_change::visit{node, 0, 0, true} : known->second);
    return into.visits.back();
  }
};

void plan_rows(const step_write& rows, planned_instance& of, floor_change& made) {
  if (!rows.timers_set.empty() || !rows.timers_gone.empty() || !rows.memories_set.empty())
    throw std::runtime_error("the floor writes no timers and no memories");
  if (rows.step.is_result) {
    floor_change::visit& v = of.visit(made, rows.step.node);
    made.previous = v.last_step;
    v.last_step = made.seq;
  }
  for (const storage::visit_row& row : rows.visits_set)
    of.visit(made, row.node).count = row.count;
  for (const floor_change::visit& v : made.visits) {
    of.visits[v.node] = v;
    of.visits[v.node].is_new = false;
  }
  for (const cursor_row& c : rows.cursors_set)
    made.cursor_is_new.push_back(of.cursors.insert(c.cursor).second);
  for (const std::int64_t c : rows.cursors_gone)
    of.cursors.erase(c);
  made.marks_change = of.in_flight != rows.header.in_flight || of.wake_at != rows.header.wake_at;
  of.in_flight = rows.header.in_flight;
  of.wake_at = rows.header.wake_at;
}

constexpr char create_sql[] =
    "INSERT INTO instance (id, uid, definition, created_at, revision, version, status, next_cursor, next_scope, steps,"
    " step_limit, updated_at, last_started_at, execution_ms, retry_reason, step_limit_exceeded, in_flight, wake_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
constexpr char input_sql[] = "INSERT INTO input (instance, text, hash) VALUES (?1, ?2, ?3)";
constexpr char update_sql[] =
    "UPDATE instance SET revision = ?2, version = ?3, status = ?4, next_cursor = ?5, next_scope = ?6, steps = ?7,"
    " step_limit = ?8, updated_at = ?9, last_started_at = ?10, execution_ms = ?11, retry_reason = ?12,"
    " step_limit_exceeded = ?13 WHERE id = ?1";
constexpr char update_marks_sql[] =
    "UPDATE instance SET revision = ?2, version = ?3, status = ?4, next_cursor = ?5, next_scope = ?6, steps = ?7,"
    " step_limit = ?8, updated_at = ?9, last_started_at = ?10, execution_ms = ?11, retry_reason = ?12,"
    " step_limit_exceeded = ?13, in_flight = ?14, wake_at = ?15 WHERE id = ?1";
constexpr char step_sql[] =
    "INSERT INTO step (seq, instance, revision, at, lag, core_version, kind, cursor, scope, node, visit, attempt,"
    " previous, handle, note, error, detail, output)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
constexpr char new_visit_sql[] = "INSERT INTO visit (instance, node, count, last_step) VALUES (?1, ?2, ?3, ?4)";
constexpr char visit_sql[] = "UPDATE visit SET count = ?3, last_step = ?4 WHERE instance = ?1 AND node = ?2";
constexpr char new_cursor_sql[] =
    "INSERT INTO cursor (instance, cursor, scope, node, visit, phase, key, wait_kind, wait_reason, wait_since,"
    " retry_attempts, retry_at, payload, node_state, timer_fired, payload_schema)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
constexpr char cursor_sql[] =
    "UPDATE cursor SET scope = ?3, node = ?4, visit = ?5, phase = ?6, key = ?7, wait_kind = ?8, wait_reason = ?9,"
    " wait_since = ?10, retry_attempts = ?11, retry_at = ?12, payload = ?13, node_state = ?14, timer_fired = ?15,"
    " payload_schema = ?16 WHERE instance = ?1 AND cursor = ?2";
constexpr char cursor_gone_sql[] = "DELETE FROM cursor WHERE instance = ?1 AND cursor = ?2";

std::optional<std::int64_t> unless_zero(std::int64_t value) { return value == 0 ? std::nullopt : std::optional(value); }

class floor_writer {
public:
  explicit floor_writer(const std::string& file) : database_(file) {
    set_up();
    prepare();
    sqlite3_wal_hook(database_.handle(), &floor_writer::count_frames, this);
  }

  void save(const std::vector<storage::definition_row>& definitions);
  void write(const floor_change& change);
  void begin() { begin_->run(); }
  void commit() { commit_->run(); }
  /// As Pawl's store after each transaction.
  void checkpoint() {
    if (frames_ * (page_bytes + 24) <= static_cast<std::int64_t>(options().checkpoint_wal_bytes)) return;
    sqlite3_wal_checkpoint_v2(database_.handle(), "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }

private:
  using statement = std::unique_ptr<raw_statement>;

  static int count_frames(void* self, sqlite3*, const char*, int frames) {
    static_cast<floor_writer*>(self)->frames_ = frames;
    return SQLITE_OK;
  }
  void set_up();
  void prepare();
  void write_header(std::int64_t instance, const instance_row& h, bool marks_change);
  void create(std::int64_t instance, const create_write& from);
  void write_step(const floor_change& change, const step_row& s);
  void write_visits(const floor_change& change);
  void write_cursors(const floor_change& change, const step_write& rows);

  raw_database database_;
  statement begin_, commit_, create_, input_, update_, update_marks_, step_, new_visit_, visit_, new_cursor_, cursor_,
      cursor_gone_;
  std::unordered_map<std::string, std::int64_t> definitions_;
  std::int64_t frames_ = 0;
};

void floor_writer::set_up() {
  database_.run(fmt::format("PRAGMA page_size = {}; PRAGMA auto_vacuum = INCREMENTAL", page_bytes));
  database_.run("PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
                "PRAGMA journal_size_limit = 16777216; PRAGMA secure_delete = ON");
  for (const storage::migration& next : storage::migrations())
    database_.run(next.sql);
}

void floor_writer::prepare() {
  const auto prepared = [this](const char* sql) { return std::make_unique<raw_statement>(database_, sql); };
  begin_ = prepared("BEGIN IMMEDIATE");
  commit_ = prepared("COMMIT");
  create_ = prepared(create_sql);
  input_ = prepared(input_sql);
  update_ = prepared(update_sql);
  update_marks_ = prepared(update_marks_sql);
  step_ = prepared(step_sql);
  new_visit_ = prepared(new_visit_sql);
  visit_ = prepared(visit_sql);
  new_cursor_ = prepared(new_cursor_sql);
  cursor_ = prepared(cursor_sql);
  cursor_gone_ = prepared(cursor_gone_sql);
}

void floor_writer::save(const std::vector<storage::definition_row>& definitions) {
  raw_statement add(database_, "INSERT INTO definition (number, hash, id, text) VALUES (?1, ?2, ?3, ?4)");
  raw_statement latest(database_, "INSERT INTO definition_latest (id, definition, saved_at) VALUES (?1, ?2, 0)");
  for (const storage::definition_row& d : definitions) {
    const auto number = static_cast<std::int64_t>(definitions_.size()) + 1;
    add.run(number, d.hash, d.id, d.text);
    latest.run(d.id, number);
    definitions_[d.hash] = number;
  }
}

void floor_writer::create(std::int64_t instance, const create_write& from) {
  const instance_row& h = from.first.header;
  create_->run(instance, from.uid, definitions_.at(from.definition_hash), from.created_at, h.revision, h.version,
               static_cast<int>(h.status), h.next_cursor, h.next_scope, h.steps, h.step_limit, h.updated_at,
               h.last_started_at, h.execution_ms, h.retry_reason, h.step_limit_exceeded, h.in_flight, h.wake_at);
  input_->run(instance, from.input, from.input_hash);
}

void floor_writer::write_header(std::int64_t instance, const instance_row& h, bool marks_change) {
  if (marks_change)
    update_marks_->run(instance, h.revision, h.version, static_cast<int>(h.status), h.next_cursor, h.next_scope,
                       h.steps, h.step_limit, h.updated_at, h.last_started_at, h.execution_ms, h.retry_reason,
                       h.step_limit_exceeded, h.in_flight, h.wake_at);
  else
    update_->run(instance, h.revision, h.version, static_cast<int>(h.status), h.next_cursor, h.next_scope, h.steps,
                 h.step_limit, h.updated_at, h.last_started_at, h.execution_ms, h.retry_reason, h.step_limit_exceeded);
}

void floor_writer::write_step(const floor_change& change, const step_row& s) {
  step_->run(change.seq, change.from->instance, s.revision, s.at.engine, change.lag, s.core_version, s.kind, s.cursor,
             s.scope, s.node, s.visit, s.attempt, change.previous, s.handle, or_null{s.note}, s.error, s.detail,
             s.output);
}

void floor_writer::write_visits(const floor_change& change) {
  for (const floor_change::visit& v : change.visits)
    (v.is_new ? new_visit_ : visit_)->run(change.from->instance, v.node, v.count, v.last_step);
}

void floor_writer::write_cursors(const floor_change& change, const step_write& rows) {
  for (std::size_t i = 0; i < rows.cursors_set.size(); ++i) {
    const cursor_row& c = rows.cursors_set[i];
    (change.cursor_is_new[i] ? new_cursor_ : cursor_)
        ->run(change.from->instance, c.cursor, c.scope, c.node, c.visit, c.phase, c.key, c.wait_kind,
              or_null{c.wait_reason}, unless_zero(c.wait_since), unless_zero(c.retry_attempts), unless_zero(c.retry_at),
              c.payload, c.node_state, c.timer_fired, c.payload_schema);
  }
  for (const std::int64_t c : rows.cursors_gone)
    cursor_gone_->run(change.from->instance, c);
}

void floor_writer::write(const floor_change& change) {
  const step_write& rows = rows_of(change.from->what);
  if (const auto* start = std::get_if<create_write>(&change.from->what))
    create(change.from->instance, *start);
  else
    write_header(change.from->instance, rows.header, change.marks_change);
  write_step(change, rows.step);
  write_visits(change);
  write_cursors(change, rows);
}

} // namespace

std::vector<floor_change> plan_floor(const std::vector<recorded_change>& changes) {
  std::vector<floor_change> all;
  all.reserve(changes.size());
  std::unordered_map<std::int64_t, planned_instance> instances;
  std::int64_t latest = 0;
  for (const recorded_change& from : changes) {
    floor_change made;
    made.from = &from;
    made.seq = static_cast<std::int64_t>(all.size()) + 1;
    const step_write& rows = rows_of(from.what);
    latest = std::max(latest, rows.step.at.steady);
    made.lag = latest - rows.step.at.steady;
    plan_rows(rows, instances[from.instance], made);
    all.push_back(std::move(made));
  }
  return all;
}

floor_run run_floor(const std::string& file, const std::vector<storage::definition_row>& definitions,
                    const std::vector<floor_change>& changes, const std::vector<std::size_t>& batches) {
  floor_run run;
  auto writer = std::make_unique<floor_writer>(file);
  writer->save(definitions);
  run.commit_times.reserve(changes.size());
  const usage before = usage_now();
  const moment begin = now();
  for (std::size_t done = 0; done < changes.size();) {
    const std::size_t size = batches.at(std::min(run.commit_times.size(), batches.size() - 1));
    const std::size_t end = std::min(changes.size(), done + size);
    writer->begin();
    for (; done < end; ++done)
      writer->write(changes[done]);
    writer->commit();
    run.commit_times.push_back(now());
    writer->checkpoint();
  }
  run.seconds = seconds_between(begin, now());
  run.cpu_us = usage_now().cpu_us - before.cpu_us;
  writer.reset();
  run.bytes_written = usage_now().bytes_written - before.bytes_written;
  run.commits = static_cast<double>(run.commit_times.size());
  return run;
}

std::string first_difference(const std::string& file, const std::string& other) {
  raw_database database(file);
  raw_statement(database, "ATTACH ?1 AS other").run(other);
  for (const char* table : {"instance", "input", "cursor", "timer", "visit", "memory", "step"})
    for (const auto& [left, right] : {std::pair("main", "other"), std::pair("other", "main")}) {
      const std::string sql =
          fmt::format("SELECT count(*) FROM (SELECT * FROM {0}.{2} EXCEPT SELECT * FROM {1}.{2})", left, right, table);
      raw_statement differing(database, sql.c_str());
      if (differing.first() && differing.number(0) != 0)
        return fmt::format("{} rows of {} in {} are not in the other", differing.number(0), table, left);
    }
  return {};
}

} // namespace pawl::bench
