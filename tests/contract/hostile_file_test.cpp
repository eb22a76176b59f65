// Files that somebody else prepared: tables that compute, pipes, rights of others, a stranger's file under Pawl's name.
#include "storage/files.hpp"
#include "tests/contract/raw_sqlite.hpp"
#include "tests/contract/tested_store.hpp"

#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

namespace hostile_file_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace fs = std::filesystem;

namespace {

void make_store(const std::string& path) {
  const auto s = open_or_fail(path);
  REQUIRE(s->save_definition(definition("flow", "h1"), 1));
  REQUIRE(s->write({create_of("a")})[0]);
}

/// Puts `text` into what made the object, as somebody with a text editor can.
std::string rewritten(const std::string& name, const std::string& from, const std::string& to) {
  return "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '" + from + "', '" + to +
         "') WHERE name = '" + name + "'";
}

std::string text_in(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

unsigned mode_of(const std::string& file) {
  struct stat facts {};
  REQUIRE(::stat(file.c_str(), &facts) == 0);
  return facts.st_mode & 0777;
}

} // namespace

TEST_CASE("hostile file: tables that are not as Pawl makes them are refused before anything of theirs runs") {
  const std::vector<std::pair<const char*, std::string>> changes{
      {"a generated column",
       "ALTER TABLE step ADD COLUMN bomb TEXT GENERATED ALWAYS AS (hex(zeroblob(300000000))) VIRTUAL"},
      {"a column made generated",
       rewritten("step", "note TEXT", "note TEXT GENERATED ALWAYS AS (hex(zeroblob(300000000)))")},
      {"a check", rewritten("instance", "revision INTEGER NOT NULL",
                            "revision INTEGER NOT NULL CHECK (length(hex(zeroblob(300000000))) > 0)")},
      {"a default", rewritten("instance", "wake_on INTEGER", "wake_on INTEGER DEFAULT (random())")},
      {"a table of its own", "CREATE TABLE mine (x)"},
      {"a virtual table", "CREATE VIRTUAL TABLE mine USING fts5 (x)"},
      {"an index over an expression", "CREATE INDEX mine ON step (hex(node))"},
      {"a view", "CREATE VIEW mine AS SELECT * FROM step"},
      {"a trigger", "CREATE TRIGGER mine AFTER INSERT ON step BEGIN DELETE FROM instance; END"},
      {"an index that is missing", "DROP INDEX instance_wake"},
      {"a table that is missing", "DROP TABLE clock"}};
  for (const auto& [name, sql] : changes) {
    const temp_folder folder;
    const std::string path = folder.file("store.db");
    make_store(path);
    raw_sqlite(path).run(sql);
    INFO(name);
    const auto owner = open_sqlite_store(path);
    REQUIRE_FALSE(owner);
    CHECK(owner.failure().code == errc::corrupt);
    const auto seeing = open_sqlite_reader(path);
    REQUIRE_FALSE(seeing);
    CHECK(seeing.failure().code == errc::corrupt);
  }
}

TEST_CASE("hostile file: a text longer than any that Pawl writes is not read into memory") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_store(path);
  raw_sqlite(path).run("UPDATE input SET text = printf('\"%.*c\"', 40000000, 'x')");
  CHECK(open_or_fail(path)->load(1).failure().code == errc::limit);
  CHECK(given(open_sqlite_reader(path))->load(1).failure().code == errc::limit);
  file_policy policy;
  policy.text_bytes_max = 50'000'000;
  CHECK(given(open_sqlite_store(path, 0, {}, policy))->load(1));
}

TEST_CASE("hostile file: pipes under the names of a store's files hold nobody up") {
  for (const char* end : {"", "-wal", "-shm", ".lock"}) {
    const temp_folder folder;
    const std::string path = folder.file("store.db");
    make_store(path);
    fs::remove(path + end);
    REQUIRE(::mkfifo((path + end).c_str(), 0600) == 0);
    INFO("store.db" << end);
    const auto owner = open_sqlite_store(path);
    REQUIRE_FALSE(owner);
    CHECK(owner.failure().code == errc::wrong_store);
    CHECK_THAT(owner.failure().message, Catch::Contains("no ordinary file"));
    const bool is_lock = std::string(end) == ".lock"; // of which a reader needs nothing
    CHECK(bool(open_sqlite_reader(path)) == is_lock);
  }
}

TEST_CASE("hostile file: rights of others are taken away when an owner opens, the group's unless it may") {
  const bool may_group_use = GENERATE(false, true);
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_store(path);
  for (const char* end : {"", ".lock"})
    ::chmod((path + end).c_str(), 0666);
  file_policy policy;
  policy.may_group_use = may_group_use;
  const auto s = given(open_sqlite_store(path, 0, {}, policy));
  REQUIRE(s->write({step_of(1, 2, "a", "1")})[0]);
  for (const char* end : {"", "-wal", "-shm", ".lock"}) {
    INFO("store.db" << end);
    CHECK(mode_of(path + end) == (may_group_use ? 0660U : 0600U));
  }
}

TEST_CASE("hostile file: what has the name of the reserve and is none is neither cut nor removed") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  const std::string name = path + ".reserve";
  const std::string precious = folder.file("precious.txt");
  SECTION("a stranger's file") { std::ofstream(name) << "precious"; }
  SECTION("a second name of one") {
    std::ofstream(precious) << "precious";
    fs::create_hard_link(precious, name);
  }
  SECTION("a second name of one that holds zeros") {
    std::ofstream(precious) << std::string(8, '\0');
    fs::create_hard_link(precious, name);
  }
  const std::string before = text_in(name);
  for (const std::int64_t bytes : {100'000, 0}) {
    const auto s = open_or_fail(path, bytes);
    REQUIRE(s->save_definition(definition("flow", "h1"), 1)); // it goes on without a reserve
  }
  CHECK(text_in(name) == before);
}

} // namespace hostile_file_test
