// pawl-bench loop: whether a step of an instance with many results costs more than one with few.
#include "tools/bench/folder.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/workload.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pawl::bench {
namespace {

struct loop_arguments {
  common_arguments common;
  std::string folder;
  int results = 100'000;
};

struct loop_run {
  double early_us = 0, late_us = 0;       ///< median of a step
  double early_bytes = 0, late_bytes = 0; ///< mean of a step
  double rss_growth = 0;
};

double median_step_us(const std::vector<moment>& commits, std::size_t from, std::size_t to) {
  std::vector<double> all;
  for (std::size_t i = std::max<std::size_t>(from, 1); i < std::min(to, commits.size()); ++i)
    all.push_back(us_between(commits[i - 1], commits[i]));
  return percentile(all, 0.5);
}

// Bytes are compared over more steps than time: checkpoints come in lumps.
loop_run run_loop(const std::string& file, int results) {
  const int first = 10, few = std::min(1000, results / 4), window = std::min(5000, results / 4);
  auto seen = std::make_shared<observations>();
  seen->time_steps = true;
  seen->commit_times.resize(static_cast<std::size_t>(results) + 2); // in memory now, not while it is looked at
  seen->commit_times.clear();
  seen->measure_at = {first, first + window, results - window, results};
  auto engine = open_engine(file, seen);
  must(engine->load_definition(loop_definition(), ""));
  const std::string id = must(engine->start("loop", {{"limit", results}}, {}));
  const snapshot end = must(engine->wait(id, wait_until::ended, std::chrono::hours(2)));
  if (end.status() != instance_status::completed || seen->usages.size() != 4)
    throw std::runtime_error("the loop failed");
  loop_run run;
  const auto last = seen->commit_times.size();
  run.early_us = median_step_us(seen->commit_times, first, static_cast<std::size_t>(few));
  run.late_us = median_step_us(seen->commit_times, last - static_cast<std::size_t>(few), last);
  const auto& at = seen->usages;
  run.early_bytes = (at[1].bytes_written - at[0].bytes_written) / window;
  run.late_bytes = (at[3].bytes_written - at[2].bytes_written) / window;
  run.rss_growth = at[3].rss_bytes - at[1].rss_bytes;
  return run;
}

int loop(const loop_arguments& given) {
  const bench_folder folder(given.folder);
  const int results = given.common.quick ? 1000 : given.results;
  std::vector<double> early, late, early_bytes, late_bytes, growth;
  for (int i = 0; i < (given.common.quick ? 1 : given.common.rounds); ++i) {
    const loop_run run = run_loop(folder.fresh("pawl"), results);
    early.push_back(run.early_us);
    late.push_back(run.late_us);
    early_bytes.push_back(run.early_bytes);
    late_bytes.push_back(run.late_bytes);
    growth.push_back(run.rss_growth);
  }
  report shown("loop");
  shown.note("results", results);
  shown.add("time_ratio", ratios(late, early), "", "<= 1.1");
  shown.add("bytes_ratio", ratios(late_bytes, early_bytes), "", "<= 1.1");
  shown.add("early_step_us", early, "us");
  shown.add("late_step_us", late, "us");
  shown.add("early_bytes_per_step", early_bytes, "bytes");
  shown.add("late_bytes_per_step", late_bytes, "bytes");
  shown.add("rss_growth", growth, "bytes", "about 0");
  shown.print(given.common);
  return 0;
}

} // namespace

void add_loop(CLI::App& app, action& chosen) {
  auto given = std::make_shared<loop_arguments>();
  CLI::App& command = *app.add_subcommand("loop", "The last steps of a long loop against its first ones");
  add_common(command, given->common);
  add_folder(command, given->folder);
  command.add_option("--results", given->results, "How many the instance makes")->check(CLI::Range(100, 10'000'000));
  command.callback([given, &chosen] { chosen = [given] { return loop(*given); }; });
}

} // namespace pawl::bench
