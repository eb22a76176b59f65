// What the kernel does with the pages of secret_bytes.
#include "tests/memory/child.hpp"
#include "tests/support/memory_search.hpp"

#include <pawl/process.hpp>
#include <pawl/secrets.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

using namespace pawl;
using namespace pawl::test;

namespace {

constexpr std::size_t page_bytes = 4096;

/// Of /proc/self/status, in bytes.
std::size_t locked_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmLck:", 0) == 0) return std::stoul(line.substr(6)) * 1024;
  return 0;
}

/// What smaps says of the page at `address`: the value of `name`; empty when there is none.
std::string page_facts(const void* address, const std::string& name) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream lines("/proc/self/smaps");
  bool is_here = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(':') > line.find(' ')) {
      std::uintptr_t begin = 0;
      std::uintptr_t end = 0;
      char dash = 0;
      std::istringstream(line) >> std::hex >> begin >> dash >> end;
      is_here = begin <= wanted && wanted < end;
    }
    if (is_here && line.rfind(name + ":", 0) == 0) return line.substr(name.size() + 1) + " ";
  }
  return "";
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// Whether `bytes` take memory as they should where none can be locked.
bool are_guarded(const secret_bytes& bytes) {
  return has(page_facts(bytes.data(), "VmFlags"), " dd ") && !has(page_facts(bytes.data(), "VmFlags"), " lo ") &&
         page_facts(bytes.data() + page_bytes, "VmFlags").find(" rd ") == std::string::npos;
}

bool lock_nothing_from_now_on() {
  const rlimit none{0, 0};
  return ::setrlimit(RLIMIT_MEMLOCK, &none) == 0 && give_up_root();
}

/// What is unmapped is looked at by the next lines, first.
std::string looked_for;
int unmapped = 0;
int unmapped_unwiped = 0;

} // namespace

// Stands before the C library's for libsodium too. The needle is no secret.
extern "C" int munmap(void* begin, std::size_t size) {
  if (!looked_for.empty()) {
    ++unmapped;
    const std::string_view bytes(static_cast<const char*>(begin), size);
    if (bytes.find(looked_for) != std::string_view::npos) ++unmapped_unwiped;
  }
  return static_cast<int>(::syscall(SYS_munmap, begin, size));
}

TEST_CASE("secret bytes: their pages are locked and left out of core images") {
  const std::size_t before = locked_bytes();
  {
    const auto bytes = *secret_bytes::of_size(3 * page_bytes);
    CHECK(locked_bytes() >= before + 3 * page_bytes);
    for (std::size_t at = 0; at < bytes.size(); at += page_bytes) {
      CHECK(has(page_facts(bytes.data() + at, "VmFlags"), " lo "));
      CHECK(has(page_facts(bytes.data() + at, "VmFlags"), " dd "));
    }
    CHECK_FALSE(has(page_facts(bytes.data() + bytes.size(), "VmFlags"), " rd ")); // a fence
    CHECK_FALSE(has(page_facts(bytes.data(), "Locked"), " 0 kB"));
  }
  CHECK(locked_bytes() == before);
}

TEST_CASE("secret bytes: they are wiped before their memory goes back") {
  const std::string text = "no secret: looked for at the end";
  {
    auto bytes = *secret_bytes::copy_of(text);
    auto moved = std::move(bytes);
    looked_for = text;
    unmapped = unmapped_unwiped = 0;
    moved = secret_bytes();
  }
  CHECK(unmapped >= 1);
  CHECK(unmapped_unwiped == 0);
  void* const control = ::mmap(nullptr, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(control != MAP_FAILED);
  text.copy(static_cast<char*>(control) + 100, text.size());
  munmap(control, page_bytes);
  CHECK(unmapped_unwiped == 1);
  looked_for.clear();
}

TEST_CASE("secret bytes: where nothing can be locked they are an error that may pass") {
  const int status = in_child([] {
    if (!lock_nothing_from_now_on()) return 1;
    const auto made = secret_bytes::of_size(16);
    if (made) return 2;
    if (made.failure().code != errc::overloaded) return 3;
    return has(made.failure().message, "LimitMEMLOCK") ? 0 : 4;
  });
  CHECK(code_of(status) == 0);
}

TEST_CASE("secret bytes: a host that accepts it has them unlocked but guarded and out of core images") {
  const int status = in_child([] {
    if (!lock_nothing_from_now_on()) return 1;
    accept_unlocked_memory(true);
    auto made = secret_bytes::copy_of("a value that is not locked");
    if (!made) return 2;
    if (made->view() != "a value that is not locked") return 3;
    if (!are_guarded(*made)) return 4;
    unmapped = unmapped_unwiped = 0;
    looked_for = "a value that is not locked";
    *made = secret_bytes();
    if (unmapped < 1 || unmapped_unwiped != 0) return 5;
    looked_for.clear();
    accept_unlocked_memory(false);
    return secret_bytes::of_size(16) ? 6 : 0;
  });
  CHECK(code_of(status) == 0);
}

TEST_CASE("secret bytes: more can be had again when some are gone") {
  const int status = in_child([] {
    const rlimit two_pages{2 * page_bytes, 2 * page_bytes};
    if (::setrlimit(RLIMIT_MEMLOCK, &two_pages) != 0 || !give_up_root()) return 1;
    auto first = secret_bytes::of_size(16);
    const auto second = secret_bytes::of_size(16);
    if (!first || !second) return 2;
    if (secret_bytes::of_size(16)) return 3;
    *first = secret_bytes();
    return secret_bytes::of_size(16) ? 0 : 4;
  });
  CHECK(code_of(status) == 0);
}
