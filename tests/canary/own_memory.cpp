// Reads what a core image of this process would hold, by /proc/self.
#include "tests/canary/own_memory.hpp"

#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace pawl::canary {
namespace {

struct mapping {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string rights;
  bool is_left_out = false;
};

std::vector<mapping> own_mappings() {
  std::vector<mapping> found;
  std::ifstream lines("/proc/self/smaps");
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("VmFlags:", 0) == 0) {
      found.back().is_left_out = (line + " ").find(" dd ") != std::string::npos;
    } else if (line.find(':') > line.find(' ')) {
      mapping next;
      char dash = 0;
      std::istringstream(line) >> std::hex >> next.begin >> dash >> next.end >> next.rights;
      found.push_back(next);
    }
  }
  return found;
}

/// A page of the buffer that the copy passes through; not in the image, as it was made after the list.
class buffer {
public:
  static constexpr std::size_t size = std::size_t{1} << 20;
  buffer() : bytes_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (bytes_ == MAP_FAILED) throw std::runtime_error("no memory for the image");
  }
  buffer(const buffer&) = delete;
  buffer& operator=(const buffer&) = delete;
  ~buffer() { ::munmap(bytes_, size); }
  void* data() { return bytes_; }

private:
  void* bytes_;
};

void copy(int from, int to, const mapping& one, buffer& by) {
  for (std::size_t at = one.begin; at < one.end;) {
    const std::size_t want = std::min(buffer::size, one.end - at);
    const ssize_t got = ::pread(from, by.data(), want, static_cast<off_t>(at));
    if (got <= 0) return; // a mapping that has gone, or that nobody can read
    if (::write(to, by.data(), static_cast<std::size_t>(got)) != got) throw std::runtime_error("no room for the image");
    at += static_cast<std::size_t>(got);
  }
}

} // namespace

void write_own_memory(const std::string& file) {
  const auto mappings = own_mappings();
  const int from = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  const int to = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (from < 0 || to < 0) throw std::runtime_error("the own memory cannot be read");
  buffer by;
  for (const mapping& one : mappings)
    if (one.rights.rfind("rw", 0) == 0 && !one.is_left_out) copy(from, to, one, by);
  ::close(from);
  ::close(to);
}

} // namespace pawl::canary
