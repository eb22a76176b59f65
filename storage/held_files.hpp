// Whether the files that a store holds open still have their names. POSIX locks are of the process: other code in it
// that opens and closes a file of the store drops SQLite's, and then whoever closes the database last unlinks the log
// that is being written. Looks only; opens nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pawl::storage {

class held_files {
public:
  /// Once SQLite has opened them all, and the lock is held: as long as they are open their inodes are nobody else's.
  explicit held_files(const std::string& canonical);

  /// Has another file, or none, under its name; empty: all are there. Four calls of stat.
  std::string first_gone() const;
  bool is_there(const std::string& file) const;

private:
  struct held_file {
    std::string name;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
  };
  static bool is_there(const held_file& file);

  std::vector<held_file> files_;
};

} // namespace pawl::storage
