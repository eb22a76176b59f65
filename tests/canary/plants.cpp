// Makes the leaks that the search must find.
#include "tests/canary/plants.hpp"

#include "tests/canary/encodings.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace pawl::canary {
namespace {

// As a careless program does: a copy on the heap that is given back as it is.
void leave_on_heap(std::string_view secret) {
  constexpr std::size_t before = 64; // what the allocator writes into free blocks
  auto* block = static_cast<char*>(std::malloc(before + secret.size()));
  if (block == nullptr) return;
  std::memcpy(block + before, secret.data(), secret.size());
  asm volatile("" : : "r"(block) : "memory"); // or the compiler leaves both out
  std::free(block);
}

} // namespace

void plant_in_child(const std::string& plant, std::string_view secret,
                    const std::function<void(const std::string& place, const std::string& text)>& write) {
  const std::string raw(secret);
  if (plant == "log" || plant == "node-log" || plant == "events") write(plant, raw);
  if (plant == "log-gzip") write("log", gzip("before " + raw + " behind"));
  if (plant == "log-base64") write("log", base64("before " + raw + " behind"));
  if (plant == "log-piece") write("log", raw.substr(5, 12));
  if (plant == "stdout") std::printf("%s.\n", raw.c_str()), std::fflush(stdout);
  if (plant == "stderr") std::fprintf(stderr, "%s\n", raw.c_str());
  if (plant == "memory") leave_on_heap(secret);
}

} // namespace pawl::canary
