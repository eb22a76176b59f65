// Copies a store's main file and log into a folder of our own, with plain system calls.
#include "storage/private_copy.hpp"

#include "storage/files.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace pawl::storage {
namespace {

class descriptor {
public:
  explicit descriptor(int number) : number_(number) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int operator*() const { return number_; }
  bool is_open() const { return number_ >= 0; }

private:
  int number_;
};

std::optional<std::string> make_folder() {
  const char* wanted = std::getenv("TMPDIR");
  for (const char* place : {wanted, "/dev/shm", "/tmp"}) {
    if (place == nullptr || *place == '\0') continue;
    std::string name = std::string(place) + "/pawl-read-XXXXXX";
    if (::mkdtemp(name.data()) != nullptr) return name;
  }
  return std::nullopt;
}

bool put_all(int to, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t put = ::write(to, bytes, count);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes += put;
    count -= static_cast<std::size_t>(put);
  }
  return true;
}

result<void> copy_file(const std::string& from, const std::string& to) {
  const descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source.is_open()) return system_error(from, "the file cannot be opened for reading", errno);
  const descriptor target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!target.is_open()) return system_error(to, "a private copy cannot be made", errno);
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = ::read(*source, buffer.data(), buffer.size());
    if (got == 0) return {};
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(from, "the file cannot be read", errno);
    if (!put_all(*target, buffer.data(), static_cast<std::size_t>(got)))
      return system_error(to, "a private copy cannot be written", errno);
  }
}

} // namespace

result<private_copy> private_copy::make(const std::string& canonical) {
  const std::int64_t bytes = size_of(canonical) + size_of(wal_of(canonical));
  if (bytes > copy_bytes_max)
    return error{errc::storage,
                 fmt::format("{}: reading it here needs a copy of {} MiB, more than {} MiB; make its folder writable",
                             canonical, bytes >> 20, copy_bytes_max >> 20),
                 canonical};
  auto folder = make_folder();
  if (!folder) return error{errc::access, "no right to make a folder in $TMPDIR, /dev/shm or /tmp", ""};
  private_copy copy(*std::move(folder));
  if (auto ok = copy_file(canonical, copy.file()); !ok) return ok.failure();
  if (auto ok = copy_file(wal_of(canonical), wal_of(copy.file())); !ok) return ok.failure();
  return copy;
}

private_copy::private_copy(private_copy&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}

private_copy::~private_copy() {
  if (folder_.empty()) return;
  for (const std::string& name : {file(), wal_of(file()), shm_of(file())})
    ::unlink(name.c_str());
  ::rmdir(folder_.c_str());
}

} // namespace pawl::storage
