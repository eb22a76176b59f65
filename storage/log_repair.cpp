// Checks a log that was left behind, and writes it to the disk again before SQLite reads it. Through SQLite's file
// system, as everything that touches its files, so that tests see it.
#include "storage/log_repair.hpp"

#include "storage/files.hpp"
#include "storage/sqlite_error.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <vector>

namespace pawl::storage {
namespace {

constexpr std::int64_t chunk_bytes = std::int64_t{1} << 16; ///< SQLite cannot write 128 KiB or more at once

class log_file {
public:
  explicit log_file(const std::string& name)
      : name_(name + '\0'), // SQLite's names end with two zero bytes
        disk_(sqlite3_vfs_find(nullptr)),
        memory_(static_cast<std::size_t>(disk_->szOsFile) / sizeof(std::max_align_t) + 1),
        file_(reinterpret_cast<sqlite3_file*>(memory_.data())) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL;
    int given = 0;
    check(disk_->xOpen(disk_, name_.c_str(), file_, flags, &given));
    if ((given & SQLITE_OPEN_READONLY) != 0) check(SQLITE_READONLY);
  }
  log_file(const log_file&) = delete;
  log_file& operator=(const log_file&) = delete;
  ~log_file() { close(); }

  void write_again() {
    sqlite3_int64 size = 0;
    check(file_->pMethods->xFileSize(file_, &size));
    std::vector<char> chunk(static_cast<std::size_t>(std::min<std::int64_t>(size, chunk_bytes)));
    for (sqlite3_int64 at = 0; at < size; at += chunk_bytes) {
      const int bytes = static_cast<int>(std::min<std::int64_t>(size - at, chunk_bytes));
      check(file_->pMethods->xRead(file_, chunk.data(), bytes, at));
      check(file_->pMethods->xWrite(file_, chunk.data(), bytes, at));
    }
    check(file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL));
  }

private:
  void check(int answer) {
    if (answer == SQLITE_OK) return;
    close(); // a constructor that throws has no destructor
    throw SQLite::Exception(sqlite3_errstr(answer), answer);
  }
  void close() {
    if (file_->pMethods != nullptr) file_->pMethods->xClose(file_);
    file_->pMethods = nullptr;
  }

  std::string name_;
  sqlite3_vfs* disk_;
  std::vector<std::max_align_t> memory_;
  sqlite3_file* file_;
};

} // namespace

result<void> write_log_again(const std::string& canonical) {
  if (size_of(wal_of(canonical)) == 0) return {};
  errno = 0;
  try {
    log_file(wal_of(canonical)).write_again();
    return {};
  } catch (const SQLite::Exception& e) {
    return explain(e, nullptr, wal_of(canonical)).what;
  }
}

} // namespace pawl::storage
