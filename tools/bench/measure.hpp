// Rounds, medians and spread: no figure of this bench stands on one measurement.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace pawl::bench {

struct spread {
  double median = 0;
  double lowest = 0;
  double highest = 0;
};

spread spread_of(std::vector<double> figures);

/// How often `work` runs in a second, measured for about `seconds`. `work(n)` does the thing n times.
double rate_of(const std::function<void(std::int64_t n)>& work, double seconds);

/// Keeps the compiler from dropping a result.
template <class T> inline void keep(const T& value) { asm volatile("" : : "g"(&value) : "memory"); }

} // namespace pawl::bench
