// Stores with very many instances in the same place. One instance is run for real, its rows are written again under
// other ids through the store's port, in large transactions: what is there then is what Pawl itself would have left.
#pragma once

#include "tools/bench/watched_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>
#include <vector>

namespace pawl::bench {

/// All that one instance committed until it rested.
struct example {
  std::vector<recorded_change> changes;
  std::vector<storage::definition_row> definitions;
};
example run_example(const std::string& definition, const std::string& definition_id, const nlohmann::json& input);

/// The id of the i-th instance, from 0.
std::string many_id(int i);

/// Makes the store. `leave` is called at the end, while it is still open.
void write_many(const std::string& file, int count, const std::function<const example&(int i)>& kind,
                const std::function<void()>& leave = {});

} // namespace pawl::bench
