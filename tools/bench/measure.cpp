// Timing by the monotonic clock.
#include "tools/bench/measure.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

namespace pawl::bench {
namespace {

double seconds_of(const std::function<void(std::int64_t)>& work, std::int64_t n) {
  const moment begin = now();
  work(n);
  return seconds_between(begin, now());
}

double us_of(const timeval& time) { return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec); }

double number_in(const char* file, const std::string& name) {
  std::ifstream from(file);
  std::string word;
  double value = 0;
  while (from >> word)
    if (word == name && from >> value) return value;
  return 0;
}

} // namespace

spread spread_of(std::vector<double> figures) {
  if (figures.empty()) return {};
  std::sort(figures.begin(), figures.end());
  const std::size_t middle = figures.size() / 2;
  const double median = figures.size() % 2 == 1 ? figures[middle] : (figures[middle - 1] + figures[middle]) / 2;
  return {median, figures.front(), figures.back()};
}

double percentile(std::vector<double> figures, double share) {
  if (figures.empty()) return 0;
  std::sort(figures.begin(), figures.end());
  const double place = std::ceil(share * static_cast<double>(figures.size())) - 1;
  return figures[static_cast<std::size_t>(std::max(0.0, place))];
}

std::vector<double> ratios(const std::vector<double>& above, const std::vector<double>& below) {
  std::vector<double> all;
  for (std::size_t i = 0; i < above.size() && i < below.size(); ++i)
    all.push_back(below[i] == 0 ? 0 : above[i] / below[i]);
  return all;
}

usage usage_now() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  double pages = 0;
  std::ifstream memory("/proc/self/statm");
  memory >> pages >> pages; // the second one
  return {us_of(used.ru_utime) + us_of(used.ru_stime), number_in("/proc/self/io", "wchar:"),
          pages * static_cast<double>(::sysconf(_SC_PAGESIZE))};
}

double settled_rss_bytes() {
  ::malloc_trim(0);
  return usage_now().rss_bytes;
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
