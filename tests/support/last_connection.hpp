// The SQLite connection that was opened last while the object lives: to ask a store's own connection what the store
// does not show. One at a time.
#pragma once

#include <sqlite3.h>

namespace pawl::test {

class last_connection {
public:
  last_connection() {
    handle_ = nullptr;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(&note));
  }
  last_connection(const last_connection&) = delete;
  last_connection& operator=(const last_connection&) = delete;
  ~last_connection() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&note)); }

  /// Valid as long as whoever opened it keeps it.
  sqlite3* handle() const { return handle_; }

private:
  static int note(sqlite3* db, char**, const sqlite3_api_routines*) {
    handle_ = db;
    return SQLITE_OK;
  }
  static inline sqlite3* handle_ = nullptr;
};

} // namespace pawl::test
