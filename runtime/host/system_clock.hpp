// The only place that reads the wall clock.
#pragma once

#include <pawl/options.hpp>

#include <chrono>

namespace pawl::host {

class system_clock final : public clock {
public:
  std::int64_t now_ms() override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  std::int64_t monotonic_ms() override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
};

} // namespace pawl::host
