// pawl-bench timers: what timers cost that are not due.
#include "tools/bench/folder.hpp"
#include "tools/bench/many.hpp"
#include "tools/bench/measure.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/workload.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <thread>

namespace pawl::bench {
namespace {

struct timers_arguments {
  common_arguments common;
  std::string folder;
  int timers = 100'000;
  int seconds = 60;
};

/// Share of a core, in percent, that a runtime uses which has nothing to do but to be on time.
double idle_percent(const std::string& file, double seconds) {
  auto engine = open_engine(file, std::make_shared<observations>());
  std::this_thread::sleep_for(std::chrono::seconds(2)); // the first look, and the log that is emptied once
  const double before_us = usage_now().cpu_us;
  const moment begin = now();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  return 100 * (usage_now().cpu_us - before_us) / us_between(begin, now());
}

int timers(const timers_arguments& given) {
  const bench_folder folder(given.folder);
  const int count = given.common.quick ? 1000 : given.timers;
  const double seconds = given.common.quick ? 1 : given.seconds;
  const example timed = run_example(park_definition(), "park", {{"timer", true}});
  write_many(folder.fresh("many"), count, [&](int) -> const example& { return timed; });
  std::vector<double> with, without;
  for (int i = 0; i < (given.common.quick ? 1 : given.common.rounds); ++i) {
    without.push_back(idle_percent(folder.fresh("empty"), seconds));
    with.push_back(idle_percent(folder.file("many"), seconds));
  }
  report shown("timers");
  shown.note("timers", count);
  shown.note("seconds", seconds);
  shown.add("core_percent", with, "%", "<= 0.1");
  shown.add("core_percent_empty_store", without, "%");
  shown.print(given.common);
  return 0;
}

} // namespace

void add_timers(CLI::App& app, action& chosen) {
  auto given = std::make_shared<timers_arguments>();
  CLI::App& command = *app.add_subcommand("timers", "An idle runtime with very many timers that are not due");
  add_common(command, given->common);
  add_folder(command, given->folder);
  command.add_option("--timers", given->timers, "How many instances wait, each with a timer a year away")
      ->check(CLI::Range(1, 100'000'000));
  command.add_option("--seconds", given->seconds, "How long is watched in each round")->check(CLI::Range(1, 86'400));
  command.callback([given, &chosen] { chosen = [given] { return timers(*given); }; });
}

} // namespace pawl::bench
