// Timing by the monotonic clock.
#include "tools/bench/measure.hpp"

#include <algorithm>
#include <chrono>

namespace pawl::bench {
namespace {

double seconds_of(const std::function<void(std::int64_t)>& work, std::int64_t n) {
  const auto begin = std::chrono::steady_clock::now();
  work(n);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace

spread spread_of(std::vector<double> figures) {
  if (figures.empty()) return {};
  std::sort(figures.begin(), figures.end());
  const std::size_t middle = figures.size() / 2;
  const double median = figures.size() % 2 == 1 ? figures[middle] : (figures[middle - 1] + figures[middle]) / 2;
  return {median, figures.front(), figures.back()};
}

double rate_of(const std::function<void(std::int64_t n)>& work, double seconds) {
  std::int64_t n = 16; // doubled until a run is long enough to tell; the last one warmed everything up
  double taken = seconds_of(work, n);
  while (taken < seconds / 10) {
    n *= 2;
    taken = seconds_of(work, n);
  }
  n = std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(n) * seconds / taken));
  return static_cast<double>(n) / seconds_of(work, n);
}

} // namespace pawl::bench
