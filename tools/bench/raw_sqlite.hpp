// SQLite's C interface with just enough around it: closed and finalized by themselves, errors thrown.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace pawl::bench {

/// For one thread: SQLite takes no lock for a connection.
class raw_database {
public:
  explicit raw_database(const std::string& file) {
    sqlite3* made = nullptr;
    const int answer =
        sqlite3_open_v2(file.c_str(), &made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    handle_.reset(made);
    check(answer);
  }

  sqlite3* handle() const { return handle_.get(); }
  void check(int answer) const {
    if (answer != SQLITE_OK && answer != SQLITE_ROW && answer != SQLITE_DONE)
      throw std::runtime_error(std::string("floor: ") + (handle_ ? sqlite3_errmsg(handle_.get()) : "no memory"));
  }
  void run(const std::string& sql) { check(sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr)); }

private:
  struct closer {
    void operator()(sqlite3* open) const { sqlite3_close(open); }
  };
  std::unique_ptr<sqlite3, closer> handle_;
};

/// NULL when the text is empty.
struct or_null {
  const std::string& text;
};

/// Prepared once. Bound texts are not copied: they must live until the next use.
class raw_statement {
public:
  raw_statement(const raw_database& in, const char* sql) : database_(in) {
    sqlite3_stmt* made = nullptr;
    in.check(sqlite3_prepare_v3(in.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr));
    statement_.reset(made);
  }

  /// Binds ?1, ?2 … and runs; true while there is a row.
  template <class... Values> bool first(const Values&... values) {
    sqlite3_reset(statement_.get());
    int place = 0;
    (bind(++place, values), ...);
    return next();
  }
  bool next() {
    const int answer = sqlite3_step(statement_.get());
    database_.check(answer);
    return answer == SQLITE_ROW;
  }
  /// For what answers no rows. A statement left unreset would hold its transaction open.
  template <class... Values> void run(const Values&... values) {
    first(values...);
    sqlite3_reset(statement_.get());
  }
  void reset() { sqlite3_reset(statement_.get()); }

  std::int64_t number(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  std::string text(int column) const {
    const auto* begin = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return begin == nullptr ? std::string() : begin;
  }

private:
  void bind(int place, std::int64_t value) { sqlite3_bind_int64(statement_.get(), place, value); }
  void bind(int place, int value) { sqlite3_bind_int(statement_.get(), place, value); }
  void bind(int place, bool value) { sqlite3_bind_int(statement_.get(), place, value ? 1 : 0); }
  void bind(int place, const std::string& value) {
    sqlite3_bind_text(statement_.get(), place, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  }
  void bind(int place, const or_null& value) {
    if (value.text.empty())
      sqlite3_bind_null(statement_.get(), place);
    else
      bind(place, value.text);
  }
  template <class T> void bind(int place, const std::optional<T>& value) {
    if (value)
      bind(place, *value);
    else
      sqlite3_bind_null(statement_.get(), place);
  }

  struct finalizer {
    void operator()(sqlite3_stmt* made) const { sqlite3_finalize(made); }
  };
  const raw_database& database_;
  std::unique_ptr<sqlite3_stmt, finalizer> statement_;
};

} // namespace pawl::bench
