// The owner's store: group commit, what a failed transaction leaves, checkpoints. Its SQL is in queries and
// sqlite_writes. Never reports success before COMMIT returned, never writes again after a failed sync.
#include "storage/database.hpp"
#include "storage/files.hpp"
#include "storage/owner_lock.hpp"
#include "storage/sqlite_reading.hpp"
#include "storage/sqlite_writes.hpp"

#include <sqlite3.h>

#include <cerrno>

#include <unistd.h>

namespace pawl::storage {
namespace {

constexpr std::int64_t frame_bytes = page_bytes + 24;

class sqlite_store final : public sqlite_reading<store> {
public:
  sqlite_store(std::string path, owner_lock lock, std::unique_ptr<SQLite::Database> database)
      : path_(std::move(path)), lock_(std::move(lock)), database_(std::move(database)),
        queries_(std::make_unique<queries>(*database_)), writer_(std::make_unique<change_writer>(*database_)),
        log_frames_(size_of(wal_of(path_)) / frame_bytes) {
    sqlite3_wal_hook(database_->getHandle(), &sqlite_store::count_frames, this);
  }
  ~sqlite_store() override;

  /// Reads what the writer keeps in memory.
  result<void> begin();

  std::vector<result<written>> write(const std::vector<change>& batch) override;
  result<void> save_definition(const definition_row& definition, timestamp_ms at) override;
  result<std::vector<due_row>> in_flight(instance_key after, std::size_t limit) override {
    return read([&](queries& q) { return q.in_flight(after, limit); });
  }
  result<std::vector<due_row>> due(due_mark after, timestamp_ms now, std::size_t limit) override {
    return read([&](queries& q) { return q.due(after, now, limit); });
  }
  result<std::optional<timestamp_ms>> next_due(due_mark after) override {
    return read([&](queries& q) { return q.next_due(after); });
  }
  result<timestamp_ms> last_time() override { return writer_->latest_time; }
  result<void> checkpoint(std::size_t wal_bytes) override;

protected:
  // No transaction: the only writer is this object, and it is used by one thread.
  result<void> with_queries(const std::function<void(queries&)>& body) override {
    try {
      body(*queries_);
      return {};
    } catch (const SQLite::Exception& e) {
      return explained(e).what;
    }
  }

private:
  using answers = std::vector<result<written>>;
  enum class replay { together, singly };

  static int count_frames(void* self, sqlite3*, const char*, int frames) {
    static_cast<sqlite_store*>(self)->log_frames_ = frames;
    return SQLITE_OK;
  }

  answers attempt(const std::vector<change>& batch, replay way);
  void apply_alone(const change& wanted, answers& made);
  answers after_failed_commit(const std::vector<change>& batch, const answers& made, const failure& failed);
  failure explained(const SQLite::Exception& e);
  void roll_back();
  bool in_transaction() const { return sqlite3_get_autocommit(database_->getHandle()) == 0; }
  static answers all_failed(std::size_t count, const error& why) { return answers(count, result<written>(why)); }

  std::string path_;
  owner_lock lock_;
  std::unique_ptr<SQLite::Database> database_;
  std::unique_ptr<queries> queries_;
  std::unique_ptr<change_writer> writer_;
  std::int64_t log_frames_ = 0;
  std::optional<error> stopped_; ///< set once: what is on disk is unknown
};

sqlite_store::~sqlite_store() {
  queries_.reset();
  writer_.reset();
  database_.reset(); // the last connection moves the log into the main file
  if (!stopped_) lock_.mark_closed();
}

result<void> sqlite_store::begin() {
  auto latest = read([](queries& q) { return q.last_time(); });
  if (!latest) return latest.failure();
  writer_->latest_time = *latest;
  return {};
}

failure sqlite_store::explained(const SQLite::Exception& e) {
  failure found = explain(e, database_->getHandle(), path_);
  if (found.reach == reach::store && !stopped_) stopped_ = found.what;
  return found;
}

void sqlite_store::roll_back() {
  if (in_transaction()) database_->tryExec("ROLLBACK");
}

std::vector<result<written>> sqlite_store::write(const std::vector<change>& batch) {
  if (stopped_) return all_failed(batch.size(), *stopped_);
  if (batch.empty()) return {};
  return attempt(batch, replay::together);
}

// First all changes together; when one fails half-way its rows can only be taken back with all others, so everything is
// rolled back and done again with a savepoint around each.
sqlite_store::answers sqlite_store::attempt(const std::vector<change>& batch, replay way) {
  const timestamp_ms latest_before = writer_->latest_time;
  answers made;
  made.reserve(batch.size());
  bool committing = false;
  errno = 0; // see sqlite_error.cpp
  try {
    database_->exec("BEGIN IMMEDIATE");
    for (const change& wanted : batch) {
      if (way == replay::singly)
        apply_alone(wanted, made);
      else
        made.push_back(writer_->apply(wanted));
    }
    committing = true;
    database_->exec("COMMIT");
    return made;
  } catch (const SQLite::Exception& e) {
    const failure failed = explained(e);
    roll_back();
    writer_->latest_time = latest_before;
    if (committing) return after_failed_commit(batch, made, failed);
    if (failed.reach == reach::change && way == replay::together) return attempt(batch, replay::singly);
    return all_failed(batch.size(), failed.what);
  }
}

void sqlite_store::apply_alone(const change& wanted, answers& made) {
  const timestamp_ms latest_before = writer_->latest_time;
  database_->exec("SAVEPOINT change");
  try {
    made.push_back(writer_->apply(wanted));
  } catch (const SQLite::Exception& e) {
    const failure failed = explained(e);
    if (failed.reach != reach::change || !in_transaction()) throw;
    writer_->latest_time = latest_before;
    database_->exec("ROLLBACK TO change");
    made.push_back(failed.what);
  }
  database_->exec("RELEASE change");
}

// COMMIT may fail after the rows have reached the disk: only reading tells.
sqlite_store::answers sqlite_store::after_failed_commit(const std::vector<change>& batch, const answers& made,
                                                        const failure& failed) {
  answers found;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    std::optional<written> there;
    try {
      if (made[i]) there = writer_->find_on_disk(batch[i]);
    } catch (const SQLite::Exception&) {
      there.reset(); // cannot be read, so it cannot be promised
    }
    if (there)
      found.push_back(written{there->instance, made[i]->existed});
    else
      found.push_back(failed.what);
  }
  if (auto latest = read([](queries& q) { return q.last_time(); })) writer_->latest_time = *latest;
  return found;
}

result<void> sqlite_store::save_definition(const definition_row& definition, timestamp_ms at) {
  if (stopped_) return *stopped_;
  errno = 0;
  try {
    writer_->save_definition(definition, at);
    return {};
  } catch (const SQLite::Exception& e) {
    const failure failed = explained(e);
    roll_back();
    return failed.what;
  }
}

// PASSIVE waits for nobody: what a reader still needs stays in the log until the next call. TRUNCATE, without waiting
// either, gives the log's room on the disk back.
result<void> sqlite_store::checkpoint(std::size_t wal_bytes) {
  if (stopped_) return *stopped_;
  if (wal_bytes > 0 && log_frames_ * frame_bytes <= sql_limit(wal_bytes)) return {};
  sqlite3* handle = database_->getHandle();
  errno = 0;
  sqlite3_busy_timeout(handle, 0);
  const int mode = wal_bytes == 0 ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  const int answer = sqlite3_wal_checkpoint_v2(handle, "main", mode, nullptr, nullptr);
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  if (answer == SQLITE_OK || answer == SQLITE_BUSY) return {};
  return explained(SQLite::Exception(handle, answer)).what;
}

// After a crash the whole file is looked at once. A log without a lock file: somebody copied a store that was in use.
bool must_check(const std::string& canonical, const owner_lock& lock) {
  return lock.was_left_open() || (lock.is_new() && size_of(wal_of(canonical)) > 0);
}

// A file that was made here and could not become a store is taken away again.
result<std::unique_ptr<SQLite::Database>> open_locked(const std::string& canonical, owner_lock& lock) {
  if (auto ok = lock.mark_open(); !ok) return ok.failure();
  const auto created = create_private_file(canonical);
  if (!created) return created.failure();
  auto database = open_for_owner(canonical, must_check(canonical, lock));
  if (!database && *created)
    for (const std::string& file : {canonical, wal_of(canonical), shm_of(canonical)})
      ::unlink(file.c_str());
  return database;
}

} // namespace

result<std::unique_ptr<store>> open_sqlite_store(const std::string& path) {
  auto canonical = canonical_path(path);
  if (!canonical) return canonical.failure();
  if (auto ok = check_ordinary_file(*canonical); !ok) return ok.failure();
  if (auto ok = check_local_disk(folder_of(*canonical)); !ok) return ok.failure();
  auto lock = owner_lock::take(lock_of(*canonical));
  if (!lock) return lock.failure();
  auto opened = open_locked(*canonical, *lock);
  if (!opened) {
    lock->discard_new_file();
    return opened.failure();
  }
  auto made = std::make_unique<sqlite_store>(*canonical, *std::move(lock), *std::move(opened));
  if (auto ok = made->begin(); !ok) return ok.failure();
  return std::unique_ptr<store>(std::move(made));
}

} // namespace pawl::storage
