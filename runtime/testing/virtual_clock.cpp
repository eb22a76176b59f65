// A clock that is moved.
#include <pawl/testing.hpp>

#include <algorithm>

namespace pawl::testing {

// From 1: 0 would be no monotonic clock.
std::int64_t virtual_clock::monotonic_ms() {
  return 1 + std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(passed_ns_)).count();
}

std::int64_t virtual_clock::now_ms() { return start_ms + wall_offset_ms_ + monotonic_ms() - 1; }

void virtual_clock::advance(std::chrono::nanoseconds by) { passed_ns_ += std::max<std::int64_t>(0, by.count()); }

void virtual_clock::set_wall(std::int64_t now_ms) { wall_offset_ms_ = now_ms - start_ms - monotonic_ms() + 1; }

} // namespace pawl::testing
