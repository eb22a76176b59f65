// The floor: the rows that Pawl's store was given, written again by a single thread with raw SQLite. It knows
// beforehand what Pawl has to look up (the place of a result, whether a row is there), so it takes the fewest
// statements that leave the same rows. Everything is built before the clock runs. Never used by anything but benches.
#pragma once

#include "tools/bench/watched_store.hpp"

#include <memory>
#include <string>
#include <vector>

namespace pawl::bench {

/// The rows of one change with what the floor knows beforehand.
struct floor_change {
  const recorded_change* from = nullptr;
  std::int64_t seq = 0;
  std::int64_t lag = 0;
  std::optional<std::int64_t> previous;
  bool marks_change = false; ///< in_flight or wake_at, which are indexed
  struct visit {
    std::string node;
    std::int64_t count = 0;
    std::int64_t last_step = 0;
    bool is_new = false;
  };
  std::vector<visit> visits;
  std::vector<bool> cursor_is_new; ///< of each of cursors_set
};

/// For changes that start on an empty store. The plan points into `changes`.
std::vector<floor_change> plan_floor(const std::vector<recorded_change>& changes);

struct floor_run {
  double seconds = 0;
  double commits = 0;
  double cpu_us = 0;
  double bytes_written = 0;         ///< closing included
  std::vector<moment> commit_times; ///< when each COMMIT came back
};

/// Writes all of it to a new file. The n-th transaction has the n-th of `batches` changes; what is left goes by the
/// last.
floor_run run_floor(const std::string& file, const std::vector<storage::definition_row>& definitions,
                    const std::vector<floor_change>& changes, const std::vector<std::size_t>& batches);

/// Empty when both stores hold the same rows, else where the first difference is. The order in which definitions were
/// numbered does not count.
std::string first_difference(const std::string& file, const std::string& other);

} // namespace pawl::bench
