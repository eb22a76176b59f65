// The reserve's file: of its full size, of size 0 when it was given away, or not there.
#include "storage/reserve.hpp"

#include "storage/files.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::storage {
namespace {

// A sparse file would promise room that is not there.
bool take_blocks(int descriptor, std::int64_t bytes) {
  int answer = 0;
  do
    answer = ::posix_fallocate(descriptor, 0, bytes);
  while (answer == EINTR);
  return answer == 0;
}

// Somebody else's file may have that name, and a second name of a file may be dear to somebody: only zeros are cut.
bool holds_nothing(int descriptor) {
  struct stat facts {};
  if (::fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_nlink != 1) return false;
  std::vector<char> chunk(std::size_t{64} << 10);
  for (off_t at = 0; at < facts.st_size;) {
    const ssize_t got = ::pread(descriptor, chunk.data(), chunk.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    if (std::any_of(chunk.begin(), chunk.begin() + got, [](char c) { return c != 0; })) return false;
    at += got;
  }
  return true;
}

// Negative: there is none, or it is no reserve.
int open_reserve(const std::string& file, int flags) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags, 0600);
  if (descriptor < 0 || holds_nothing(descriptor)) return descriptor;
  ::close(descriptor);
  return -1;
}

void remove_reserve(const std::string& file) {
  const int descriptor = open_reserve(file, 0);
  if (descriptor < 0) return;
  ::unlink(file.c_str());
  ::close(descriptor);
}

} // namespace

std::string reserve_of(const std::string& canonical) { return canonical + ".reserve"; }

bool give_away_reserve(const std::string& file) {
  if (size_of(file) == 0) return false;
  const int descriptor = open_reserve(file, 0);
  if (descriptor < 0) return false;
  const bool given = ::ftruncate(descriptor, 0) == 0;
  ::close(descriptor);
  return given;
}

reserve::reserve(std::string file, std::int64_t bytes) : file_(std::move(file)), bytes_(bytes) {
  if (bytes_ == 0) {
    remove_reserve(file_);
    return;
  }
  const auto stamp = stamp_of(file_);
  if (stamp && stamp->size == bytes_) return;
  is_owed_ = stamp && stamp->size == 0;
  const bool filled = fill();
  if (filled) is_owed_ = false;
  if (!filled && !is_owed_) remove_reserve(file_);
}

bool reserve::take_back() {
  if (is_owed_) is_owed_ = !fill();
  return !is_owed_;
}

bool reserve::give_away() {
  if (bytes_ == 0 || is_owed_ || !give_away_reserve(file_)) return false;
  is_owed_ = true;
  return true;
}

// All of it or nothing: a part would take room away and could not help.
bool reserve::fill() {
  const int descriptor = open_reserve(file_, O_CREAT);
  if (descriptor < 0) return false;
  const bool filled = ::ftruncate(descriptor, 0) == 0 && take_blocks(descriptor, bytes_);
  if (!filled) (void)!::ftruncate(descriptor, 0);
  ::close(descriptor);
  return filled;
}

} // namespace pawl::storage
