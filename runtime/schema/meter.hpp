// What one check may cost. Must never be asked to give back: whoever is told `false` unwinds at once.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace pawl::schema {

class meter {
public:
  explicit meter(std::uint64_t steps_max) : left_(steps_max) {}

  bool spend(std::uint64_t steps = 1) {
    if (steps > left_) {
      left_ = 0;
      over_ = true;
      return false;
    }
    left_ -= steps;
    return true;
  }

  /// Ends the check at once.
  void exhaust() {
    left_ = 0;
    over_ = true;
  }

  bool read(std::size_t bytes) { return spend(1 + bytes / bytes_a_step); }
  /// A name among `count` members, which are kept as a tree.
  bool look_up(std::size_t bytes, std::size_t count) {
    return spend(1 + bytes / bytes_a_step + static_cast<std::uint64_t>(std::bit_width(count)) / 4);
  }

  bool over() const { return over_; }

private:
  static constexpr std::size_t bytes_a_step = 64;

  std::uint64_t left_;
  bool over_ = false;
};

} // namespace pawl::schema
