// Finds copies of a secret in the memory of a process, the test's own or another's. Must never leave one itself:
// needles are kept masked, and what is read goes through a buffer that the search does not look at and that is wiped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace pawl::test {

/// What is looked for. Take the bytes from a secret_bytes or a file: a literal or a std::string would be found.
class needle {
public:
  /// `name` is what hits are called by. At least 8 bytes; shorter ones lie anywhere by chance.
  needle(std::string name, std::string_view bytes);

  const std::string& name() const { return name_; }
  std::size_t size() const { return masked_.size(); }
  /// Whether the bytes at `at`, size() of them, are the needle.
  bool is_at(const char* at) const;

private:
  std::string name_;
  std::string masked_;
};

struct memory_hit {
  std::string needle;
  std::string mapping; ///< its line of /proc/PID/smaps: addresses, rights, file
  std::size_t address = 0;
};

struct memory_found {
  std::vector<memory_hit> hits;   ///< in ordinary memory: readable, writable, and not of secret_bytes
  std::vector<memory_hit> locked; ///< in memory that is locked and left out of core images: that of secret_bytes
  std::size_t bytes_read = 0;
  std::size_t bytes_left_out = 0; ///< of mappings over 1 GiB (a sanitizer's) and of those that went meanwhile

  std::size_t count(const std::string& needle) const;        ///< of hits
  std::size_t count_locked(const std::string& needle) const; ///< of locked
  /// A line for each hit, for a failed test. Holds no bytes of memory.
  std::string text() const;
};

/// Looks through all memory of the process that may be read and written: heap (freed blocks too), stacks, globals.
/// 0: this process. Another one must be this user's and dumpable. Throws std::runtime_error where /proc says no.
memory_found search_memory(const std::vector<needle>& needles, pid_t process = 0);

} // namespace pawl::test
