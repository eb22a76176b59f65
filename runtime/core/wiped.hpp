// Ordinary memory that is wiped before it is given back: for what may hold a secret for a moment and is too large, or
// too unimportant, for locked memory.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace pawl::core {

/// Overwrites, and no compiler leaves it out.
inline void wipe(void* bytes, std::size_t size) noexcept { ::explicit_bzero(bytes, size); }

/// Overwrites what `text` holds, its spare room too, and leaves it empty.
inline void wipe(std::string& text) noexcept {
  text.resize(text.capacity()); // within the capacity: allocates nothing
  wipe(text.data(), text.size());
  text.clear();
}

/// Overwrites what calls that have returned left on the stack below the caller's own frame, libcurl's buffers for one.
[[gnu::noinline]] inline void wipe_stack_below() noexcept {
  char left[std::size_t{64} << 10];
  wipe(left, sizeof left);
}

/// Does so at the end of its scope; what is declared before it outlives that.
struct stack_wiper {
  stack_wiper() noexcept = default;
  stack_wiper(const stack_wiper&) = delete;
  stack_wiper& operator=(const stack_wiper&) = delete;
  ~stack_wiper() { wipe_stack_below(); }
};

template <class T> struct wiping_allocator {
  using value_type = T;
  wiping_allocator() noexcept = default;
  template <class U> wiping_allocator(const wiping_allocator<U>&) noexcept {} // NOLINT: as the standard asks
  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* at, std::size_t count) noexcept {
    wipe(at, count * sizeof(T));
    std::allocator<T>().deallocate(at, count);
  }
  template <class U> bool operator==(const wiping_allocator<U>&) const noexcept { return true; }
};

/// A vector and no string: short strings lie in the object itself, which no allocator wipes.
template <class T> using wiped_vector = std::vector<T, wiping_allocator<T>>;

} // namespace pawl::core
