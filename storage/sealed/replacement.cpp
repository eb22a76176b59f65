// Replaces a file by a new one: system calls, each between two points at which a test may kill.
#include "storage/sealed/replacement.hpp"

#include "storage/files.hpp"
#include "storage/sealed/descriptor.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::storage::sealed {
namespace {

error failed(const std::string& file, const char* call, const char* what) {
  return system_error(file, fmt::format("{} ({})", call, what).c_str(), errno);
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

// So that root may change what a service reads.
bool give_to_owner(int file, const std::string& like) {
  struct stat wanted {};
  struct stat facts {};
  if (like.empty() || ::stat(like.c_str(), &wanted) != 0) return true;
  if (::fstat(file, &facts) != 0) return false;
  if (facts.st_uid == wanted.st_uid && facts.st_gid == wanted.st_gid) return true;
  return ::fchown(file, wanted.st_uid, wanted.st_gid) == 0;
}

std::string folder_name(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : file.substr(0, slash);
}

} // namespace

template <class Call> auto replacement::step(const char* call, const char* what, const Call& make) const {
  if (hook_) hook_(fmt::format("before {} {}", call, what));
  auto answer = make();
  const int number = errno;
  if (hook_) hook_(fmt::format("after {} {}", call, what));
  errno = number;
  return answer;
}

result<void> replacement::write_beside(const std::string& file, std::string_view bytes, const new_file& how,
                                       const char* what) const {
  if (auto gone = remove(file, what); !gone) return gone;
  const descriptor made = step("create", what, [&] {
    return descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, how.mode));
  });
  if (!made) return failed(file, "cannot be created", what);
  const bool is_whole = give_to_owner(made.get(), how.like) &&
                        step("write", what, [&] { return write_all(made.get(), bytes); }) &&
                        step("sync", what, [&] { return ::fsync(made.get()); }) == 0;
  if (is_whole) return {};
  const error fault = failed(file, "cannot be written", what);
  if (auto gone = remove(file, what); !gone) return fault; // the next one removes it
  return fault;
}

result<void> replacement::rename_over(const std::string& from, const std::string& to, const char* what) const {
  if (step("rename", what, [&] { return ::rename(from.c_str(), to.c_str()); }) == 0) return {};
  return failed(to, "cannot be replaced", what);
}

result<void> replacement::rename_new(const std::string& from, const std::string& to, const char* what) const {
  if (step("rename", what,
           [&] { return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE); }) == 0)
    return {};
  if (errno == EEXIST) return error{errc::conflict, fmt::format("{} exists: it is never overwritten", to), to};
  return failed(to, "cannot get its name", what);
}

result<void> replacement::sync_folder_of(const std::string& file, const char* what) const {
  const std::string folder = folder_name(file);
  const descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return failed(folder, "the folder cannot be opened", what);
  if (step("sync folder of", what, [&] { return ::fsync(opened.get()); }) == 0) return {};
  return failed(folder, "the folder cannot be synced", what);
}

result<void> replacement::remove(const std::string& file, const char* what) const {
  struct stat facts {};
  if (::lstat(file.c_str(), &facts) != 0 && errno == ENOENT) return {};
  if (step("remove", what, [&] { return ::unlink(file.c_str()); }) == 0 || errno == ENOENT) return {};
  return failed(file, "cannot be removed", what);
}

std::string beside(const std::string& file) { return file + ".new"; }

} // namespace pawl::storage::sealed
