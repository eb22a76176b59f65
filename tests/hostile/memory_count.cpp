// operator new and delete of the whole program, over malloc.
#include "tests/hostile/memory_count.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

std::size_t live = 0;
std::size_t live_at_start = 0;
pawl::hostile::memory_counts counts;

void* take(std::size_t bytes) {
  void* const block = std::malloc(std::max<std::size_t>(bytes, 1));
  if (block == nullptr) throw std::bad_alloc();
  const std::size_t got = malloc_usable_size(block);
  live += got;
  counts.total += got;
  if (live > live_at_start) counts.peak = std::max(counts.peak, live - live_at_start);
  return block;
}

void give_back(void* block) noexcept {
  if (block == nullptr) return;
  live -= malloc_usable_size(block);
  std::free(block);
}

} // namespace

namespace pawl::hostile {

void start_counting() noexcept {
  live_at_start = live;
  counts = {};
}

memory_counts counted() noexcept { return counts; }

} // namespace pawl::hostile

// The array forms call these; under the sanitizers they, and what they give, go uncounted. The form without exceptions
// (std::stable_sort's) is freed by the same delete, so it must be replaced as well.
void* operator new(std::size_t bytes) { return take(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  try {
    return take(bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* block) noexcept { give_back(block); }
void operator delete(void* block, std::size_t) noexcept { give_back(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { give_back(block); }
