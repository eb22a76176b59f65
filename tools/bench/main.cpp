// pawl-bench: how fast Pawl is, each figure beside a floor that was measured in the same run.
#include "tools/bench/benches.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <exception>
#include <utility>
#include <vector>

namespace pawl::bench {

void add_common(CLI::App& command, common_arguments& common) {
  command.add_option("--rounds", common.rounds, "Measure so often; medians and spread are told")
      ->check(CLI::Range(1, 1000));
  command.add_flag("--quick", common.quick, "Only show that it works");
  command.add_flag("--json", common.as_json, "Print JSON");
}

void add_folder(CLI::App& command, std::string& folder) {
  command.add_option("--folder", folder, "Where the stores are made; a file system in memory tells nothing")
      ->check(CLI::ExistingDirectory);
}

namespace {

void print_rows(const nlohmann::json& shown, const std::string& prefix) {
  for (const auto& [name, value] : shown.items()) {
    if (value.is_object())
      print_rows(value, prefix + name + ".");
    else if (value.is_number_float())
      fmt::print("{:<34} {:>16.2f}\n", prefix + name, value.get<double>());
    else
      fmt::print("{:<34} {:>16}\n", prefix + name, value.is_string() ? value.get<std::string>() : value.dump());
  }
}

} // namespace

void print(const common_arguments& common, const nlohmann::json& shown) {
  if (common.as_json)
    fmt::print("{}\n", shown.dump(2));
  else
    print_rows(shown, "");
  std::fflush(stdout);
}

namespace {

constexpr std::pair<const char*, void (*)(CLI::App&, action&)> benches[] = {
    {"expressions", add_expressions}, {"schemas", add_schemas}, {"masking", add_masking},  {"floor", add_floor},
    {"linear10", add_linear10},       {"latency", add_latency}, {"loop", add_loop},        {"parked", add_parked},
    {"timers", add_timers},           {"wake", add_wake},       {"recovery", add_recovery}};

int run(int argc, const char* const* argv);

// Each as its own command line would run it; JSON comes as one document a bench.
int run_all(const common_arguments& common) {
  const std::string rounds = std::to_string(common.rounds);
  for (const auto& [name, add] : benches) {
    std::vector<const char*> line{"pawl-bench", name, "--rounds", rounds.c_str()};
    if (common.quick) line.push_back("--quick");
    if (common.as_json) line.push_back("--json");
    if (!common.as_json) fmt::print("--- {}\n", name);
    if (const int failed = run(static_cast<int>(line.size()), line.data()); failed != 0) return failed;
  }
  return 0;
}

int run(int argc, const char* const* argv) {
  CLI::App app{"Measures Pawl, each figure beside a floor of the same run.", "pawl-bench"};
  app.require_subcommand(1);
  action chosen;
  for (const auto& [name, add] : benches)
    add(app, chosen);
  common_arguments common;
  CLI::App& all = *app.add_subcommand("all", "One after another, with their defaults");
  add_common(all, common);
  all.callback([&] { chosen = [common] { return run_all(common); }; });
  CLI11_PARSE(app, argc, argv);
  return chosen();
}

} // namespace
} // namespace pawl::bench

int main(int argc, char** argv) {
  try {
    return pawl::bench::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "pawl-bench: %s\n", e.what());
    return 1;
  }
}
