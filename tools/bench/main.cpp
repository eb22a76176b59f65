// pawl-bench: how fast Pawl is, each figure beside a floor that was measured in the same run.
#include "tools/bench/benches.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <exception>

namespace pawl::bench {

void add_common(CLI::App& command, common_arguments& common) {
  command.add_option("--rounds", common.rounds, "Measure so often; medians and spread are told")
      ->check(CLI::Range(1, 1000));
  command.add_flag("--quick", common.quick, "Only show that it works");
  command.add_flag("--json", common.as_json, "Print JSON");
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

} // namespace pawl::bench

int main(int argc, char** argv) {
  CLI::App app{"Measures Pawl, each figure beside a floor of the same run.", "pawl-bench"};
  app.require_subcommand(1);
  pawl::bench::action chosen;
  pawl::bench::add_expressions(app, chosen);
  CLI11_PARSE(app, argc, argv);
  try {
    return chosen();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "pawl-bench: %s\n", e.what());
    return 1;
  }
}
