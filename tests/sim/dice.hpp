// Random choices that are the same on every machine: std's distributions are not.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace pawl::sim {

inline std::uint64_t mixed(std::uint64_t x) { // splitmix64
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

class dice {
public:
  explicit dice(std::uint64_t seed) : state_(mixed(seed)) {}
  std::uint64_t next() { return state_ = mixed(state_); }
  /// 0 to `sides` - 1.
  std::size_t below(std::size_t sides) { return static_cast<std::size_t>(next() % sides); }
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::size_t>(high) - static_cast<std::size_t>(low) + 1));
  }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class T> const T& one_of(const std::vector<T>& all) { return all[below(all.size())]; }
  /// The place that wins, each with its weight; they must not all be 0.
  std::size_t weighted(std::initializer_list<int> weights) {
    int sum = 0;
    for (const int w : weights)
      sum += w;
    int left = static_cast<int>(below(static_cast<std::size_t>(sum)));
    std::size_t place = 0;
    for (const int w : weights) {
      if (left < w) break;
      left -= w;
      ++place;
    }
    return place;
  }

private:
  std::uint64_t state_;
};

} // namespace pawl::sim
