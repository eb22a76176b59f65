// Reads a secret from a file or stdin: read(2) into locked memory that grows by copies, the shorter one wiped.
#include "tools/pawl/secret_reading.hpp"

#include "tools/pawl/failure.hpp"
#include "tools/pawl/hidden_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::tool {
namespace {

constexpr std::size_t first_bytes = 4'096; // the system may lock no more than some pages

class open_file {
public:
  explicit open_file(int number) : number_(number) {}
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

private:
  int number_;
};

command_failure unreadable(const std::string& name) {
  return {exit_code::usage, fmt::format("{} cannot be read: {}", name, std::strerror(errno))};
}

// 0 at the end.
std::size_t read_some(int file, char* to, std::size_t size, const std::string& name) {
  while (true) {
    const ssize_t got = ::read(file, to, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw unreadable(name);
  }
}

secret_bytes grown(const secret_bytes& from) {
  secret_bytes more = need(secret_bytes::of_size(std::min(from.size() * 4, secret_bytes_max)));
  std::memcpy(more.data(), from.data(), from.size());
  return more;
}

void need_end(int file, const std::string& name) {
  secret_bytes one = need(secret_bytes::of_size(1));
  if (read_some(file, one.data(), one.size(), name) == 0) return;
  throw command_failure(exit_code::usage,
                        fmt::format("{} holds more than the {} bytes that a secret may have", name, secret_bytes_max));
}

secret_bytes read_all(int file, const std::string& name) {
  secret_bytes bytes = need(secret_bytes::of_size(first_bytes));
  std::size_t size = 0;
  while (const std::size_t got = read_some(file, bytes.data() + size, bytes.size() - size, name)) {
    size += got;
    if (size < bytes.size()) continue;
    if (size == secret_bytes_max) {
      need_end(file, name);
      break;
    }
    bytes = grown(bytes);
  }
  bytes.shrink(size);
  return bytes;
}

void need_private(int file, const std::string& name) {
  struct stat facts {};
  if (::fstat(file, &facts) != 0) throw unreadable(name);
  const bool is_ours = facts.st_uid == ::geteuid() || facts.st_uid == 0;
  if (is_ours && (facts.st_mode & (S_IRWXG | S_IRWXO)) == 0) return;
  throw command_failure(exit_code::usage,
                        fmt::format("{} {}", name,
                                    is_ours ? "may be read or written by others: take their rights away (chmod 0400) "
                                              "and think about whether it is still a secret"
                                            : "belongs to another user: it must belong to you, or to root"));
}

} // namespace

void take_line_end_off(secret_bytes& bytes) {
  std::size_t size = bytes.size();
  if (size > 0 && bytes.view()[size - 1] == '\n') --size;
  if (size < bytes.size() && size > 0 && bytes.view()[size - 1] == '\r') --size;
  bytes.shrink(size);
}

secret_bytes read_private_file(const std::string& name, const std::string& option) {
  const std::string shown = fmt::format("{}: {}", option, name);
  const open_file file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (file.number() < 0)
    throw command_failure(exit_code::usage, fmt::format("{} cannot be opened: {}", shown, std::strerror(errno)));
  need_private(file.number(), shown);
  return read_all(file.number(), shown);
}

secret_bytes read_value(const std::string& name, bool is_raw) {
  if (::isatty(STDIN_FILENO) != 0) return ask_hidden(fmt::format("value of {}", name), asked::twice);
  secret_bytes value = read_all(STDIN_FILENO, "standard input");
  if (!is_raw) take_line_end_off(value);
  return value;
}

} // namespace pawl::tool
