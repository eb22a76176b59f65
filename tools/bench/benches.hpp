// The benches: each adds itself to the command line and returns the exit code.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>

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
/// Where the bench makes its stores; empty: where temporary files go.
void add_folder(CLI::App& command, std::string& folder);
/// As a table, or as JSON.
void print(const common_arguments& common, const nlohmann::json& shown);

void add_expressions(CLI::App& app, action& chosen);
void add_floor(CLI::App& app, action& chosen);
void add_latency(CLI::App& app, action& chosen);
void add_linear10(CLI::App& app, action& chosen);
void add_loop(CLI::App& app, action& chosen);
void add_masking(CLI::App& app, action& chosen);
void add_parked(CLI::App& app, action& chosen);
void add_recovery(CLI::App& app, action& chosen);
void add_schemas(CLI::App& app, action& chosen);
void add_timers(CLI::App& app, action& chosen);
void add_wake(CLI::App& app, action& chosen);

} // namespace pawl::bench
