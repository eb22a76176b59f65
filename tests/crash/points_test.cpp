// Kills a child at each named point of the store, of checkpoints, of recovery, of a migration and of a store's creation
// many times, and checks after each kill what crash_test.cpp checks. Status as there. Starts no thread.
#include "tests/crash/checker.hpp"
#include "tests/crash/child_process.hpp"
#include "tests/crash/workload.hpp"
#include "tests/support/campaign.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/slice.hpp"
#include "tests/support/temp_folder.hpp"

#include <sqlite3.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <stdexcept>

namespace {

using namespace pawl;
namespace fs = std::filesystem;

constexpr int held = 0, wrong = 1, usage = 2, step_lost = 3;
using pawl::test::patience;
constexpr int instances = 8;

/// `nth_max`: which occurrence is the one is drawn from 1 to this.
struct kill_point {
  const char* name;
  int nth_max;
};

enum class before { nothing, a_hot_log, an_older_format, no_store };

struct group {
  const char* name;
  before setting;
  std::vector<std::string> child; ///< arguments
  std::vector<kill_point> points;
};

std::vector<group> groups() {
  return {
      {"store",
       before::nothing,
       {},
       {{"store:before a commit", 40},
        {"run:log write begins", 40},
        {"run:log is written", 100},
        {"run:log not synced", 40},
        {"run:log synced", 40},
        {"store:committed, not answered", 40},
        {"store:answered", 40},
        {"store:definition saved", 4}}},
      {"schedules",
       before::nothing,
       {},
       {{"schedule:before its row is written", 20},
        {"schedule:its row is written", 20},
        {"schedule:before a run is created", 10},
        {"schedule:a run is created", 10}}},
      {"checkpoint",
       before::nothing,
       {"--wal-bytes", "60000"},
       {{"run:first page is moved", 3},
        {"run:pages are moved", 40},
        {"run:main file not synced", 3},
        {"run:main file synced", 3},
        {"run:log begins anew", 3}}},
      {"close",
       before::nothing,
       {"--stop"},
       {{"close:first page is moved", 1},
        {"close:pages are moved", 4},
        {"close:main file not synced", 1},
        {"close:main file synced", 1},
        {"close:log not cut", 1},
        {"close:log cut", 1}}},
      {"recovery",
       before::a_hot_log,
       {},
       {{"open:log begins anew", 1}, // written again from its beginning
        {"open:log is written", 2},
        {"open:log not synced", 1},
        {"open:log synced", 1},
        {"recovery:before the first instance", 1},
        {"recovery:among the instances", 5}}},
      {"migration",
       before::an_older_format,
       {},
       {{"open:log begins anew", 1}, {"open:log is written", 1}, {"open:log not synced", 1}, {"open:log synced", 1}}},
      {"creation",
       before::no_store,
       {},
       {{"open:first page is moved", 1},
        {"open:main file not synced", 1},
        {"open:journal is written", 1},
        {"open:log begins anew", 1},
        {"open:log is written", 20},
        {"open:log not synced", 2},
        {"open:log synced", 2}}}};
}

struct arguments {
  std::string program;
  std::string group;
  int hits = 20;
  std::uint64_t seed = 1;
  std::uint64_t slices = 1;
  bool ack_early = false;
};

void run_sql(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  char* why = nullptr;
  const int answer = sqlite3_open(path.c_str(), &db) == SQLITE_OK ? sqlite3_exec(db, sql, nullptr, nullptr, &why) : 1;
  const std::string text = why != nullptr ? why : "";
  sqlite3_free(why);
  sqlite3_close(db);
  if (answer != SQLITE_OK) throw std::runtime_error("SQL: " + text);
}

/// The instances of one store, killed and started again.
class run {
public:
  run(const arguments& args, const group& of)
      : args_(args), of_(of), random_(args.seed), check_(store(), folder_.file("effects")), to_(instances) {}

  int carry_out() {
    for (const kill_point& p : of_.points)
      for (int tries = 0; hits_[p.name] < args_.hits && tries < 3 * args_.hits + 30; ++tries) { // some come too late
        kill_at(p);
        if (!check_.problems().empty()) return verdict();
      }
    if (of_.setting != before::no_store) finish();
    return verdict();
  }
  std::uint64_t kills() const {
    std::uint64_t sum = 0;
    for (const auto& [point, kills] : hits_)
      sum += static_cast<std::uint64_t>(kills);
    return sum;
  }

private:
  std::string store() const { return folder_.file("crash.db"); }
  int pick(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }

  std::vector<std::string> child_arguments(const std::vector<std::string>& more) const {
    std::vector<std::string> all{"--store", store(),           "--effects", folder_.file("effects"),
                                 "--from",  std::to_string(0), "--to",      std::to_string(to_)};
    all[5] = std::to_string(from_);
    all.insert(all.end(), more.begin(), more.end());
    if (of_.setting == before::an_older_format) all.push_back("--without-signals");
    if (args_.ack_early) all.emplace_back("--ack-early");
    return all;
  }

  /// True when the child ended by SIGKILL of its own; one that idles or ends has not reached the point.
  bool run_child(const std::vector<std::string>& more) {
    crash::child_process child(args_.program, child_arguments(more));
    const auto end = std::chrono::steady_clock::now() + patience;
    bool open = true;
    while (open && !check_.idle()) {
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("a child neither ends nor idles");
      open = child.read(std::chrono::seconds(1));
      take(child);
    }
    if (!open) return child.wait() == -SIGKILL;
    child.kill_and_drain();
    take(child);
    return false;
  }
  void take(crash::child_process& child) {
    for (const std::string& line : child.take_lines())
      check_.note(line);
  }

  void kill_at(const kill_point& p) {
    prepare();
    std::vector<std::string> more = of_.child;
    for (const std::string& word :
         {std::string("--kill-at"), std::string(p.name), std::string("--nth"), std::to_string(pick(1, p.nth_max))})
      more.push_back(word);
    if (run_child(more)) ++hits_[p.name];
    if (of_.setting == before::an_older_format || of_.setting == before::no_store) open_as_owner();
    if (of_.setting != before::no_store) look();
  }

  // What the point needs: work that goes on, a log that was left behind, a store of the format before this one.
  void prepare() {
    if (of_.setting == before::no_store) {
      for (const char* end : {"", "-wal", "-shm", "-journal", ".lock"})
        fs::remove(store() + end);
      return;
    }
    if (of_.setting == before::nothing) return;
    if (prepared_++ % 4 == 0) { // a kill leaves the log hot for the next one
      if (!run_child({"--kill-at", "run:log synced", "--nth", std::to_string(pick(5, 20))})) to_ += instances;
      look();
    }
    if (of_.setting != before::an_older_format) return;
    check_.audit_is_gone();
    check_.identity_is_gone();
    run_sql(
        store(),
        "DROP TABLE closing; DROP TABLE sealed_store; DROP TABLE secret_audit; DROP TABLE label; DROP TABLE removed; "
        "ALTER "
        "TABLE cursor DROP COLUMN payload_schema; DROP TABLE payload_store; DROP TABLE payload_key; ALTER TABLE "
        "input DROP COLUMN payload_key; ALTER TABLE cursor DROP COLUMN payload_key; ALTER TABLE memory DROP "
        "COLUMN payload_key; ALTER TABLE step DROP COLUMN payload_key; DROP TABLE signal; DROP TABLE signal_key; DROP "
        "TABLE schedule; ALTER TABLE cursor DROP COLUMN wait_order; ALTER TABLE cursor DROP COLUMN wait_signals; ALTER "
        "TABLE cursor DROP COLUMN signal; DROP TABLE clock; DROP INDEX instance_wake_on; ALTER TABLE instance DROP "
        "COLUMN wake_on; ALTER TABLE timer DROP COLUMN line; ALTER TABLE step DROP COLUMN steady_lag; ALTER TABLE step "
        "DROP COLUMN calendar_lag; DROP TABLE identity; ALTER TABLE cursor DROP COLUMN deadline_at; ALTER TABLE cursor "
        "DROP COLUMN deadline_ms; ALTER TABLE cursor DROP COLUMN deadline_line; ALTER TABLE definition_latest "
        "DROP COLUMN owner; DROP INDEX instance_definition; DROP INDEX definition_id; DELETE FROM definition WHERE "
        "number "
        "= 0; PRAGMA user_version = 1");
  }

  void open_as_owner() {
    const auto opened = storage::open_sqlite_store(store());
    if (!opened) throw std::runtime_error("after the kill: " + to_string(opened.failure()));
  }

  void look() {
    (void)check_.look(from_, to_);
    while (check_.ended().count(from_) != 0)
      ++from_;
    while (to_ - static_cast<int>(check_.ended().size()) < instances) // kills always meet work
      ++to_;
  }

  void finish() {
    from_ = 0;
    if (run_child({"--finish"})) throw std::runtime_error("the last child was killed");
    check_.look_at_the_end(to_);
  }

  int verdict() {
    bool enough = true;
    for (const kill_point& p : of_.points) {
      std::printf("%-10s %-36s %3d kills\n", of_.name, p.name, hits_[p.name]);
      enough = enough && hits_[p.name] >= args_.hits;
    }
    std::printf("%-10s seed %llu: %d instances, %zu steps stored, %zu acknowledged\n", of_.name,
                static_cast<unsigned long long>(args_.seed), to_, check_.steps(), check_.acknowledged());
    for (std::size_t i = 0; i < check_.problems().size() && i < 20; ++i)
      std::printf("  %s\n", check_.problems()[i].c_str());
    if (check_.lost_something()) return step_lost;
    if (!enough) std::printf("  a point was hit less than %d times\n", args_.hits);
    return check_.problems().empty() && enough ? held : wrong;
  }

  const arguments& args_;
  const group& of_;
  test::temp_folder folder_{test::temp_folder::fast()};
  std::mt19937_64 random_;
  crash::checker check_;
  std::map<std::string, int> hits_;
  int prepared_ = 0;
  int from_ = 0; ///< the child's instances: [from_, to_)
  int to_;
};

int carry_out(const arguments& args, std::uint64_t& kills) {
  int status = usage;
  for (const group& g : groups()) {
    if (g.name != args.group) continue;
    try {
      if (g.setting == before::an_older_format) crash::without_signals(); // that format has none
      run one(args, g);
      status = one.carry_out();
      kills += one.kills();
    } catch (const std::exception& e) {
      std::printf("%s, seed %llu: %s\n", g.name, static_cast<unsigned long long>(args.seed), e.what());
      status = wrong;
    }
  }
  return status;
}

} // namespace

int main(int count, char** values) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  arguments args;
  if (const char* seed = std::getenv("PAWL_SEED_FROM")) args.seed = std::strtoull(seed, nullptr, 10);
  for (int i = 1; i < count; ++i) {
    const std::string name = values[i];
    if (name == "--ack-early")
      args.ack_early = true;
    else if (name == "--hits" && i + 1 < count)
      args.hits = std::atoi(values[++i]);
    else if (name == "--slices" && i + 1 < count)
      args.slices = std::strtoull(values[++i], nullptr, 10);
    else if (args.program.empty())
      args.program = name;
    else
      args.group = name;
  }
  const test::slice part(args.slices);
  args.hits = static_cast<int>(part.share(static_cast<std::uint64_t>(args.hits)));
  args.seed += part.nth();
  test::figures figures("kills", args.seed);
  std::uint64_t kills = 0;
  const auto end = std::chrono::steady_clock::now() + test::time_to_run();
  int status = carry_out(args, kills);
  while (status == held && std::chrono::steady_clock::now() < end) {
    figures.so_far(kills);
    ++args.seed;
    status = carry_out(args, kills);
  }
  figures.end(kills, status == held ? 0 : 1);
  if (status == usage) std::fprintf(stderr, "usage: %s CHILD GROUP [--hits N] [--ack-early]\n", values[0]);
  return status;
}
