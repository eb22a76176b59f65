// When and how the log moves into the main file. Keeps the log short without ever making a writer wait for long.
// Throws SQLite::Exception.
#pragma once

#include "storage/database.hpp"
#include "storage/store.hpp"

namespace pawl::storage {

class checkpointer {
public:
  /// `log_bytes`: the size of the log file found at the open. The only user of the connection's log hook.
  checkpointer(SQLite::Database& database, std::int64_t log_bytes, std::string folder);
  checkpointer(const checkpointer&) = delete;
  checkpointer& operator=(const checkpointer&) = delete;
  ~checkpointer();

  /// store::checkpoint
  checkpointed run(std::int64_t limit_bytes);
  /// Whether a log that took room was moved and cut to nothing. Waits for nobody. Outside of transactions.
  bool give_room_back();
  /// Whether the main file alone holds everything up to some commit, so that its pages fit each other.
  bool is_main_file_whole() const { return is_main_file_whole_; }

private:
  static int count_frames(void* self, sqlite3*, const char*, int frames);
  static const int empty_the_log;

  bool is_due(std::int64_t limit_bytes) const;
  void cut_unused_tail();
  checkpointed move(int mode, int wait_ms);
  checkpointed now() const;

  SQLite::Database& database_;
  std::string folder_;
  std::int64_t frame_bytes_;   ///< a page and its header in the log
  std::int64_t frames_ = 0;    ///< of the log
  std::int64_t moved_ = 0;     ///< of these
  std::int64_t tried_at_ = 0;  ///< frames_ when a reader was last in the way
  std::int64_t waited_at_ = 0; ///< frames_ when a reader was last waited for
  bool blocked_ = false;
  bool is_main_file_whole_ = false;
};

} // namespace pawl::storage
