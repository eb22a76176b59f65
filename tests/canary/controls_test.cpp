// For each place a leak that is planted there: a search that misses it is blind. Each passes only if the leak is found,
// where it was put.
#include "tests/canary/registry.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <sstream>

#include <sqlite3.h>

using namespace pawl::canary;

namespace {

bool found_in(const std::vector<leak>& leaks, const std::string& place) {
  INFO(text_of(leaks));
  return std::any_of(leaks.begin(), leaks.end(), [&](const leak& one) { return one.place == place; });
}

// The child runs one well-behaved node; `plant` is what it leaks with the secret.
void run_child(rig& here, const std::string& plant, const words& more = {}) {
  words line{"--only", "polite"};
  if (!plant.empty()) line.insert(line.end(), {"--plant", plant});
  line.insert(line.end(), more.begin(), more.end());
  here.start(line);
  here.await("idle");
}

void child_leaks(const std::string& plant, const std::string& place) {
  rig here;
  run_child(here, plant);
  CHECK(here.finish() == 0);
  CHECK(found_in(here.search_all(), place));
}

void append(const std::string& file, const std::string& text) {
  REQUIRE(std::filesystem::exists(file));
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  std::ofstream(file, std::ios::app | std::ios::binary) << text;
}

// As a lock, a reserve or a shared index might hold what a program had in its buffer.
void file_leaks(const std::string& name, const std::string& place) {
  rig here;
  run_child(here, "");
  append(here.file(name), here.canary("hard").value);
  CHECK(found_in(here.search_files(), place));
}

class open_database {
public:
  explicit open_database(const std::string& path) { REQUIRE(sqlite3_open(path.c_str(), &at_) == SQLITE_OK); }
  open_database(const open_database&) = delete;
  open_database& operator=(const open_database&) = delete;
  ~open_database() { sqlite3_close(at_); }
  void run(const std::string& sql) { REQUIRE(sqlite3_exec(at_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK); }
  void keep(const std::string& text) {
    sqlite3_stmt* row = nullptr;
    run("CREATE TABLE planted (text)");
    REQUIRE(sqlite3_prepare_v2(at_, "INSERT INTO planted VALUES (?)", -1, &row, nullptr) == SQLITE_OK);
    sqlite3_bind_text(row, 1, text.c_str(), -1, SQLITE_TRANSIENT);
    REQUIRE(sqlite3_step(row) == SQLITE_DONE);
    sqlite3_finalize(row);
  }

private:
  sqlite3* at_ = nullptr;
};

void row_leaks(bool only_in_log) {
  rig here;
  run_child(here, "");
  REQUIRE(here.finish() == 0);
  open_database db(here.store());
  db.run("PRAGMA journal_mode=WAL");
  db.keep(here.canary("hard").value);
  if (!only_in_log) db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto leaks = here.search_files();
  CHECK(found_in(leaks, "wal") == only_in_log);
  CHECK(found_in(leaks, "database") == !only_in_log);
  CHECK(found_in(here.search_backup(), "backup"));
}

void command_leaks() {
  rig here;
  here.pawl({"eval", "input", "--context", "-"}, R"({"input": ")" + here.canary("token").value + "\"}");
  CHECK(found_in(here.search_outputs(), "commands"));
}

void backup_leaks() {
  rig here;
  run_child(here, "");
  REQUIRE(here.finish() == 0);
  CHECK(here.search_backup().empty());
  open_database(here.file("backup")).keep(here.canary("hard").value);
  CHECK(found_in(here.search_file("backup", here.file("backup")), "backup"));
}

// The policy lists the other origin, and the node goes there.
void other_origin_leaks() {
  rig here(true);
  here.start({"--only", "http-elsewhere"});
  here.await("idle");
  CHECK(found_in(here.search_files(), "elsewhere"));
}

void memory_leaks() {
  rig here;
  run_child(here, "memory");
  here.command("memory " + here.file("image"));
  CHECK(found_in(here.search_file("memory", here.file("image")), "memory"));
}

const std::map<std::string, std::function<void()>>& controls() {
  static const std::map<std::string, std::function<void()>> all{
      {"database", [] { row_leaks(false); }},
      {"wal", [] { row_leaks(true); }},
      {"shm", [] { file_leaks("state/state.db-shm", "shm"); }},
      {"lock", [] { file_leaks("state/state.db.lock", "lock"); }},
      {"reserve", [] { file_leaks("state/state.db.reserve", "reserve"); }},
      {"sealed", [] { file_leaks("sealed/secrets", "sealed"); }},
      {"backup", backup_leaks},
      {"log", [] { child_leaks("log", "log"); }},
      {"node-log", [] { child_leaks("node-log", "node-log"); }},
      {"events", [] { child_leaks("events", "events"); }},
      {"stdout", [] { child_leaks("stdout", "stdout"); }},
      {"stderr", [] { child_leaks("stderr", "stderr"); }},
      {"commands", command_leaks},
      {"elsewhere", other_origin_leaks},
      {"memory", memory_leaks},
  };
  return all;
}

} // namespace

TEST_CASE("canary control: a leak in each place is found there", "[control-places]") {
  for (const auto& [place, leaks] : controls())
    DYNAMIC_SECTION(place) { leaks(); }
}

TEST_CASE("canary control: every place has a leak of its own, and a test of ctest's for it", "[registry]") {
  std::istringstream list(PAWL_CANARY_PLACES); // of CMakeLists.txt
  const std::set<std::string> tests{std::istream_iterator<std::string>(list), {}};
  for (const place& p : places()) {
    INFO(p.name);
    CHECK((tests.count(p.name) == 1 || p.name == "messages"));
    CHECK((controls().count(p.name) == 1 || p.name == "messages")); // messages_test.cpp
  }
}

TEST_CASE("canary control: a leak that is packed, encoded or cut is found", "[control-forms]") {
  for (const char* how : {"log-gzip", "log-base64", "log-piece"}) {
    INFO(how);
    child_leaks(how, "log");
  }
}

TEST_CASE("canary control: what a node gives back of a secret that it was not given is found", "[control-row]") {
  rig here;
  run_child(here, "row");
  CHECK(found_in(here.search_files(), "wal"));
  CHECK(found_in(here.search_files(), "events"));
  CHECK(found_in(here.search_backup(), "backup"));
  for (const char* command : {"show", "history"})
    here.pawl({command, "thief", "--store", here.store()});
  CHECK(found_in(here.search_outputs(), "commands"));
  CHECK(here.finish() == 0);
  CHECK(found_in(here.search_files(), "database"));
}

TEST_CASE("canary control: a file that no place knows is reported", "[control-file]") {
  rig here;
  run_child(here, "");
  std::ofstream(here.file("state") + "/state.db-new") << "x";
  CHECK(found_in(here.search_files(), "unknown"));
}

TEST_CASE("canary control: without a plant nothing is found where the controls look", "[control-none]") {
  rig here;
  run_child(here, "");
  CHECK(here.finish() == 0);
  CHECK(here.search_all().empty());
}
