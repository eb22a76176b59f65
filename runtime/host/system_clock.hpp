// The only place that reads the wall clock.
#pragma once

#include <pawl/options.hpp>

#include <chrono>

#include <time.h>

namespace pawl::host {

class system_clock final : public clock {
public:
  std::int64_t now_ms() override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  /// Goes on while the machine sleeps, as std::chrono::steady_clock does not.
  std::int64_t monotonic_ms() override {
    timespec now{};
    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return 1 + std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
  }
};

} // namespace pawl::host
