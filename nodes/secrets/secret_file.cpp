// Reads a file into locked memory. By system calls only: a stream would keep a copy in its buffer.
#include "nodes/secrets/secret_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::nodes {
namespace {

struct open_file {
  int number;
  ~open_file() {
    if (number >= 0) ::close(number);
  }
};

class secret_file_reader {
public:
  secret_file_reader(const std::string& path, const char* what, unsigned forbidden_rights)
      : path_(path), what_(what), forbidden_rights_(forbidden_rights) {}

  result<secret_bytes> read() const {
    const open_file file{::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)};
    if (file.number < 0) return not_opened(errno);
    struct stat facts {};
    if (::fstat(file.number, &facts) != 0) return unreadable(errno);
    if (!S_ISREG(facts.st_mode)) return refused(errc::access, "is no ordinary file");
    if (facts.st_uid != ::geteuid() && facts.st_uid != 0)
      return refused(errc::access,
                     "belongs to another user: it must belong to the one this process runs as, or to root");
    if ((facts.st_mode & forbidden_rights_) != 0)
      return refused(errc::access, "may be read or written by others: take their rights away (chmod 0600) and think "
                                   "about whether it is still a secret");
    if (facts.st_size > static_cast<off_t>(secret_bytes_max))
      return refused(errc::corrupt, fmt::format("has more than {} bytes; a secret has not", secret_bytes_max));
    return read_all(file.number, static_cast<std::size_t>(facts.st_size));
  }

private:
  // One byte more is asked for: whether it is still as long as it was.
  result<secret_bytes> read_all(int file, std::size_t size) const {
    auto made = secret_bytes::of_size(size);
    if (!made) return made;
    for (std::size_t got = 0;;) {
      char one_more = 0;
      const ssize_t more =
          got < size ? ::read(file, made->data() + got, size - got) : ::read(file, &one_more, sizeof one_more);
      if (more < 0 && errno == EINTR) continue;
      if (more < 0) return unreadable(errno);
      if ((more == 0) != (got == size)) return refused(errc::storage, "changed while it was read: try again");
      if (more == 0) return made;
      got += static_cast<std::size_t>(more);
    }
  }

  error refused(errc code, std::string_view why) const {
    return {code, fmt::format("{} {} {}", what_, path_, why), path_};
  }
  error unreadable(int number) const {
    return refused(errc::storage, fmt::format("cannot be read: {}", std::strerror(number)));
  }
  error not_opened(int number) const {
    if (number == ENOENT || number == ENOTDIR) return refused(errc::not_found, "is not there");
    if (number == ELOOP) return refused(errc::access, "is a symbolic link: name the file itself");
    if (number == EACCES || number == EPERM || number == ENXIO)
      return refused(errc::access, fmt::format("cannot be opened: {}", std::strerror(number)));
    return refused(errc::storage, fmt::format("cannot be opened: {}", std::strerror(number)));
  }

  const std::string& path_;
  const char* what_;
  unsigned forbidden_rights_;
};

} // namespace

result<secret_bytes> read_secret_file(const std::string& path, const char* what, unsigned forbidden_rights) {
  return secret_file_reader(path, what, forbidden_rights).read();
}

} // namespace pawl::nodes
