// pawl-bench expressions: compiled evaluation and compiling, against jexl 2.3.0 on Node in the same run.
#include "tools/bench/benches.hpp"
#include "tools/bench/measure.hpp"

#include "runtime/expression/evaluate.hpp"
#include "runtime/expression/program.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>

namespace pawl::bench {
namespace {

using nlohmann::json;

constexpr const char* source = "nodes.a.last.data.n * 2 + (nodes.b.last.data.score > 10 ? 1 : 0)";

struct expression_arguments {
  common_arguments common;
  std::string jexl_folder; ///< holds node_modules/jexl; empty: no floor
  std::string script;
};

struct expressions_round {
  double evaluations_per_s = 0;
  double compiles_per_s = 0;
};

json context() {
  return {{"nodes",
           {{"a", {{"last", {{"data", {{"n", 21}}}, {"timestamp", 1}, {"error", nullptr}}}}},
            {"b", {{"last", {{"data", {{"score", 11}}}, {"timestamp", 2}, {"error", nullptr}}}}}}}};
}

expressions_round measure_pawl(double seconds) {
  const json document = context();
  const expression::value root = expression::value::borrow(document);
  const expression::environment plain;
  const auto program = expression::compile(source);
  if (!program) throw std::runtime_error(to_string(program.failure()));
  const auto answer = expression::evaluate(*program, root, plain);
  if (!answer || answer->as_number() != 43) throw std::runtime_error("the expression gives another result");
  const auto evaluate = [&](std::int64_t n) {
    while (n-- > 0)
      keep(expression::evaluate(*program, root, plain));
  };
  const auto compile = [&](std::int64_t n) {
    while (n-- > 0)
      keep(expression::compile(source));
  };
  return {rate_of(evaluate, seconds), rate_of(compile, seconds)};
}

json run_node(const expression_arguments& given, double seconds) {
  const std::string command = fmt::format("node '{}' '{}' {}", given.script, given.jexl_folder, seconds);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> from(popen(command.c_str(), "r"), pclose);
  if (!from) throw std::runtime_error("node cannot be started");
  std::string text;
  char block[4096];
  while (const std::size_t got = std::fread(block, 1, sizeof block, from.get()))
    text.append(block, got);
  json answer = json::parse(text, nullptr, false);
  if (answer.is_discarded())
    throw std::runtime_error("jexl could not be measured: is jexl in " + given.jexl_folder + "?");
  return answer;
}

json figures(const std::vector<expressions_round>& rounds, double expressions_round::*which) {
  std::vector<double> all;
  all.reserve(rounds.size());
  for (const expressions_round& r : rounds)
    all.push_back(r.*which);
  const spread s = spread_of(all);
  return {{"median", s.median}, {"lowest", s.lowest}, {"highest", s.highest}};
}

int expressions(const expression_arguments& given) {
  const double seconds = given.common.quick ? 0.02 : 1.0;
  const int rounds = given.common.quick ? 1 : given.common.rounds;
  std::vector<expressions_round> own;
  std::vector<expressions_round> floor;
  json shown{{"bench", "expressions"}, {"expression", source}, {"rounds", rounds}};
  for (int i = 0; i < rounds; ++i) {
    own.push_back(measure_pawl(seconds));
    if (given.jexl_folder.empty()) continue;
    const json jexl = run_node(given, seconds);
    floor.push_back({jexl.at("evaluations_per_s"), jexl.at("compiles_per_s")});
    shown["floor"] =
        fmt::format("jexl {} on Node {}", jexl.at("jexl").get<std::string>(), jexl.at("node").get<std::string>());
  }
  for (const auto& [name, which] : {std::pair("evaluations_per_s", &expressions_round::evaluations_per_s),
                                    std::pair("compiles_per_s", &expressions_round::compiles_per_s)}) {
    shown[name] = figures(own, which);
    if (floor.empty()) continue;
    shown[std::string("floor_") + name] = figures(floor, which);
    shown[name]["ratio"] = shown[name]["median"].get<double>() / figures(floor, which)["median"].get<double>();
  }
  print(given.common, shown);
  return 0;
}

} // namespace

void add_expressions(CLI::App& app, action& chosen) {
  auto given = std::make_shared<expression_arguments>();
  given->script = PAWL_BENCH_FOLDER "/jexl.js";
  CLI::App& command = *app.add_subcommand("expressions", "Evaluating and compiling, against jexl on Node");
  add_common(command, given->common);
  command
      .add_option("--jexl", given->jexl_folder,
                  "A folder with node_modules/jexl: npm install --prefix FOLDER jexl@2.3.0")
      ->type_name("FOLDER");
  command.callback([given, &chosen] { chosen = [given] { return expressions(*given); }; });
}

} // namespace pawl::bench
