// One SQLite connection as Pawl wants it: the recipe of settings, whose file it is, and the numbered migrations.
// Looks before it changes anything: another application's file stays byte for byte what it was.
#pragma once

#include "storage/sqlite_error.hpp"

#include <pawl/result.hpp>

#include <SQLiteCpp/SQLiteCpp.h>

#include <memory>
#include <string>

namespace pawl::storage {

/// "Pawl" in ASCII, at byte 68 of every store.
inline constexpr int application_id = 0x5061776c;
/// Of a new store. Half the bytes of 8192 for a commit of few steps, and no slower in large ones
/// (tools/bench/README.md).
inline constexpr int page_bytes = 4096;
/// How long a foreign program that reads or copies the file may make Pawl wait.
inline constexpr int busy_timeout_ms = 1000;

/// What a reader takes for the longest text or row; a longer one is `limit`.
inline constexpr std::int64_t text_bytes_usual = std::int64_t{32} << 20;

/// How a file is opened for reading.
enum class reading_way {
  shared,   ///< with the log and its index, leaving marks in the index as every reader does
  guest,    ///< the same without a mark: the index is opened without the right to write
  immutable ///< the main file only; the caller has seen that there is no log
};

/// The owner's connection, for one thread at a time: the file exists (it may be empty) and its lock is held. Creates or
/// migrates the tables. Errors: those of open_sqlite_store.
/// `text_bytes_max`: of a text and of a row.
result<std::unique_ptr<SQLite::Database>> open_for_owner(const std::string& canonical, bool check_everything,
                                                         std::int64_t text_bytes_max = text_bytes_usual);

/// A connection that cannot write. Errors: `wrong_store`, `access`, `corrupt`, `storage`.
result<std::unique_ptr<SQLite::Database>> open_for_reader(const std::string& canonical, reading_way way);

/// A connection to a private copy, the log included; the files can be unlinked afterwards.
result<std::unique_ptr<SQLite::Database>> open_private_copy(const std::string& copy, const std::string& original);

} // namespace pawl::storage
