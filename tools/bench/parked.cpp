// pawl-bench parked: what instances that wait cost an appliance that starts.
#include "tools/bench/folder.hpp"
#include "tools/bench/many.hpp"
#include "tools/bench/raw_sqlite.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/workload.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <thread>

namespace pawl::bench {
namespace {

struct parked_arguments {
  common_arguments common;
  std::string folder;
  int instances = 1'000'000;
};

struct opening {
  double open_ms = 0;
  double due_ms = 0; ///< until it is known which timers are due and when the next one is
  double rss_growth = 0;
};

opening open_once(const std::string& file) {
  opening made;
  auto seen = std::make_shared<observations>();
  const double before = settled_rss_bytes();
  const moment begin = now();
  auto engine = open_engine(file, seen);
  made.open_ms = us_between(begin, now()) / 1000;
  while (seen->due_looks == 0)
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  made.due_ms = us_between(begin, now()) / 1000;
  must(engine->drain(std::chrono::minutes(5)));
  made.rss_growth = settled_rss_bytes() - before;
  return made;
}

double floor_ms(const std::string& file) {
  const moment begin = now();
  raw_database database(file);
  raw_statement in_flight(database, "SELECT id FROM instance WHERE in_flight = 1");
  raw_statement due(database, "SELECT id FROM instance WHERE wake_at <= ?1 ORDER BY wake_at, id");
  raw_statement next(database, "SELECT min(wake_at) FROM instance WHERE wake_at IS NOT NULL");
  in_flight.first();
  due.first(std::int64_t{1'700'000'000'000});
  next.first();
  return us_between(begin, now()) / 1000;
}

int parked(const parked_arguments& given) {
  const bench_folder folder(given.folder);
  const int instances = given.common.quick ? 1000 : given.instances;
  const example plain = run_example(park_definition(), "park", {{"timer", false}});
  const example timed = run_example(park_definition(), "park", {{"timer", true}});
  const moment begin = now();
  write_many(folder.fresh("many"), instances, [&](int i) -> const example& { return i % 10 == 0 ? timed : plain; });
  const double made_s = seconds_between(begin, now());
  open_once(folder.fresh("empty")); // the first one brings the program's own pages in
  std::vector<double> open, due, growth, empty, floor;
  for (int i = 0; i < (given.common.quick ? 1 : given.common.rounds); ++i) {
    empty.push_back(open_once(folder.fresh("empty")).rss_growth);
    const opening made = open_once(folder.file("many"));
    open.push_back(made.open_ms);
    due.push_back(made.due_ms);
    growth.push_back((made.rss_growth - empty.back()) / instances);
    floor.push_back(floor_ms(folder.file("many")));
  }
  report shown("parked");
  shown.note("instances", instances);
  shown.note("with_timer", (instances + 9) / 10);
  shown.note("made_in_s", made_s);
  shown.note("store_bytes", static_cast<std::uint64_t>(std::filesystem::file_size(folder.file("many"))));
  shown.add("open_ms", open, "ms");
  shown.add("open_and_due_ms", due, "ms", "<= 20");
  shown.add("floor_ms", floor, "ms");
  shown.add("rss_bytes_each", growth, "bytes", "0");
  shown.add("rss_growth_empty_store", empty, "bytes");
  shown.print(given.common);
  return 0;
}

} // namespace

void add_parked(CLI::App& app, action& chosen) {
  auto given = std::make_shared<parked_arguments>();
  CLI::App& command = *app.add_subcommand("parked", "Opening a store with very many instances that wait");
  add_common(command, given->common);
  add_folder(command, given->folder);
  command.add_option("--instances", given->instances, "How many wait, each tenth with a timer")
      ->check(CLI::Range(1, 100'000'000));
  command.callback([given, &chosen] { chosen = [given] { return parked(*given); }; });
}

} // namespace pawl::bench
