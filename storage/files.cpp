// Asks the file system about a store's files: names, stamps, links, rights, kind of disk, free room.
#include "storage/files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace pawl::storage {
namespace {

std::optional<std::string> real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> found(::realpath(path.c_str(), nullptr), &std::free);
  return found ? std::optional<std::string>(found.get()) : std::nullopt;
}

bool is_link(const std::string& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode);
}

errc code_of(int number) {
  switch (number) {
    case EACCES:
    case EPERM:
    case EROFS: return errc::access;
    case ENOSPC:
    case EDQUOT: return errc::disk_full;
    case ENOENT:
    case ENOTDIR: return errc::not_found;
    default: return errc::storage;
  }
}

result<void> need_right(const std::string& file, int mode, const char* right) {
  if (::faccessat(AT_FDCWD, file.c_str(), mode, AT_EACCESS) == 0) return {};
  if (errno == ENOENT) return {};
  return error{errc::access, fmt::format("no right to {} {}: {}", right, file, std::strerror(errno)), file};
}

// Every folder on the way.
result<void> check_searchable(const std::string& folder) {
  for (std::size_t end = folder.find('/', 1); end != std::string::npos; end = folder.find('/', end + 1))
    if (auto ok = need_right(folder.substr(0, end), X_OK, "search the folder"); !ok) return ok;
  return need_right(folder, X_OK, "search the folder");
}

error missing_right_on_the_way(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (auto ok = check_searchable(slash == std::string::npos ? "." : path.substr(0, slash)); !ok) return ok.failure();
  return {errc::access, fmt::format("no right to search a folder on the way to {}", path), path};
}

} // namespace

error system_error(const std::string& file, const char* what_failed, int number) {
  return {code_of(number), fmt::format("{}: {}: {}", file, what_failed, std::strerror(number)), file};
}

result<std::string> canonical_path(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos)
    return error{errc::storage, "the store's path is empty or holds a zero byte", ""};
  if (auto found = real_path(path)) return *found;
  if (errno == EACCES) return missing_right_on_the_way(path);
  if (errno != ENOENT) return system_error(path, "the path cannot be followed", errno);
  if (is_link(path))
    return error{errc::not_found, fmt::format("{}: the link leads to a file that does not exist", path), path};
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  const auto found = real_path(folder);
  if (!found) return system_error(folder, "the store's folder cannot be opened", errno);
  if (name.empty()) return error{errc::storage, fmt::format("{}: the path names a folder, not a file", path), path};
  return *found == "/" ? "/" + name : *found + "/" + name;
}

std::string folder_of(const std::string& canonical) {
  const std::size_t slash = canonical.rfind('/');
  return slash == 0 ? "/" : canonical.substr(0, slash);
}
std::string wal_of(const std::string& canonical) { return canonical + "-wal"; }
std::string shm_of(const std::string& canonical) { return canonical + "-shm"; }
std::string lock_of(const std::string& canonical) { return canonical + ".lock"; }

file_stamp stamp_of(const struct stat& facts) {
  return {facts.st_dev, facts.st_ino, facts.st_size,
          std::int64_t{facts.st_ctim.tv_sec} * 1'000'000'000 + facts.st_ctim.tv_nsec};
}

std::optional<file_stamp> stamp_of(const std::string& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) return std::nullopt;
  return stamp_of(facts);
}

std::int64_t size_of(const std::string& file) {
  const auto stamp = stamp_of(file);
  return stamp ? stamp->size : 0;
}

disk_room room_of(const std::string& folder) {
  struct statfs facts {};
  if (::statfs(folder.c_str(), &facts) != 0) return {};
  const auto bytes = [&](auto blocks) {
    return static_cast<std::int64_t>(blocks) * static_cast<std::int64_t>(facts.f_bsize);
  };
  return {bytes(facts.f_bavail), bytes(facts.f_blocks)};
}

result<void> check_ordinary_file(const std::string& canonical) {
  struct stat facts {};
  if (::stat(canonical.c_str(), &facts) != 0) {
    if (errno == ENOENT) return {};
    return system_error(canonical, "the file cannot be looked at", errno);
  }
  if (S_ISDIR(facts.st_mode))
    return error{errc::wrong_store, fmt::format("{} is a folder, not a store", canonical), canonical};
  if (!S_ISREG(facts.st_mode))
    return error{errc::wrong_store, fmt::format("{} is no ordinary file", canonical), canonical};
  if (facts.st_nlink > 1)
    return error{
        errc::wrong_store,
        fmt::format("{} has a second name (hard link), so its log could be missed; copy it instead", canonical),
        canonical};
  return {};
}

result<void> check_no_odd_file(const std::string& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0 || S_ISREG(facts.st_mode)) return {};
  return error{errc::wrong_store, fmt::format("{} is no ordinary file", file), file};
}

result<void> tighten(const std::string& file, bool may_group_use) {
  const mode_t forbidden = may_group_use ? S_IRWXO : S_IRWXG | S_IRWXO;
  struct stat facts {};
  if (::lstat(file.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode) || (facts.st_mode & forbidden) == 0) return {};
  if (::chmod(file.c_str(), facts.st_mode & 07777 & ~forbidden) == 0) return {};
  return error{
      errc::access,
      fmt::format("{}: others may read or write it (mode {:o}), and that cannot be changed here: {}; its owner "
                  "can: chmod 600",
                  file, facts.st_mode & 0777, std::strerror(errno)),
      file};
}

result<void> check_local_disk(const std::string& folder) {
  struct statfs facts {};
  if (::statfs(folder.c_str(), &facts) != 0) return system_error(folder, "the file system cannot be asked", errno);
  switch (static_cast<std::uint32_t>(facts.f_type)) {
    case 0x6969U:     // NFS
    case 0xFF534D42U: // CIFS
    case 0xFE534D42U: // SMB2
    case 0x517BU:     // SMB
      return error{errc::wrong_store, fmt::format("{} is a network file system; a store needs a local disk", folder),
                   folder};
    default: return {};
  }
}

result<bool> create_private_file(const std::string& canonical) {
  const int descriptor = ::open(canonical.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) {
    if (errno == EEXIST) return false;
    return system_error(canonical, "the store cannot be created", errno);
  }
  ::close(descriptor);
  return true;
}

bool may_write(const std::string& file) { return ::faccessat(AT_FDCWD, file.c_str(), W_OK, AT_EACCESS) == 0; }

result<void> check_readable(const std::string& canonical) {
  if (auto ok = check_searchable(folder_of(canonical)); !ok) return ok;
  for (const std::string& file : {canonical, wal_of(canonical), shm_of(canonical)}) {
    if (auto ok = check_no_odd_file(file); !ok) return ok;
    if (auto ok = need_right(file, R_OK, "read"); !ok) return ok;
  }
  return {};
}

} // namespace pawl::storage
