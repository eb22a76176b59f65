// Opens or creates a SQLite file by one recipe of settings, after a look at whose it is, and migrates it.
#include "storage/database.hpp"

#include "storage/files.hpp"
#include "storage/log_repair.hpp"
#include "storage/migrations.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

namespace pawl::storage {
namespace {

using database_ptr = std::unique_ptr<SQLite::Database>;

// What the file says about itself.
struct identity {
  int application = 0;
  int version = 0;
  int objects = 0; ///< tables, indexes and the like
};

int number(SQLite::Database& db, const char* sql) { return db.execAndGet(sql).getInt(); }

identity identity_of(SQLite::Database& db) {
  identity found;
  found.application = number(db, "PRAGMA application_id");
  found.version = number(db, "PRAGMA user_version");
  found.objects = number(db, "SELECT count(*) FROM sqlite_schema");
  return found;
}

int newest_version() { return migrations().back().number; }

bool is_blank(const identity& found) { return found.application == 0 && found.version == 0 && found.objects == 0; }

error wrong(const std::string& path, const std::string& sentence) {
  return {errc::wrong_store, fmt::format("{}: {}", path, sentence), path};
}

error no_right_to_write(const std::string& path) {
  return {errc::access, fmt::format("no right to write {}", path), path};
}

// The objects of a database, and the text that made each.
using schema = std::map<std::string, std::string>;

// What the migrations up to that version make; once a process.
const schema& schema_made_by(int version) {
  static std::mutex guard;
  static std::map<int, schema> made;
  const std::lock_guard lock(guard);
  if (const auto known = made.find(version); known != made.end()) return known->second;
  SQLite::Database fresh(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (const migration& next : migrations())
    if (next.number <= version) fresh.exec(next.sql);
  schema objects;
  SQLite::Statement rows(fresh, "SELECT type || ' ' || name, ifnull(sql, '') FROM sqlite_schema");
  while (rows.executeStep())
    objects[rows.getColumn(0).getString()] = rows.getColumn(1).getString();
  return made.emplace(version, std::move(objects)).first->second;
}

// A generated column, a check, a trigger, a view or a virtual table computes what its author likes whenever a row is
// read or written, so nothing but the tables as Pawl makes them is opened.
result<void> check_schema(SQLite::Database& db, const identity& found, const std::string& path) {
  const schema& wanted = schema_made_by(found.version);
  SQLite::Statement rows(db, "SELECT type || ' ' || name, ifnull(sql, '') FROM sqlite_schema");
  std::size_t count = 0;
  for (; rows.executeStep(); ++count) {
    const std::string name = rows.getColumn(0).getString();
    const auto made = wanted.find(name);
    if (made == wanted.end() || made->second != rows.getColumn(1).getString())
      return error{errc::corrupt,
                   fmt::format("{}: the store holds the {} otherwise than Pawl makes it, or Pawl makes none; somebody "
                               "changed the file: restore a backup",
                               path, name.substr(0, 100)),
                   path};
  }
  if (count == wanted.size()) return {};
  return error{errc::corrupt,
               fmt::format("{}: {} of {} tables and indexes are there; restore a backup", path, count, wanted.size()),
               path};
}

result<void> check_identity(SQLite::Database& db, const identity& found, const std::string& path) {
  if (found.application != application_id)
    return wrong(path, "this is the database of another application, not a Pawl store");
  if (found.version > newest_version())
    return wrong(path, fmt::format("the store has version {}, this program knows versions up to {}; use a newer Pawl",
                                   found.version, newest_version()));
  return check_schema(db, found, path);
}

void switch_on(SQLite::Database& db, int option) { sqlite3_db_config(db.getHandle(), option, 1, nullptr); }
void switch_off(SQLite::Database& db, int option) { sqlite3_db_config(db.getHandle(), option, 0, nullptr); }

// What protects from a hostile file. Before the first look at its schema.
void harden(SQLite::Database& db, std::int64_t text_bytes_max = text_bytes_usual) {
  db.setBusyTimeout(busy_timeout_ms);
  sqlite3_limit(db.getHandle(), SQLITE_LIMIT_LENGTH,
                static_cast<int>(std::min<std::int64_t>(text_bytes_max, INT32_MAX)));
  sqlite3_limit(db.getHandle(), SQLITE_LIMIT_SQL_LENGTH, 100'000);
  sqlite3_limit(db.getHandle(), SQLITE_LIMIT_EXPR_DEPTH, 100);
  sqlite3_limit(db.getHandle(), SQLITE_LIMIT_TRIGGER_DEPTH, 1);
  switch_on(db, SQLITE_DBCONFIG_DEFENSIVE);
  switch_off(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA);
  switch_off(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION);
  switch_off(db, SQLITE_DBCONFIG_ENABLE_TRIGGER);
  switch_off(db, SQLITE_DBCONFIG_ENABLE_VIEW);
  switch_off(db, SQLITE_DBCONFIG_DQS_DDL);
  switch_off(db, SQLITE_DBCONFIG_DQS_DML);
  db.exec("PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY");
}

// Only on a blank file: both settings are part of its first page.
void lay_out(SQLite::Database& db) {
  db.exec(fmt::format("PRAGMA page_size = {}; PRAGMA auto_vacuum = INCREMENTAL", page_bytes).c_str());
}

void become_writer(SQLite::Database& db, const std::string& path) {
  SQLite::Statement change(db, "PRAGMA journal_mode = WAL");
  change.executeStep();
  const std::string mode = change.getColumn(0).getString();
  while (change.executeStep()) {
  } // the mode is only wished for until the last step has committed it
  if (mode != "wal") throw SQLite::Exception(fmt::format("{}: the write-ahead log is refused", path), SQLITE_READONLY);
  db.exec("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 16777216;"
          "PRAGMA secure_delete = ON");
}

// Each migration with its number in one transaction: a kill leaves the version before it or the one after it. Whoever
// fails here closes the connection, which rolls back; SQLite::Transaction would do it in a destructor that ends the
// process when there is no memory.
void migrate(SQLite::Database& db, int from) {
  for (const migration& next : migrations()) {
    if (next.number <= from) continue;
    db.exec("BEGIN IMMEDIATE");
    db.exec(next.sql);
    db.exec(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, next.number).c_str());
    db.exec("COMMIT");
  }
}

// Throws what the disk answers when a byte of the file or of its log cannot be read.
void read_everything(SQLite::Database& db) {
  for (const int which : {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER}) {
    sqlite3_file* file = nullptr;
    sqlite3_int64 size = 0;
    sqlite3_file_control(db.getHandle(), "main", which, &file);
    if (file == nullptr || file->pMethods == nullptr) continue;
    int answer = file->pMethods->xFileSize(file, &size);
    std::array<char, page_bytes> page;
    for (sqlite3_int64 at = 0; at < size && answer == SQLITE_OK; at += page_bytes)
      answer = file->pMethods->xRead(file, page.data(),
                                     static_cast<int>(std::min(size - at, sqlite3_int64{page_bytes})), at);
    if (answer != SQLITE_OK) throw SQLite::Exception(sqlite3_errstr(answer), answer);
  }
}

std::string quick_check(SQLite::Database& db) { return db.execAndGet("PRAGMA quick_check(1)").getString(); }

// To the check a page that cannot be read is a damaged one. A disk that fails is no reason to restore a backup.
result<void> check_pages(SQLite::Database& db, const std::string& path) {
  if (quick_check(db) == "ok") return {};
  read_everything(db);
  const std::string verdict = quick_check(db);
  if (verdict == "ok") return {};
  return error{errc::corrupt, fmt::format("{}: the file is damaged: {}; restore a backup", path, verdict), path};
}

result<void> prepare_for_owner(SQLite::Database& db, const std::string& path, bool check_everything,
                               std::int64_t text_bytes_max) {
  harden(db, text_bytes_max);
  const identity found = identity_of(db);
  const bool blank = is_blank(found);
  if (!blank)
    if (auto ok = check_identity(db, found, path); !ok) return ok;
  if (sqlite3_db_readonly(db.getHandle(), "main") == 1) return no_right_to_write(path);
  if (blank) lay_out(db);
  become_writer(db, path);
  migrate(db, found.version);
  db.exec("BEGIN IMMEDIATE; ROLLBACK"); // a right to write that is missing shows here and not at the first step
  return check_everything ? check_pages(db, path) : result<void>{};
}

result<void> prepare_for_reader(SQLite::Database& db, const std::string& path) {
  harden(db);
  switch_on(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE);
  db.exec("BEGIN"); // its owner may migrate it just now
  const identity found = identity_of(db);
  if (is_blank(found)) return wrong(path, "the file is empty: no store was made in it yet");
  if (auto ok = check_identity(db, found, path); !ok) return ok;
  if (found.version < newest_version())
    return error{errc::old_store,
                 fmt::format("{}: the store has the older version {}; its owner migrates it: the host, `pawl run` or "
                             "`pawl resume`",
                             path, found.version),
                 path};
  db.exec("COMMIT; PRAGMA query_only = ON");
  return {};
}

// Runs `steps` on a connection; foreign exceptions become errors here.
template <class Prepare>
result<database_ptr> connect(const std::string& name, int flags, const std::string& shown, Prepare prepare) {
  database_ptr db;
  try {
    db = std::make_unique<SQLite::Database>(name, flags);
    if (auto ok = prepare(*db); !ok) return ok.failure();
    return db;
  } catch (const SQLite::Exception& e) {
    return explain(e, db ? db->getHandle() : nullptr, shown).what;
  }
}

// A log that was left behind is written again before it is used, but only a store's own.
result<void> make_sure_of_log(const std::string& canonical) {
  if (size_of(wal_of(canonical)) == 0) return {};
  const auto looked = connect(canonical, SQLite::OPEN_READWRITE, canonical, [&](SQLite::Database& db) {
    harden(db);
    switch_on(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE);
    const identity found = identity_of(db);
    if (auto ok = is_blank(found) ? result<void>{} : check_identity(db, found, canonical); !ok) return ok;
    return sqlite3_db_readonly(db.getHandle(), "main") == 1 ? result<void>(no_right_to_write(canonical))
                                                            : result<void>{};
  });
  return looked ? write_log_again(canonical) : result<void>(looked.failure());
}

std::string uri_of(const std::string& path, const char* parameters) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#')
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    else
      uri += c;
  }
  return uri + parameters;
}

} // namespace

result<database_ptr> open_for_owner(const std::string& canonical, bool check_everything, std::int64_t text_bytes_max) {
  if (auto ok = make_sure_of_log(canonical); !ok) return ok.failure();
  return connect(canonical, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, canonical, [&](SQLite::Database& db) {
    return prepare_for_owner(db, canonical, check_everything, text_bytes_max);
  });
}

result<database_ptr> open_for_reader(const std::string& canonical, reading_way way) {
  const char* parameters = way == reading_way::shared      ? "?mode=ro"
                           : way == reading_way::immutable ? "?mode=ro&immutable=1"
                                                           : "?mode=ro&readonly_shm=1";
  return connect(uri_of(canonical, parameters), SQLite::OPEN_READONLY | SQLite::OPEN_URI, canonical,
                 [&](SQLite::Database& db) { return prepare_for_reader(db, canonical); });
}

result<database_ptr> open_private_copy(const std::string& copy, const std::string& original) {
  return connect(copy, SQLite::OPEN_READWRITE, original, [&](SQLite::Database& db) {
    db.exec("PRAGMA locking_mode = EXCLUSIVE"); // keeps the index of the log in memory: no third file
    return prepare_for_reader(db, original);
  });
}

} // namespace pawl::storage
