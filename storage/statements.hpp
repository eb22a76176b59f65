// Statements prepared once and kept with their connection. Every value is bound, none is ever joined into the text.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace pawl::storage {

/// A statement in use. Gives its locks back when it goes; must not outlive the bound texts.
class running {
public:
  explicit running(SQLite::Statement& statement) : statement_(&statement) {}
  running(running&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  running& operator=(running&&) = delete;
  ~running() {
    if (statement_ != nullptr) statement_->tryReset();
  }

  /// The next row, if there is one. Throws SQLite::Exception, as everything here.
  bool next() { return statement_->executeStep(); }
  void finish() {
    while (next()) {
    }
  }

  bool is_null(int column) const { return statement_->isColumnNull(column); }
  std::int64_t number(int column) const { return statement_->getColumn(column).getInt64(); }
  int small_number(int column) const { return statement_->getColumn(column).getInt(); }
  bool flag(int column) const { return number(column) != 0; }
  std::string text(int column) const { return statement_->getColumn(column).getString(); }
  std::optional<std::int64_t> number_if(int column) const {
    return is_null(column) ? std::nullopt : std::optional(number(column));
  }
  std::optional<std::string> text_if(int column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
  }

  template <class... Values> void bind(const Values&... values) {
    int place = 0;
    (bind_one(++place, values), ...);
  }

private:
  void bind_one(int place, std::int64_t value) { statement_->bind(place, value); }
  void bind_one(int place, int value) { statement_->bind(place, value); }
  void bind_one(int place, bool value) { statement_->bind(place, value ? 1 : 0); }
  void bind_one(int place, const std::string& value) { statement_->bindNoCopy(place, value); }
  void bind_one(int place, const std::string* value) {
    if (value != nullptr)
      bind_one(place, *value);
    else
      statement_->bind(place);
  }
  template <class T> void bind_one(int place, const std::optional<T>& value) {
    if (value)
      bind_one(place, *value);
    else
      statement_->bind(place);
  }

  SQLite::Statement* statement_;
};

class statements {
public:
  explicit statements(SQLite::Database& database) : database_(database) {}

  /// `sql` must be a constant: its address is the key. Values are bound in their order to ?1, ?2 …
  template <class... Values> running run(const char* sql, const Values&... values) {
    running use(prepared(sql));
    use.bind(values...);
    return use;
  }
  /// Runs to the end and answers how many rows it changed.
  template <class... Values> int change(const char* sql, const Values&... values) {
    running use(prepared(sql));
    use.bind(values...);
    use.finish();
    return database_.getChanges();
  }

private:
  SQLite::Statement& prepared(const char* sql) {
    std::unique_ptr<SQLite::Statement>& slot = kept_[sql];
    if (!slot) slot = std::make_unique<SQLite::Statement>(database_, sql);
    return *slot;
  }

  SQLite::Database& database_;
  std::unordered_map<const void*, std::unique_ptr<SQLite::Statement>> kept_;
};

} // namespace pawl::storage
