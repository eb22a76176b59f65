// A part of an enumeration: the check takes one, the long form everything.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace pawl::test {

/// One of `of` slices of the numbers from 0: every `of`-th. Which one follows from PAWL_SLICE, a number that
/// tools/check makes of the commit, so that successive commits come round to all. Without PAWL_SLICE it is everything.
class slice {
public:
  explicit slice(std::uint64_t of) {
    const char* number = std::getenv("PAWL_SLICE");
    if (number == nullptr || *number == 0 || of <= 1) return;
    of_ = of;
    nth_ = std::strtoull(number, nullptr, 10) % of;
    std::printf("slice %s of %s (PAWL_SLICE=%s)\n", std::to_string(nth_ + 1).c_str(), std::to_string(of).c_str(),
                number);
  }

  bool takes(std::uint64_t number) const { return number % of_ == nth_; }
  /// What one slice has of `all`, never nothing.
  std::uint64_t share(std::uint64_t all) const { return (all + of_ - 1) / of_; }
  std::uint64_t nth() const { return nth_; }
  std::uint64_t of() const { return of_; }
  bool is_whole() const { return of_ == 1; }

private:
  std::uint64_t nth_ = 0;
  std::uint64_t of_ = 1;
};

} // namespace pawl::test
