// valijson 1.0 asks for memory without exceptions and uses what it gets unseen: without memory it would follow a null
// pointer. Its containers are given an allocator that throws std::bad_alloc. Before every other header of valijson.
#pragma once

#include <cstddef>
#include <new>

#include <valijson/internal/custom_allocator.hpp>

namespace valijson::internal {

template <class T> class ThrowingAllocator : public CustomAllocator<T> {
public:
  template <class U> struct rebind { using other = ThrowingAllocator<U>; };

  ThrowingAllocator() = default;
  ThrowingAllocator(typename CustomAllocator<T>::CustomAlloc take, typename CustomAllocator<T>::CustomFree give_back)
      : CustomAllocator<T>(take, give_back) {}
  template <class U> ThrowingAllocator(const ThrowingAllocator<U>& other) : CustomAllocator<T>(other) {}

  T* allocate(std::size_t count, const void* = nullptr) {
    T* const block = CustomAllocator<T>::allocate(count);
    if (block == nullptr) throw std::bad_alloc();
    return block;
  }
};

} // namespace valijson::internal

#define CustomAllocator ThrowingAllocator // constraints.hpp takes it back
