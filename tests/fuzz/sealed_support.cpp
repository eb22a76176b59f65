// Keys that are the same in every run, and changed copies of good files.
#include "tests/fuzz/sealed_support.hpp"

#include "tests/fuzz/support.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstdint>

namespace pawl::fuzz {
namespace {

const char* name() { return "steady"; }

std::uint32_t next() {
  static std::uint64_t state = 1; // splitmix64
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t mixed = (state ^ state >> 30) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBU;
  return static_cast<std::uint32_t>(mixed ^ mixed >> 31);
}

void fill(void* to, std::size_t size) {
  std::generate_n(static_cast<unsigned char*>(to), size, [] { return static_cast<unsigned char>(next()); });
}

randombytes_implementation steady{name, next, nullptr, nullptr, fill, nullptr};

} // namespace

void make_randomness_steady() {
  require(randombytes_set_implementation(&steady) == 0 && sodium_init() >= 0, "libsodium starts");
}

secret_bytes steady_secret(char letter, std::size_t size) { return *secret_bytes::copy_of(std::string(size, letter)); }

std::string changed_by(std::string_view input, std::string_view good) {
  std::string made(input);
  for (std::size_t i = 0; i < std::min(made.size(), good.size()); ++i)
    made[i] = static_cast<char>(made[i] ^ good[i]);
  return made;
}

two_parts split(std::string_view input) {
  const auto end = std::min(input.find('\n'), input.size());
  return {input.substr(0, end), input.substr(std::min(end + 1, input.size()))};
}

} // namespace pawl::fuzz
