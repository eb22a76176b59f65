// pawl-bench wake: from resume() of an instance that is on the disk only until the step that it makes is there too.
#include "tools/bench/floor.hpp"
#include "tools/bench/folder.hpp"
#include "tools/bench/many.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/workload.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>
#include <random>

namespace pawl::bench {
namespace {

struct wake_arguments {
  common_arguments common;
  std::string folder;
  int instances = 100'000;
  int samples = 500;
};

// A resume is two commits: the payload, which resume() acknowledges, and the step.
double wake_ms(host::engine& engine, const observations& seen, const std::string& id) {
  const nlohmann::json payload{{"approved", true}};
  const std::int64_t before = seen.changes;
  const moment begin = now();
  must(engine.resume(id, &payload, {}));
  must(engine.wait(id, wait_until::ended, std::chrono::minutes(1)));
  if (seen.changes != before + 2) throw std::runtime_error("another instance ran");
  return us_between(begin, seen.last_commit) / 1000;
}

std::vector<int> some_of(int instances, int samples) {
  std::vector<int> all(static_cast<std::size_t>(instances));
  std::iota(all.begin(), all.end(), 0);
  std::shuffle(all.begin(), all.end(), std::mt19937(1)); // the same ones each time
  all.resize(static_cast<std::size_t>(std::min(instances, samples)));
  return all;
}

double raw_commit_ms(const bench_folder& folder) {
  const example one = run_example(linear_definition(linear_nodes), "linear", {{"n", 0}});
  std::vector<recorded_change> many;
  for (int i = 0; i < 50; ++i)
    for (recorded_change change : one.changes) {
      change.instance = i + 1;
      if (auto* start = std::get_if<storage::create_write>(&change.what)) start->uid = many_id(i);
      many.push_back(std::move(change));
    }
  const auto times = run_floor(folder.fresh("floor"), one.definitions, plan_floor(many), {1}).commit_times;
  std::vector<double> ms;
  for (std::size_t i = 1; i < times.size(); ++i)
    ms.push_back(us_between(times[i - 1], times[i]) / 1000);
  return percentile(ms, 0.5);
}

int wake(const wake_arguments& given) {
  const bench_folder folder(given.folder);
  const int instances = given.common.quick ? 1000 : given.instances;
  const int samples = given.common.quick ? 20 : given.samples;
  const int rounds = given.common.quick ? 1 : given.common.rounds;
  const example plain = run_example(park_definition(), "park", {{"timer", false}});
  write_many(folder.fresh("many"), instances, [&](int) -> const example& { return plain; });
  const std::vector<int> chosen = some_of(instances, samples * rounds);
  const std::size_t a_round = chosen.size() / static_cast<std::size_t>(rounds);
  std::vector<double> half, most, all, floor;
  for (std::size_t i = 0; i < static_cast<std::size_t>(rounds); ++i) {
    auto seen = std::make_shared<observations>();
    auto engine = open_engine(folder.file("many"), seen);
    std::vector<double> ms;
    for (std::size_t k = i * a_round; k < (i + 1) * a_round; ++k)
      ms.push_back(wake_ms(*engine, *seen, many_id(chosen[k])));
    half.push_back(percentile(ms, 0.5));
    most.push_back(percentile(ms, 0.95));
    all.push_back(percentile(ms, 1));
    floor.push_back(raw_commit_ms(folder));
  }
  report shown("wake");
  shown.note("instances", instances);
  shown.note("samples", a_round);
  shown.add("wake_p50_ms", half, "ms");
  shown.add("wake_p95_ms", most, "ms", "<= 5");
  shown.add("wake_max_ms", all, "ms");
  shown.add("floor_commit_ms", floor, "ms");
  shown.print(given.common);
  return 0;
}

} // namespace

void add_wake(CLI::App& app, action& chosen) {
  auto given = std::make_shared<wake_arguments>();
  CLI::App& command = *app.add_subcommand("wake", "Resuming one of many instances that wait");
  add_common(command, given->common);
  add_folder(command, given->folder);
  command.add_option("--instances", given->instances, "How many wait")->check(CLI::Range(1, 100'000'000));
  command.add_option("--samples", given->samples, "How many are resumed, one after another, in each round")
      ->check(CLI::Range(1, 1'000'000));
  command.callback([given, &chosen] { chosen = [given] { return wake(*given); }; });
}

} // namespace pawl::bench
