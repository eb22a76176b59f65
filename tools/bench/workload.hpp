// What the benches let Pawl do, and the engine that does it: the engine of the public runtime on a watched store.
#pragma once

#include "runtime/host/engine.hpp"
#include "tools/bench/watched_store.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace pawl::bench {

/// A bench cannot go on after an error.
template <class T> T must(result<T> answer) {
  if (!answer) throw std::runtime_error(to_string(answer.failure()));
  return std::move(*answer);
}
inline void must(result<void> answer) {
  if (!answer) throw std::runtime_error(to_string(answer.failure()));
}

/// `count`: answers its number and a text, about 100 bytes of JSON. `repeat`: about 300 bytes, by the handle `again`
/// until the input's limit. `park`: waits for a payload, with a timer a year away when the input asks for one.
std::vector<node_type> bench_types();

/// Nodes in a row, each adds 1 to its predecessor's number.
std::string linear_definition(int nodes);
inline constexpr int linear_nodes = 10;
/// What one instance commits: the start and each node.
inline constexpr int linear_changes = linear_nodes + 1;

std::string loop_definition();
std::string park_definition();

/// `file` empty: a store in memory.
std::unique_ptr<host::engine> open_engine(const std::string& file, std::shared_ptr<observations> seen,
                                          const storage::payload_protection& payloads = {});

/// Offers `count` instances at once; returns when each has been started, most of them have run on by then.
void start_all(host::engine& engine, const std::string& definition, int count);

struct linear_run {
  double seconds = 0; ///< from the first start to the last end
  double steps = 0;   ///< of nodes: a start is not counted, its cost is
  double commits = 0;
  double batch_mean = 0; ///< changes a commit, starts included
  double cpu_us = 0;
  double bytes_written = 0; ///< closing included, which empties the log
};

/// `waves` times `instances` instances of ten nodes in a row on a new store; a wave ends before the next begins.
linear_run run_linear(const std::string& file, int instances, int waves, const std::shared_ptr<observations>& seen,
                      const storage::payload_protection& payloads = {});

} // namespace pawl::bench
