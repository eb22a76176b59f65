// Where secrets lie in the memory of pawl secrets while it runs.
#include "tests/cli/secrets_support.hpp"
#include "tests/cli/terminal.hpp"

#include <sstream>

using namespace secrets_tests;

namespace {

constexpr std::size_t searched_bytes_max = std::size_t{64} << 20; // larger ones are a sanitizer's own

struct mapping {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string rights;
  std::string flags; ///< of the kernel: `lo` locked, `dd` left out of core images
};

std::vector<mapping> mappings_of(pid_t pid) {
  std::vector<mapping> found;
  std::ifstream lines("/proc/" + std::to_string(pid) + "/smaps");
  for (std::string line; std::getline(lines, line);) {
    if (has(line, "VmFlags:")) found.back().flags = line + " ";
    if (line.find(':') < line.find(' ')) continue;
    mapping next;
    char dash = 0;
    std::istringstream(line) >> std::hex >> next.begin >> dash >> next.end >> next.rights;
    found.push_back(next);
  }
  return found;
}

struct places {
  int locked = 0;
  int other = 0;
};

// How often `text` lies in memory that may be written.
places search(pid_t pid, const std::string& text) {
  places found;
  std::ifstream memory("/proc/" + std::to_string(pid) + "/mem", std::ios::binary);
  REQUIRE(memory);
  for (const mapping& one : mappings_of(pid)) {
    const std::size_t size = one.end - one.begin;
    if (one.rights.substr(0, 2) != "rw" || size > searched_bytes_max) continue;
    std::string bytes(size, '\0');
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(one.begin));
    memory.read(bytes.data(), static_cast<std::streamsize>(size));
    const bool is_locked = has(one.flags, " lo ") && has(one.flags, " dd ");
    for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1))
      ++(is_locked ? found.locked : found.other);
  }
  return found;
}

} // namespace

TEST_CASE("secrets: a value and a passphrase lie in locked memory and nowhere else", "[secrets-memory]") {
  const place here;
  const std::string words_file = here.folder.file("words");
  const std::string passphrase = "passphrase-8Lq2VxNw";
  write_private(words_file, passphrase + "\n");
  const words line{pawl_file(), "secrets", "set", "mail", "--secrets", here.store, "--passphrase-file", words_file};
  on_terminal at(line);
  REQUIRE(at.shows("value of mail: "));
  at.type(canary + "\n");
  REQUIRE(at.shows("the same again: "));
  for (const std::string& secret : {canary, passphrase}) {
    const places found = search(at.pid(), secret);
    CHECK(found.locked == 1);
    CHECK(found.other == 0);
  }
  CHECK(search(at.pid(), words_file).other > 0); // control: what is no secret is found
}
