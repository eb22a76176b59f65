// pawl-bench linear10: durable steps a second of N instances of ten nodes in a row, against the floor in
// transactions of the same sizes.
#include "runtime/host/payloads.hpp"
#include "tools/bench/floor.hpp"
#include "tools/bench/folder.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/workload.hpp"

#include <pawl/secret_store.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace pawl::bench {
namespace {

struct linear_arguments {
  common_arguments common;
  std::string folder;
  int instances = 1000;
  int waves = 0; ///< 0: enough for about 10,000 instances
  bool against_encrypted = false;
};

struct series {
  std::vector<double> steps_per_s, bytes_per_step, cpu_us_per_step;

  void add(double steps, double seconds, double bytes, double cpu_us) {
    steps_per_s.push_back(steps / seconds);
    bytes_per_step.push_back(bytes / steps);
    cpu_us_per_step.push_back(cpu_us / steps);
  }
};

std::string ratio_target(int instances) {
  if (instances < 100) return "";
  return instances < 1000 ? ">= 0.65" : instances < 10000 ? ">= 0.50" : ">= 0.35";
}

void tell(const linear_arguments& given, int instances, int waves, const series& own, const series& floor,
          const std::vector<double>& batches) {
  report shown("linear10");
  shown.note("instances", instances);
  shown.note("waves", waves);
  shown.add("steps_per_s", own.steps_per_s, "steps/s", instances == 1000 ? ">= 100000" : "");
  shown.add("floor_steps_per_s", floor.steps_per_s, "steps/s");
  shown.add("ratio", ratios(own.steps_per_s, floor.steps_per_s), "", ratio_target(instances));
  shown.add("batch_mean", batches, "changes");
  shown.add("bytes_per_step", own.bytes_per_step, "bytes", instances == 1000 ? "<= 1000" : "");
  shown.add("floor_bytes_per_step", floor.bytes_per_step, "bytes");
  shown.add("cpu_us_per_step", own.cpu_us_per_step, "us");
  shown.add("floor_cpu_us_per_step", floor.cpu_us_per_step, "us");
  shown.print(given.common);
}

// Each round first in plain text, then with payloads encrypted.
int encrypted10(const linear_arguments& given, const bench_folder& folder, int instances, int waves) {
  secrets_options keys;
  keys.sealed_path = folder.file("keys.sealed");
  keys.key.key_file = folder.file("keys.key");
  must(secret_store::create(keys.sealed_path, keys.key));
  const auto encrypting = host::payload_protection_of(keys, true);
  series plain, encrypted;
  for (int i = 0; i < (given.common.quick ? 1 : given.common.rounds); ++i)
    for (series* into : {&plain, &encrypted}) {
      const auto how = into == &encrypted ? encrypting : storage::payload_protection{};
      const linear_run p = run_linear(folder.fresh("pawl"), instances, waves, std::make_shared<observations>(), how);
      into->add(p.steps, p.seconds, p.bytes_written, p.cpu_us);
    }
  report shown("linear10 encrypted");
  shown.note("instances", instances);
  shown.note("waves", waves);
  shown.add("steps_per_s", encrypted.steps_per_s, "steps/s");
  shown.add("plain_steps_per_s", plain.steps_per_s, "steps/s");
  shown.add("ratio", ratios(encrypted.steps_per_s, plain.steps_per_s), "");
  shown.add("bytes_ratio", ratios(encrypted.bytes_per_step, plain.bytes_per_step), "");
  shown.add("cpu_ratio", ratios(encrypted.cpu_us_per_step, plain.cpu_us_per_step), "");
  shown.print(given.common);
  return 0;
}

int linear10(const linear_arguments& given) {
  const bench_folder folder(given.folder);
  const int instances = given.common.quick ? std::min(given.instances, 50) : given.instances;
  const int enough = given.common.quick ? 1 : std::clamp(10000 / instances, 1, 500);
  const int waves = given.waves > 0 ? given.waves : enough;
  if (given.against_encrypted) return encrypted10(given, folder, instances, waves);
  auto warm = std::make_shared<observations>();
  warm->record = true; // what the floor writes; warms up what can be
  run_linear(folder.fresh("pawl"), instances, waves, warm);
  const auto changes = plan_floor(warm->recorded);
  series own, floor;
  std::vector<double> batches;
  for (int i = 0; i < (given.common.quick ? 1 : given.common.rounds); ++i) {
    auto seen = std::make_shared<observations>();
    const linear_run p = run_linear(folder.fresh("pawl"), instances, waves, seen);
    own.add(p.steps, p.seconds, p.bytes_written, p.cpu_us);
    batches.push_back(p.batch_mean);
    const floor_run f = run_floor(folder.fresh("floor"), warm->definitions, changes, seen->batches);
    floor.add(p.steps, f.seconds, f.bytes_written, f.cpu_us);
  }
  tell(given, instances, waves, own, floor, batches);
  return 0;
}

} // namespace

void add_linear10(CLI::App& app, action& chosen) {
  auto given = std::make_shared<linear_arguments>();
  CLI::App& command = *app.add_subcommand("linear10", "Durable steps a second, ten nodes in a row, many instances");
  add_common(command, given->common);
  add_folder(command, given->folder);
  command.add_option("--instances", given->instances, "How many at once")->check(CLI::Range(1, 1000000));
  command.add_option("--waves", given->waves, "How often a round starts so many; 0: enough to be measured")
      ->check(CLI::Range(0, 100000));
  command.add_flag("--against-encrypted", given->against_encrypted,
                   "No floor: with payloads encrypted, beside plain text");
  command.callback([given, &chosen] { chosen = [given] { return linear10(*given); }; });
}

} // namespace pawl::bench
