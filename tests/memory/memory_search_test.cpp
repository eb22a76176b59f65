// The search itself: it must find what was left behind, and leave nothing behind.
#include "tests/support/memory_search.hpp"

#include <pawl/secrets.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <cstring>
#include <memory>

#include <sys/mman.h>
#include <sys/random.h>

using namespace pawl;
using namespace pawl::test;

namespace {

constexpr std::size_t secret_size = 24;

secret_bytes random_secret() {
  auto made = *secret_bytes::of_size(secret_size);
  REQUIRE(::getrandom(made.data(), made.size(), 0) == static_cast<ssize_t>(made.size()));
  return made;
}

/// For the compiler somebody reads it: a store that nobody reads would be left out.
void keep(const void* bytes) { asm volatile("" : : "r"(bytes) : "memory"); }

} // namespace

TEST_CASE("memory search: a secret in locked memory is found there and nowhere else") {
  const secret_bytes secret = random_secret();
  const std::vector<needle> needles{{"secret", secret.view()}};
  for (int i = 0; i < 2; ++i) { // the first search leaves nothing for the second one
    const memory_found found = search_memory(needles);
    INFO(found.text());
    CHECK(found.count("secret") == 0);
    CHECK(found.count_locked("secret") == 1);
    CHECK(found.bytes_left_out == 0);
    CHECK(found.bytes_read > std::size_t{64} << 10);
  }
}

TEST_CASE("memory search: what is wiped with its object is found no more") {
  std::vector<needle> needles;
  {
    const secret_bytes secret = random_secret();
    needles.emplace_back("secret", secret.view());
    CHECK(search_memory(needles).count_locked("secret") == 1);
  }
  const memory_found found = search_memory(needles);
  CHECK(found.hits.empty());
  CHECK(found.locked.empty());
}

TEST_CASE("memory search control: a copy in a block that was freed is found") {
  const secret_bytes secret = random_secret();
  const std::vector<needle> needles{{"secret", secret.view()}};
  // Large, so that the search's own blocks do not fill it; the other keeps it from going back to the system.
  constexpr std::size_t size = 120'000;
  char* const block = static_cast<char*>(std::malloc(size));
  const std::unique_ptr<char[]> behind(new char[64]);
  REQUIRE(block != nullptr);
  std::memcpy(block + size - 1000, secret.data(), secret.size());
  keep(block);
  std::free(block);
  const memory_found found = search_memory(needles);
  INFO(found.text());
  CHECK(found.count("secret") == 1);
}

TEST_CASE("memory search control: copies on the stack and in a global are found") {
  const secret_bytes secret = random_secret();
  static char global[secret_size];
  char local[secret_size];
  std::memcpy(global, secret.data(), secret_size);
  std::memcpy(local, secret.data(), secret_size);
  keep(global);
  keep(local);
  CHECK(search_memory({{"secret", secret.view()}}).count("secret") == 2);
  ::explicit_bzero(global, secret_size);
  ::explicit_bzero(local, secret_size);
  CHECK(search_memory({{"secret", secret.view()}}).count("secret") == 0);
}

TEST_CASE("memory search control: a copy is found wherever it lies across pages and at the end of a mapping") {
  const secret_bytes secret = random_secret();
  constexpr std::size_t size = std::size_t{3} << 20;
  void* const pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(pages != MAP_FAILED);
  char* const bytes = static_cast<char*>(pages);
  std::size_t planted = 0;
  for (std::size_t at = 0; at + secret_size <= size; at += 4093, ++planted) // a prime: every place of a page
    std::memcpy(bytes + at, secret.data(), secret.size());
  std::memcpy(bytes + size - secret_size, secret.data(), secret.size());
  CHECK(search_memory({{"secret", secret.view()}}).count("secret") == planted + 1);
  ::explicit_bzero(bytes, size);
  ::munmap(pages, size);
}

TEST_CASE("memory search: needles that would be found by chance are refused") {
  CHECK_THROWS_AS(needle("short", "1234567"), std::invalid_argument);
}
