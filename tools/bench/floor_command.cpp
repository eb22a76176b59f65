// pawl-bench floor: what raw SQLite makes of the rows of linear10, and the proof that they are the same rows.
#include "tools/bench/floor.hpp"
#include "tools/bench/folder.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/workload.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace pawl::bench {
namespace {

struct floor_arguments {
  common_arguments common;
  std::string folder;
  int instances = 1000;
  std::size_t batch = 500;
  bool spoil = false;
};

int floor_alone(const floor_arguments& given) {
  const bench_folder folder(given.folder);
  const int instances = given.common.quick ? 20 : given.instances;
  auto seen = std::make_shared<observations>();
  seen->record = true;
  run_linear(folder.fresh("pawl"), instances, 1, seen);
  auto changes = plan_floor(seen->recorded);
  if (given.spoil) changes.pop_back();
  std::vector<double> steps_per_s, bytes, cpu;
  const double steps = static_cast<double>(instances) * linear_nodes;
  for (int i = 0; i < (given.common.quick ? 1 : given.common.rounds); ++i) {
    const floor_run run = run_floor(folder.fresh("floor"), seen->definitions, changes, {given.batch});
    steps_per_s.push_back(steps / run.seconds);
    bytes.push_back(run.bytes_written / steps);
    cpu.push_back(run.cpu_us / steps);
  }
  const std::string difference = first_difference(folder.file("pawl"), folder.file("floor"));
  if (!difference.empty()) throw std::runtime_error("the floor left other rows than Pawl: " + difference);
  report shown("floor");
  shown.note("instances", instances);
  shown.note("batch", given.batch);
  shown.note("same_rows", true);
  shown.add("floor_steps_per_s", steps_per_s, "steps/s");
  shown.add("floor_bytes_per_step", bytes, "bytes");
  shown.add("floor_cpu_us_per_step", cpu, "us");
  shown.print(given.common);
  return 0;
}

} // namespace

void add_floor(CLI::App& app, action& chosen) {
  auto given = std::make_shared<floor_arguments>();
  CLI::App& command = *app.add_subcommand("floor", "Raw SQLite writing the rows of linear10; checks that they are");
  add_common(command, given->common);
  add_folder(command, given->folder);
  command.add_option("--instances", given->instances, "How many instances' rows")->check(CLI::Range(1, 100000));
  command.add_option("--batch", given->batch, "Changes a transaction")->check(CLI::Range(1, 1000000));
  command.add_flag("--spoil", given->spoil, "Leave a row out: the comparison must fail")->group(""); // for its control
  command.callback([given, &chosen] { chosen = [given] { return floor_alone(*given); }; });
}

} // namespace pawl::bench
