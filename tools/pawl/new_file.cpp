// Makes files that replace none: O_EXCL, write(2), fsync.
#include "tools/pawl/new_file.hpp"

#include "tools/pawl/failure.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace pawl::tool {

new_file::new_file(const std::string& name, mode_t mode, const std::string& option)
    : name_(name), file_(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)) {
  if (file_ >= 0) return;
  if (errno == EEXIST)
    throw command_failure(exit_code::usage, fmt::format("{}: {} exists and is not overwritten", option, name));
  throw command_failure(exit_code::usage, fmt::format("{}: {} cannot be made: {}", option, name, std::strerror(errno)));
}

new_file::~new_file() {
  ::close(file_);
  if (!is_kept_) ::unlink(name_.c_str());
}

void new_file::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) refuse();
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

void new_file::keep() {
  if (::fsync(file_) != 0) refuse();
  is_kept_ = true;
}

void new_file::refuse() const {
  throw command_failure(exit_code::failed, fmt::format("{} cannot be written: {}", name_, std::strerror(errno)));
}

} // namespace pawl::tool
