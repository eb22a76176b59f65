// What the file system says about a store's files before SQLite is asked. Opens nothing that SQLite has open: closing
// such a descriptor would drop SQLite's locks in this process.
#pragma once

#include <pawl/result.hpp>

#include <cstdint>
#include <optional>
#include <string>

struct stat;

namespace pawl::storage {

/// The one absolute name of a store, whatever links and relative parts lead to it. The file need not exist, its folder
/// must. Errors: `not_found` (no such folder, a link that leads nowhere), `access`, `storage`.
result<std::string> canonical_path(const std::string& path);

std::string folder_of(const std::string& canonical);
std::string wal_of(const std::string& canonical);
std::string shm_of(const std::string& canonical);
std::string lock_of(const std::string& canonical);

/// Size, identity and times of a file: two equal stamps mean that nobody wrote in between.
struct file_stamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t changed_ns = 0;
  bool operator==(const file_stamp&) const = default;
};
file_stamp stamp_of(const struct stat& facts);
/// Nothing when there is no such file (or no right to see it).
std::optional<file_stamp> stamp_of(const std::string& file);
/// 0 when it does not exist.
std::int64_t size_of(const std::string& file);
struct disk_room {
  std::int64_t free_bytes = INT64_MAX; ///< for somebody without special rights; as here when it is not known
  std::int64_t total_bytes = INT64_MAX;
};
disk_room room_of(const std::string& folder);

/// Errors: `wrong_store` unless the name is free or stands for an ordinary file with one name.
result<void> check_ordinary_file(const std::string& canonical);
/// Errors: `wrong_store` when the name stands for something else than an ordinary file, which could hold up for ever
/// whoever opens it.
result<void> check_no_odd_file(const std::string& file);
/// Takes the rights of others away, and the group's unless it may use the store. Errors: `access`, when somebody else
/// owns the file.
result<void> tighten(const std::string& file, bool may_group_use);
/// Errors: `wrong_store` on NFS, CIFS and SMB, where locks cannot be trusted.
result<void> check_local_disk(const std::string& folder);
/// Creates the file, empty, readable by its owner only, unless it exists. Errors: `access`, `disk_full`, `storage`.
/// Says whether it was created.
result<bool> create_private_file(const std::string& canonical);

bool may_write(const std::string& file);
/// The first missing right among those that reading a store needs, as an error that names file and right, or the first
/// that is no ordinary file; no error: none.
result<void> check_readable(const std::string& canonical);

/// The error of a failed system call, by its errno.
error system_error(const std::string& file, const char* what_failed, int number);

} // namespace pawl::storage
