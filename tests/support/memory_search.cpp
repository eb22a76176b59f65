// Searches the memory of a process, by /proc/PID/smaps and /proc/PID/mem.
#include "tests/support/memory_search.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace pawl::test {
namespace {

constexpr char mask = '\x5A';
constexpr std::size_t needle_bytes_min = 8;
constexpr std::size_t window_bytes = std::size_t{1} << 20;
constexpr std::size_t mapping_bytes_max = std::size_t{1} << 30;

struct mapping {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string rights;
  std::string line;
  std::string flags; ///< of the kernel: `lo` locked, `dd` left out of core images

  bool is_of_secrets() const {
    return flags.find(" lo ") != std::string::npos && flags.find(" dd ") != std::string::npos;
  }
};

std::vector<mapping> mappings_of(const std::string& folder) {
  std::vector<mapping> found;
  std::ifstream lines(folder + "/smaps");
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("VmFlags:", 0) == 0) found.back().flags = line + " ";
    if (line.find(':') < line.find(' ')) continue;
    mapping next;
    char dash = 0;
    std::istringstream(line) >> std::hex >> next.begin >> dash >> next.end >> next.rights;
    next.line = line;
    found.push_back(next);
  }
  if (found.empty()) throw std::runtime_error(folder + "/smaps cannot be read");
  return found;
}

/// Where memory is copied to be looked at, in pages of its own: the search leaves it out by its address.
class window {
public:
  window() : bytes_(static_cast<char*>(::mmap(nullptr, window_bytes, PROT_READ | PROT_WRITE, flags, -1, 0))) {
    if (bytes_ == MAP_FAILED) throw std::runtime_error("no memory to search with");
  }
  window(const window&) = delete;
  window& operator=(const window&) = delete;
  ~window() {
    ::explicit_bzero(bytes_, window_bytes);
    ::munmap(bytes_, window_bytes);
  }
  char* data() const { return bytes_; }
  std::size_t begin() const { return reinterpret_cast<std::size_t>(bytes_); }
  std::size_t end() const { return begin() + window_bytes; }

private:
  static constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  char* bytes_;
};

class searcher {
public:
  searcher(const std::vector<needle>& needles, pid_t process)
      : needles_(needles), folder_(process == 0 ? "/proc/self" : "/proc/" + std::to_string(process)),
        is_other_(process != 0), memory_(::open((folder_ + "/mem").c_str(), O_RDONLY | O_CLOEXEC)) {
    if (memory_ < 0) throw std::runtime_error(folder_ + "/mem cannot be opened");
    for (const needle& one : needles_)
      overlap_ = std::max(overlap_, one.size() - 1);
  }
  searcher(const searcher&) = delete;
  searcher& operator=(const searcher&) = delete;
  ~searcher() { ::close(memory_); }

  memory_found search() {
    for (const mapping& one : mappings_of(folder_))
      if (one.rights.substr(0, 2) == "rw") look_through(one);
    return std::move(found_);
  }

private:
  // The kernel may have joined the window to a neighbour: what stands before and behind is looked at.
  void look_through(const mapping& one) {
    if (one.end - one.begin > mapping_bytes_max) {
      found_.bytes_left_out += one.end - one.begin;
      return;
    }
    if (is_other_ || window_.end() <= one.begin || window_.begin() >= one.end)
      return look_through(one, one.begin, one.end);
    look_through(one, one.begin, std::max(one.begin, window_.begin()));
    look_through(one, std::min(one.end, window_.end()), one.end);
  }

  void look_through(const mapping& in, std::size_t begin, std::size_t end) {
    while (begin < end) {
      const std::size_t size = std::min(end - begin, window_bytes);
      const ssize_t got = ::pread(memory_, window_.data(), size, static_cast<off_t>(begin));
      if (got <= 0) {
        found_.bytes_left_out += end - begin;
        return;
      }
      const auto read = static_cast<std::size_t>(got);
      look_at(in, begin, read);
      if (begin + read == end || read <= overlap_) {
        found_.bytes_read += read;
        begin += read;
      } else { // a needle may lie across
        found_.bytes_read += read - overlap_;
        begin += read - overlap_;
      }
    }
  }

  void look_at(const mapping& in, std::size_t address, std::size_t size) {
    for (const needle& one : needles_)
      for (std::size_t at = 0; at + one.size() <= size; ++at)
        if (one.is_at(window_.data() + at))
          (in.is_of_secrets() ? found_.locked : found_.hits).push_back({one.name(), in.line, address + at});
  }

  const std::vector<needle>& needles_;
  std::string folder_;
  bool is_other_;
  int memory_;
  std::size_t overlap_ = 0;
  window window_;
  memory_found found_;
};

std::size_t count_in(const std::vector<memory_hit>& hits, const std::string& needle) {
  return static_cast<std::size_t>(
      std::count_if(hits.begin(), hits.end(), [&](const memory_hit& one) { return one.needle == needle; }));
}

} // namespace

needle::needle(std::string name, std::string_view bytes) : name_(std::move(name)), masked_(bytes.size(), '\0') {
  if (bytes.size() < needle_bytes_min) throw std::invalid_argument("a needle has at least 8 bytes");
  for (std::size_t i = 0; i < bytes.size(); ++i)
    masked_[i] = static_cast<char>(bytes[i] ^ mask);
}

// Byte by byte and from the last, so that no part of the needle is ever put together unmasked.
bool needle::is_at(const char* at) const {
  for (std::size_t i = masked_.size(); i-- > 0;)
    if ((at[i] ^ mask) != masked_[i]) return false;
  return true;
}

std::size_t memory_found::count(const std::string& needle) const { return count_in(hits, needle); }
std::size_t memory_found::count_locked(const std::string& needle) const { return count_in(locked, needle); }

std::string memory_found::text() const {
  std::ostringstream made;
  made << bytes_read << " bytes were read, " << bytes_left_out << " left out";
  for (const memory_hit& one : hits)
    made << "\n  " << one.needle << " at " << std::hex << one.address << " in " << one.mapping;
  return made.str();
}

memory_found search_memory(const std::vector<needle>& needles, pid_t process) {
  return searcher(needles, process).search();
}

} // namespace pawl::test
