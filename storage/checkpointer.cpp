// Moves the log into the main file, by PASSIVE checkpoints. PASSIVE waits for nobody and lets the next commit start the
// log from its beginning, when all was moved and no reader uses it. A reader in the way makes the log grow: then a try
// costs two syncs and brings little, so the next one waits until the log has grown by the limit again. From four times
// the limit on a try waits a moment for the reader, whenever the log has doubled.
#include "storage/checkpointer.hpp"

#include "storage/files.hpp"

#include <sqlite3.h>

#include <utility>

namespace pawl::storage {
namespace {

constexpr std::int64_t frame_header_bytes = 24;
constexpr std::int64_t log_header_bytes = 32;
constexpr std::int64_t small_log_frames = 32; ///< not worth two syncs, however small the disk is
constexpr std::int64_t patience_factor = 4;
constexpr int patience_ms = 50; ///< every commit waits with it

} // namespace

const int checkpointer::empty_the_log = SQLITE_CHECKPOINT_TRUNCATE;

checkpointer::checkpointer(SQLite::Database& database, std::int64_t log_bytes, std::string folder)
    : database_(database), folder_(std::move(folder)),
      frame_bytes_(database.execAndGet("PRAGMA page_size").getInt64() + frame_header_bytes),
      frames_(log_bytes / frame_bytes_) {
  sqlite3_wal_hook(database_.getHandle(), &checkpointer::count_frames, this);
}

checkpointer::~checkpointer() { sqlite3_wal_hook(database_.getHandle(), nullptr, nullptr); }

int checkpointer::count_frames(void* self, sqlite3*, const char*, int frames) {
  auto& me = *static_cast<checkpointer*>(self);
  if (frames < me.frames_) me.moved_ = 0; // the log began anew
  me.frames_ = frames;
  return SQLITE_OK;
}

checkpointed checkpointer::now() const { return {frames_ * frame_bytes_, moved_ * frame_bytes_, blocked_}; }

// The main file can grow by as much as the log holds. Once the log has taken that room too it cannot be moved any more,
// so on a small disk it is moved earlier.
bool checkpointer::is_due(std::int64_t limit_bytes) const {
  const std::int64_t since = frames_ - (blocked_ ? tried_at_ : 0);
  if (since * frame_bytes_ > limit_bytes) return true;
  return since > small_log_frames && frames_ * frame_bytes_ > room_of(folder_).free_bytes / 2;
}

// What a failed transaction has written behind the last commit: nobody reads it, and moving the log may need the room.
void checkpointer::cut_unused_tail() {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(database_.getHandle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log == nullptr || log->pMethods == nullptr) return;
  const sqlite3_int64 used = log_header_bytes + frames_ * frame_bytes_;
  sqlite3_int64 size = 0;
  if (log->pMethods->xFileSize(log, &size) == SQLITE_OK && size > used) (void)log->pMethods->xTruncate(log, used);
}

bool checkpointer::give_room_back() {
  if (frames_ == 0) return false;
  cut_unused_tail();
  return move(empty_the_log, 0).log_bytes == 0;
}

checkpointed checkpointer::run(std::int64_t limit_bytes) {
  if (limit_bytes == 0) return move(empty_the_log, 0);
  if (!is_due(limit_bytes)) return now();
  const bool too_long = frames_ * frame_bytes_ > patience_factor * limit_bytes;
  if (!too_long) return move(SQLITE_CHECKPOINT_PASSIVE, 0);
  const bool waits = frames_ >= 2 * waited_at_; // for a reader that never ends each time half as often
  if (waits) waited_at_ = frames_;
  const checkpointed left = move(empty_the_log, waits ? patience_ms : 0);
  if (!blocked_) waited_at_ = 0;
  return left;
}

checkpointed checkpointer::move(int mode, int wait_ms) {
  sqlite3* handle = database_.getHandle();
  int in_log = -1;
  int moved = -1;
  is_main_file_whole_ = false; // also when a write fails in its midst
  sqlite3_busy_timeout(handle, wait_ms);
  const int answer = sqlite3_wal_checkpoint_v2(handle, "main", mode, &in_log, &moved);
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  if (answer != SQLITE_OK && answer != SQLITE_BUSY) throw SQLite::Exception(handle, answer);
  if (answer == SQLITE_OK && in_log < 0) throw SQLite::Exception("the store has lost its log mode", SQLITE_ERROR);
  if (in_log >= 0) {
    frames_ = in_log;
    moved_ = moved;
  }
  blocked_ = answer == SQLITE_BUSY || moved_ < frames_;
  tried_at_ = frames_;
  is_main_file_whole_ = in_log >= 0 && moved_ == frames_;
  return now();
}

} // namespace pawl::storage
