// Which SQLite code is which error. The one list of them.
#include "storage/sqlite_error.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>

namespace pawl::storage {
namespace {

bool is_failed_sync(int extended) {
  return extended == SQLITE_IOERR_FSYNC || extended == SQLITE_IOERR_DIR_FSYNC || extended == SQLITE_IOERR_CLOSE;
}

bool is_no_room(int system_error) { return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG; }

failure no_room(const std::string& path) {
  return {{errc::disk_full, fmt::format("{}: no room left on the disk; free some and try again", path), ""},
          reach::batch};
}

// SQLite keeps no errno of a failed write to its log, so it is asked here, at once; the callers set it to 0 before.
failure failed_io(const std::string& path, const std::string& text, int extended, int system_error) {
  if (!is_failed_sync(extended) && is_no_room(system_error)) return no_room(path);
  return {{errc::storage,
           fmt::format("{}: the disk failed ({}, code {}); nothing more is written before the store is opened anew",
                       path, text, extended),
           ""},
          reach::store};
}

} // namespace

failure explain(const SQLite::Exception& e, sqlite3* db, const std::string& path) {
  const int system_error = errno != 0 || db == nullptr ? errno : sqlite3_system_errno(db);
  const int code = e.getErrorCode() & 0xff;
  const std::string text = e.what();
  const auto say = [&](errc kind, const char* sentence, reach far) {
    return failure{{kind, fmt::format("{}: {} ({})", path, sentence, text), ""}, far};
  };
  switch (code) {
    case SQLITE_FULL: return no_room(path);
    case SQLITE_IOERR: return failed_io(path, text, e.getExtendedErrorCode(), system_error);
    case SQLITE_CORRUPT: return say(errc::corrupt, "the file is damaged; restore a backup", reach::one_change);
    case SQLITE_NOTADB: return say(errc::wrong_store, "this is no Pawl store", reach::batch);
    case SQLITE_CONSTRAINT: return say(errc::corrupt, "the stored rows contradict the new ones", reach::one_change);
    case SQLITE_TOOBIG: return say(errc::limit, "a text is longer than the store can hold", reach::one_change);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return say(errc::busy, "another program has locked the file; close it", reach::batch);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return say(errc::access, "there is no right to write the file", reach::batch);
    case SQLITE_CANTOPEN: return say(errc::access, "the file or a file beside it cannot be opened", reach::batch);
    case SQLITE_NOMEM: return say(errc::storage, "no memory left", reach::batch);
    default: return say(errc::storage, "the store failed", reach::batch);
  }
}

failure explain_commit(const SQLite::Exception& e, sqlite3* db, const std::string& path) {
  failure found = explain(e, db, path);
  const bool no_room_for_log = found.what.code == errc::disk_full && (e.getErrorCode() & 0xff) == SQLITE_FULL;
  const bool no_room_by_limit = found.what.code == errc::disk_full && e.getExtendedErrorCode() == SQLITE_IOERR_WRITE;
  if (found.reach == reach::store || no_room_for_log || no_room_by_limit) return found;
  return {{errc::storage,
           fmt::format("{}: whether a commit is on disk is unknown ({}); nothing more is written before the store is "
                       "opened anew",
                       path, e.what()),
           ""},
          reach::store};
}

} // namespace pawl::storage
