#include "storage/held_files.hpp"

#include "storage/files.hpp"

#include <algorithm>

#include <sys/stat.h>

namespace pawl::storage {

held_files::held_files(const std::string& canonical) {
  for (std::string name : {canonical, wal_of(canonical), shm_of(canonical), lock_of(canonical)}) {
    const auto stamp = stamp_of(name).value_or(file_stamp());
    files_.push_back({std::move(name), stamp.device, stamp.inode});
  }
}

std::string held_files::first_gone() const {
  const auto gone = std::find_if_not(files_.begin(), files_.end(), [](const held_file& f) { return is_there(f); });
  return gone == files_.end() ? "" : gone->name;
}

bool held_files::is_there(const std::string& file) const {
  return std::any_of(files_.begin(), files_.end(), [&](const held_file& f) { return f.name == file && is_there(f); });
}

bool held_files::is_there(const held_file& file) {
  struct stat facts {};
  return ::stat(file.name.c_str(), &facts) == 0 && facts.st_ino == file.inode && facts.st_dev == file.device;
}

} // namespace pawl::storage
