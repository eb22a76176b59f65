// pawl-bench latency: how much longer a durable step takes than the floor's, when one instance runs at a time.
#include "tools/bench/floor.hpp"
#include "tools/bench/folder.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/workload.hpp"

#include <CLI/CLI.hpp>

namespace pawl::bench {
namespace {

struct latency_arguments {
  common_arguments common;
  std::string folder;
  int instances = 500;
};

// From one commit's return to the next one's, within an instance: the start of the next instance is the client's time.
std::vector<double> step_times_us(const std::vector<moment>& commits) {
  std::vector<double> all;
  for (std::size_t i = 1; i < commits.size(); ++i)
    if (i % linear_changes != 0) all.push_back(us_between(commits[i - 1], commits[i]));
  return all;
}

int latency(const latency_arguments& given) {
  const bench_folder folder(given.folder);
  const int instances = given.common.quick ? 20 : given.instances;
  auto warm = std::make_shared<observations>();
  warm->record = true;
  run_linear(folder.fresh("pawl"), 1, instances, warm);
  const auto changes = plan_floor(warm->recorded);
  std::vector<double> step, step95, raw, raw95, added, added95;
  for (int i = 0; i < (given.common.quick ? 1 : given.common.rounds); ++i) {
    auto seen = std::make_shared<observations>();
    seen->time_steps = true;
    run_linear(folder.fresh("pawl"), 1, instances, seen);
    const auto own = step_times_us(seen->commit_times);
    const auto floor = step_times_us(run_floor(folder.fresh("floor"), warm->definitions, changes, {1}).commit_times);
    step.push_back(percentile(own, 0.5));
    step95.push_back(percentile(own, 0.95));
    raw.push_back(percentile(floor, 0.5));
    raw95.push_back(percentile(floor, 0.95));
    added.push_back(step.back() - raw.back());
    added95.push_back(step95.back() - raw95.back());
  }
  report shown("latency");
  shown.note("instances", instances);
  shown.add("added_latency_us", added, "us", "<= 60");
  shown.add("added_latency_p95_us", added95, "us");
  shown.add("ratio", ratios(step, raw), "", "<= 1.4");
  shown.add("step_us", step, "us");
  shown.add("step_p95_us", step95, "us");
  shown.add("floor_step_us", raw, "us");
  shown.add("floor_step_p95_us", raw95, "us");
  shown.print(given.common);
  return 0;
}

} // namespace

void add_latency(CLI::App& app, action& chosen) {
  auto given = std::make_shared<latency_arguments>();
  CLI::App& command = *app.add_subcommand("latency", "What Pawl adds to a raw durable step, one instance at a time");
  add_common(command, given->common);
  add_folder(command, given->folder);
  command.add_option("--instances", given->instances, "How many, one after another, ten steps each")
      ->check(CLI::Range(1, 100000));
  command.callback([given, &chosen] { chosen = [given] { return latency(*given); }; });
}

} // namespace pawl::bench
