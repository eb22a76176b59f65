// Erases what removed instances leave in the file, piece by piece, and gives the free pages back to the disk.
// Throws SQLite::Exception.
#pragma once

#include "storage/statements.hpp"
#include "storage/store.hpp"

namespace pawl::storage {

class eraser {
public:
  explicit eraser(SQLite::Database& database) : database_(database), statements_(database) {}

  /// A piece of about `rows_max` rows, inside a transaction that the caller began. Says whether there is more to do.
  bool erase_piece(int rows_max);

private:
  std::optional<instance_key> next_removed();
  bool erase_steps(instance_key instance, int& rows_left);
  void erase_rest(instance_key instance);
  bool give_pages_back();
  std::int64_t free_pages();

  SQLite::Database& database_;
  statements statements_;
};

} // namespace pawl::storage
