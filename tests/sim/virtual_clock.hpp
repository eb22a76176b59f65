// Time that passes only when the simulation lets it; its wall clock may jump.
#pragma once

#include <pawl/options.hpp>

#include <chrono>

namespace pawl::sim {

class virtual_clock final : public pawl::clock {
public:
  std::int64_t now_ms() override { return 1'800'000'000'000 + jumped_ms_ + monotonic_ms(); }
  std::int64_t monotonic_ms() override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(passed_).count();
  }

  void pass(std::chrono::nanoseconds time) { passed_ += time; }
  void jump(std::int64_t ms) { jumped_ms_ += ms; }

private:
  std::chrono::nanoseconds passed_{0};
  std::int64_t jumped_ms_ = 0;
};

} // namespace pawl::sim
