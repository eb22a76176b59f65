// pawl-conformance KIND FILE... [--accidents accidents.json] [--expect-ruled COUNTS.json]
// pawl-conformance schemas FILE... [--misses schema-misses.json] [--min-percent P]
// Prints failing cases, the rules that excused cases, and sums; the exit code is 1 when anything failed.
#include "tests/conformance/conformance.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <fstream>
#include <iostream>

namespace {

using check = void (*)(const conformance::options&, conformance::tally&);

const std::map<std::string, check> checks = {
    {"expressions", conformance::check_expressions},
    {"templates", conformance::check_templates},
    {"engine", conformance::check_engine},
    {"schemas", conformance::check_schemas},
};

int run(int argc, char** argv) {
  CLI::App app("Runs recorded cases of the reference implementation through Pawl.");
  std::string kind;
  std::string accidents;
  std::string counts;
  std::string misses;
  conformance::options with;
  app.add_option("kind", kind, "which family of cases")->required()->check(CLI::IsMember(checks));
  app.add_option("files", with.files, "JSON Lines, a case a line; of schemas: JSON, an array of groups")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--accidents", accidents, "the rulings on JavaScript accidents, by class")->check(CLI::ExistingFile);
  app.add_option("--expect-ruled", counts, "rule counts that must hold exactly, as a JSON object")
      ->check(CLI::ExistingFile);
  app.add_option("--misses", misses, "the known misses of schemas, with their reasons")->check(CLI::ExistingFile);
  app.add_option("--min-percent", with.min_percent, "how many of the schema cases must pass");
  CLI11_PARSE(app, argc, argv);

  if (!accidents.empty()) with.rulings = nlohmann::json::parse(std::ifstream(accidents));
  if (!misses.empty()) with.misses = nlohmann::json::parse(std::ifstream(misses));
  conformance::tally out;
  checks.at(kind)(with, out);
  if (!counts.empty()) out.expect_ruled(nlohmann::json::parse(std::ifstream(counts)));
  return out.finish();
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "pawl-conformance: " << e.what() << '\n';
    return 2;
  }
}
