// SQLite's errors as Pawl's: what they mean for people, and how much of a batch they take with them.
// Must never put bound values into a message.
#pragma once

#include <pawl/error.hpp>

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

struct sqlite3;

namespace pawl::storage {

/// How far a failed statement reaches.
enum class reach {
  one_change, ///< only the change that met it: the others can be tried again without it
  batch,      ///< the transaction as a whole; the next one may succeed
  store       ///< what is on disk is unknown: no more writing before the store is opened anew
};

struct failure {
  error what;
  storage::reach reach = storage::reach::batch;
};

/// `db` may be null: then nothing is known about the system's error.
failure explain(const SQLite::Exception& e, sqlite3* db, const std::string& path);

/// The same of a failed COMMIT: unless it is known to have failed before the commit was complete in the log, its
/// outcome is unknown and reaches as far as a failed sync. SQLite can fail after it too, when its index cannot grow.
failure explain_commit(const SQLite::Exception& e, sqlite3* db, const std::string& path);

} // namespace pawl::storage
