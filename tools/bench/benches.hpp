// The benches: each adds itself to the command line and returns the exit code.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <functional>

namespace CLI {
class App;
}

namespace pawl::bench {

using action = std::function<int()>;

struct common_arguments {
  int rounds = 5;
  bool quick = false; ///< only shows that it works: its figures mean nothing
  bool as_json = false;
};

void add_common(CLI::App& command, common_arguments& common);
/// As a table, or as JSON.
void print(const common_arguments& common, const nlohmann::json& shown);

void add_expressions(CLI::App& app, action& chosen);

} // namespace pawl::bench
