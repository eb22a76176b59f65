// Reading a store that is somebody else's, in whatever state it is found, without changing a byte of it.
//
// With an index file (-shm) beside it, SQLite shares log and index with a living owner as every reader does. Without a
// living owner, or without the right to write the index, it reads them as a guest. SQLite keeps one index a process,
// though: while a guest is connected, this process could not become the owner, so a guest's connection lasts one call.
// Without an index file, an empty log means that the main file is all there is; a log with content is read from a
// private copy, because SQLite would have to create the index. Every call looks first whether the way it read last is
// still right.
#include "storage/database.hpp"
#include "storage/files.hpp"
#include "storage/owner_lock.hpp"
#include "storage/private_copy.hpp"
#include "storage/sqlite_reading.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace pawl::storage {
namespace {

// What lies there at one moment.
struct file_facts {
  std::optional<file_stamp> main;
  std::optional<file_stamp> log;
  bool has_index = false;
  bool operator==(const file_facts&) const = default;

  bool log_is_empty() const { return !log || log->size == 0; }
};

file_facts facts_of(const std::string& path) {
  return {stamp_of(path), stamp_of(wal_of(path)), stamp_of(shm_of(path)).has_value()};
}

class sqlite_reader final : public sqlite_reading<reader> {
public:
  sqlite_reader(std::string path, std::shared_ptr<const payload_keys> keys)
      : path_(std::move(path)), keys_(std::move(keys)) {}
  ~sqlite_reader() override { disconnect(); }

  /// Connects once, to say early what is wrong.
  result<void> try_out() {
    return with_queries([](queries&) {});
  }

protected:
  result<void> with_queries(const std::function<void(queries&)>& body) override;

private:
  enum class way { none, shared, guest, frozen };
  enum class verdict { done, again };

  result<void> connect();
  result<void> connect_shared();
  result<void> connect_frozen();
  result<verdict> read_once(const std::function<void(queries&)>& body);
  void disconnect();
  bool is_stale() const { return way_ == way::none || (way_ == way::frozen && facts_of(path_) != seen_); }

  void know_keys();

  std::string path_;
  std::shared_ptr<const payload_keys> keys_;
  payload_cipher cipher_{payload_cipher::lacking::is_said};
  std::unique_ptr<SQLite::Database> database_;
  std::unique_ptr<queries> queries_;
  way way_ = way::none;
  bool shared_refused_ = false; ///< an index lies there, but SQLite cannot use it
  file_facts seen_;             ///< what a frozen connection was made from
};

void sqlite_reader::disconnect() {
  queries_.reset();
  database_.reset();
  way_ = way::none;
}

result<void> sqlite_reader::connect() {
  disconnect();
  seen_ = facts_of(path_);
  if (!seen_.main) return error{errc::not_found, fmt::format("{}: there is no such store", path_), path_};
  if (auto ok = check_readable(path_); !ok) return ok;
  // Without an owner an index is of no use where the log is empty, and SQLite may give up on one that a killed process
  // left behind ("locking protocol", after ten seconds): a copy can always be read then.
  const bool is_owned = names_living_owner(lock_of(path_));
  if (seen_.has_index && !shared_refused_ && (is_owned || !seen_.log_is_empty())) {
    auto ok = connect_shared();
    const bool may_go_without =
        !ok && (ok.failure().code == errc::access || (!is_owned && ok.failure().code == errc::storage));
    if (!may_go_without) return ok;
    shared_refused_ = true;
    seen_ = facts_of(path_);
  }
  return connect_frozen();
}

result<void> sqlite_reader::connect_shared() {
  const bool as_guest = !may_write(shm_of(path_)) || !names_living_owner(lock_of(path_));
  auto opened = open_for_reader(path_, as_guest ? reading_way::guest : reading_way::shared);
  if (!opened) return opened.failure();
  database_ = *std::move(opened);
  queries_ = std::make_unique<queries>(*database_, cipher_);
  way_ = as_guest ? way::guest : way::shared;
  return {};
}

result<void> sqlite_reader::connect_frozen() {
  if (seen_.log_is_empty()) {
    auto opened = open_for_reader(path_, reading_way::immutable);
    if (!opened) return opened.failure();
    database_ = *std::move(opened);
  } else {
    const auto copy = private_copy::make(path_);
    if (!copy) return copy.failure();
    auto opened = open_private_copy(copy->file(), path_);
    if (!opened) return opened.failure();
    database_ = *std::move(opened); // keeps the files open; their names go with `copy`
  }
  queries_ = std::make_unique<queries>(*database_, cipher_);
  way_ = way::frozen;
  return {};
}

// The owner may begin to encrypt, and take new keys, at any time.
void sqlite_reader::know_keys() {
  payload_facts facts = queries_->facts();
  if (facts == cipher_.facts()) return;
  cipher_ = payload_cipher(payload_cipher::lacking::is_said, std::move(facts), keys_, false);
}

result<sqlite_reader::verdict> sqlite_reader::read_once(const std::function<void(queries&)>& body) {
  try {
    database_->exec("BEGIN");
    know_keys();
    body(*queries_);
    database_->exec("COMMIT");
    return is_stale() ? verdict::again : verdict::done;
  } catch (const SQLite::Exception& e) {
    const failure failed = explain(e, database_->getHandle(), path_);
    const bool was_frozen = way_ == way::frozen;
    const bool moved = is_stale();
    disconnect();
    if (was_frozen && moved) return verdict::again;
    if (was_frozen || failed.what.code != errc::access || shared_refused_) return failed.what;
    shared_refused_ = true;
    return verdict::again;
  }
}

result<void> sqlite_reader::with_queries(const std::function<void(queries&)>& body) {
  for (int tries = 0; tries < 5; ++tries) {
    if (is_stale())
      if (auto ok = connect(); !ok) {
        disconnect();
        const bool is_final = ok.failure().code == errc::old_store || ok.failure().code == errc::wrong_store;
        if (is_final || facts_of(path_) == seen_) return ok;
        continue;
      }
    const auto read = read_once(body);
    if (way_ == way::guest) disconnect();
    if (!read) return read.failure();
    if (*read == verdict::done) return {};
  }
  return error{errc::storage, fmt::format("{}: the files keep changing while they are read; try again", path_), path_};
}

} // namespace

result<std::unique_ptr<reader>> open_sqlite_reader(const std::string& path, std::shared_ptr<const payload_keys> keys) {
  auto canonical = canonical_path(path);
  if (!canonical) return canonical.failure();
  auto made = std::make_unique<sqlite_reader>(*std::move(canonical), std::move(keys));
  if (auto ok = made->try_out(); !ok) return ok.failure();
  return std::unique_ptr<reader>(std::move(made));
}

} // namespace pawl::storage
