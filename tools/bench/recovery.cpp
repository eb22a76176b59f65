// pawl-bench recovery: opening a store whose owner was killed while many instances ran, until each has made its next
// step. The owner is a process of its own: this program, started with --leave-behind.
#include "tools/bench/folder.hpp"
#include "tools/bench/many.hpp"
#include "tools/bench/raw_sqlite.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/workload.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <csignal>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pawl::bench {
namespace {

struct recovery_arguments {
  common_arguments common;
  std::string folder;
  std::string leave_behind;
  int instances = 10'000;
};

// The rows of instances that have been started and stand before their only node.
int leave_behind(const recovery_arguments& given) {
  example started = run_example(linear_definition(1), "linear", {{"n", 0}});
  started.changes.resize(1);
  write_many(
      given.leave_behind, given.instances, [&](int) -> const example& { return started; }, [] { std::raise(SIGKILL); });
  return 1;
}

void make_killed_store(const std::string& file, int instances) {
  std::string program(4096, '\0');
  const ssize_t length = ::readlink("/proc/self/exe", program.data(), program.size());
  program.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  std::vector<std::string> words{program, "recovery", "--leave-behind", file, "--instances", std::to_string(instances)};
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  int status = 0;
  if (::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments.data(), environ) != 0 ||
      ::waitpid(child, &status, 0) != child || !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
    throw std::runtime_error("the process that is to be killed failed");
}

struct recovered {
  double open_ms = 0;
  double seconds = 0;
};

recovered recover(const std::string& file, int instances) {
  recovered made;
  auto seen = std::make_shared<observations>();
  const moment begin = now();
  auto engine = open_engine(file, seen);
  made.open_ms = us_between(begin, now()) / 1000;
  must(engine->drain(std::chrono::minutes(30)));
  made.seconds = seconds_between(begin, now());
  if (seen->changes != instances) throw std::runtime_error("not each instance made one step");
  return made;
}

// What must be read to go on: each instance's rows, one instance after another.
double read_rows(const std::string& file, int instances) {
  const moment begin = now();
  raw_database database(file);
  raw_statement in_flight(database, "SELECT * FROM instance WHERE in_flight = 1");
  raw_statement input(database, "SELECT * FROM input WHERE instance = ?1");
  raw_statement cursor(database, "SELECT * FROM cursor WHERE instance = ?1");
  raw_statement visit(database, "SELECT * FROM visit WHERE instance = ?1");
  int found = 0;
  for (bool more = in_flight.first(); more; more = in_flight.next(), ++found)
    for (raw_statement* rows : {&input, &cursor, &visit})
      for (bool row = rows->first(in_flight.number(0)); row; row = rows->next())
        keep(rows->text(1));
  if (found != instances) throw std::runtime_error("instances are missing");
  return seconds_between(begin, now());
}

int recovery(const recovery_arguments& given) {
  if (!given.leave_behind.empty()) return leave_behind(given);
  const bench_folder folder(given.folder);
  const int instances = given.common.quick ? 200 : given.instances;
  std::vector<double> open, rate, floor;
  for (int i = 0; i < (given.common.quick ? 1 : given.common.rounds); ++i) {
    const std::string file = folder.fresh("killed"), copy = folder.fresh("copy");
    make_killed_store(file, instances);
    for (const char* suffix : {"", "-wal"})
      std::filesystem::copy_file(file + suffix, copy + suffix);
    floor.push_back(instances / read_rows(copy, instances));
    const recovered made = recover(file, instances);
    open.push_back(made.open_ms);
    rate.push_back(instances / made.seconds);
  }
  report shown("recovery");
  shown.note("instances", instances);
  shown.add("open_ms", open, "ms");
  shown.add("instances_per_s", rate, "instances/s");
  shown.add("floor_instances_read_per_s", floor, "instances/s");
  shown.add("ratio", ratios(rate, floor), "");
  shown.print(given.common);
  return 0;
}

} // namespace

void add_recovery(CLI::App& app, action& chosen) {
  auto given = std::make_shared<recovery_arguments>();
  CLI::App& command = *app.add_subcommand("recovery", "Going on with all instances of an owner that was killed");
  add_common(command, given->common);
  add_folder(command, given->folder);
  command.add_option("--instances", given->instances, "How many were running")->check(CLI::Range(1, 10'000'000));
  command.add_option("--leave-behind", given->leave_behind, "Make such a store and be killed")
      ->type_name("FILE")
      ->group(""); // for the bench itself
  command.callback([given, &chosen] { chosen = [given] { return recovery(*given); }; });
}

} // namespace pawl::bench
