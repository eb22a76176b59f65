// The reserve's file: of its full size, of size 0 when it was given away, or not there.
#include "storage/reserve.hpp"

#include "storage/files.hpp"

#include <cerrno>

#include <fcntl.h>
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

} // namespace

std::string reserve_of(const std::string& canonical) { return canonical + ".reserve"; }

bool give_away_reserve(const std::string& file) {
  if (size_of(file) == 0) return false;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return false;
  const bool given = ::ftruncate(descriptor, 0) == 0;
  ::close(descriptor);
  return given;
}

reserve::reserve(std::string file, std::int64_t bytes) : file_(std::move(file)), bytes_(bytes) {
  if (bytes_ == 0) {
    ::unlink(file_.c_str());
    return;
  }
  const auto stamp = stamp_of(file_);
  if (stamp && stamp->size == bytes_) return;
  is_owed_ = stamp && stamp->size == 0;
  const bool filled = fill();
  if (filled) is_owed_ = false;
  if (!filled && !is_owed_) ::unlink(file_.c_str());
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
  const int descriptor = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return false;
  const bool filled = ::ftruncate(descriptor, 0) == 0 && take_blocks(descriptor, bytes_);
  if (!filled) (void)!::ftruncate(descriptor, 0);
  ::close(descriptor);
  return filled;
}

} // namespace pawl::storage
