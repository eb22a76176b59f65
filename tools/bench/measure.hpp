// Rounds, medians and spread: no figure of this bench stands on one measurement.
#pragma once

#include <chrono>
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

/// The figure below which `share` (0 to 1) of all lie; 0 of none.
double percentile(std::vector<double> figures, double share);

/// Member by member; both have the same length.
std::vector<double> ratios(const std::vector<double>& above, const std::vector<double>& below);

/// How often `work` runs in a second, measured for about `seconds`. `work(n)` does the thing n times.
double rate_of(const std::function<void(std::int64_t n)>& work, double seconds);

using moment = std::chrono::steady_clock::time_point;
inline moment now() { return std::chrono::steady_clock::now(); }
inline double seconds_between(moment begin, moment end) { return std::chrono::duration<double>(end - begin).count(); }
inline double us_between(moment begin, moment end) { return 1e6 * seconds_between(begin, end); }

/// What this process has used so far.
struct usage {
  double cpu_us = 0;        ///< of all threads, in user and kernel
  double bytes_written = 0; ///< handed to write calls: database, log and checkpoints; not what is mapped
  double rss_bytes = 0;     ///< in memory now
};
usage usage_now();

/// Gives unused memory back to the system first, so that two figures can be compared.
double settled_rss_bytes();

/// Keeps the compiler from dropping a result.
template <class T> inline void keep(const T& value) { asm volatile("" : : "g"(&value) : "memory"); }

} // namespace pawl::bench
