// Reading a store without owning it, in every state that its files may be in. Nothing may change by it.
#include "tests/contract/raw_sqlite.hpp"
#include "tests/contract/tested_store.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/given.hpp"
#include "tests/support/places.hpp"

#include <fstream>
#include <iterator>
#include <map>

#include <unistd.h>

namespace sqlite_reader_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace fs = std::filesystem;

namespace {

std::map<std::string, std::string> contents(const std::string& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    all[entry.path().filename().string()] = {std::istreambuf_iterator<char>(in), {}};
  }
  return all;
}

/// A store with 21 revisions of "a" whose owner was killed.
void make_killed_store(const std::string& path) {
  child_process child({program("pawl-store-child"), "write", path, "20"});
  REQUIRE(child.line() == "written");
  child.kill();
}

std::int64_t revision_of_a(reader& r) {
  const auto key = r.find("a");
  REQUIRE(key);
  REQUIRE(*key);
  const auto rows = r.load(**key);
  REQUIRE(rows);
  return rows->header.revision;
}

std::int64_t revision_read(const std::string& path) {
  auto opened = given(open_sqlite_reader(path));
  return revision_of_a(*opened);
}

std::string run_as_other_user(const std::string& path) {
  child_process child({program("pawl-store-child"), "as", "65534", "read", path});
  return child.rest();
}

bool is_root(const char* what) {
  if (::geteuid() == 0) return true;
  WARN("skipped without root: " << what);
  return false;
}

} // namespace

TEST_CASE("reader: a missing store is not_found and not made") {
  const temp_folder folder;
  CHECK(open_sqlite_reader(folder.file("store.db")).failure().code == errc::not_found);
  CHECK(contents(folder.path()).empty());
}

TEST_CASE("reader: beside an owner it sees every commit, before and after checkpoints and a clean end") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  auto owner = open_sqlite_store(path);
  REQUIRE(owner);
  REQUIRE((*owner)->save_definition(definition("flow", "h1"), 1));
  const instance_key key = (*owner)->write({create_of("a")})[0]->instance;
  auto opened = open_sqlite_reader(path);
  REQUIRE(opened);
  reader& r = **opened;
  CHECK(revision_of_a(r) == 1);
  REQUIRE((*owner)->write({step_of(key, 2, "a", "1")})[0]);
  CHECK(revision_of_a(r) == 2);
  REQUIRE((*owner)->checkpoint(0));
  CHECK(revision_of_a(r) == 2);
  REQUIRE((*owner)->write({step_of(key, 3, "a", "1")})[0]);
  CHECK(revision_of_a(r) == 3);
  owner->reset();
  CHECK(revision_of_a(r) == 3);
  owner = open_sqlite_store(path);
  REQUIRE(owner);
  REQUIRE((*owner)->write({step_of(key, 4, "a", "1")})[0]);
  CHECK(revision_of_a(r) == 4);
}

TEST_CASE("reader: a store that was closed in order is read without a trace, and a later owner is noticed") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  {
    auto owner = open_sqlite_store(path);
    REQUIRE((*owner)->save_definition(definition("flow", "h1"), 1));
    REQUIRE((*owner)->write({create_of("a")})[0]);
  }
  const auto before = contents(folder.path());
  auto opened = open_sqlite_reader(path);
  REQUIRE(opened);
  CHECK(revision_of_a(**opened) == 1);
  CHECK(contents(folder.path()) == before);
  auto owner = open_sqlite_store(path);
  REQUIRE((*owner)->write({step_of(1, 2, "a", "1")})[0]);
  CHECK(revision_of_a(**opened) == 2);
  owner->reset();
  CHECK(revision_of_a(**opened) == 2);
}

TEST_CASE("reader: after a SIGKILL the log is read, nothing changes, and an owner can go on") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_killed_store(path);
  SECTION("with the index file") {}
  SECTION("without it") { fs::remove(path + "-shm"); }
  const auto before = contents(folder.path());
  REQUIRE(before.at("store.db-wal").size() > 0);
  auto opened = open_sqlite_reader(path);
  REQUIRE(opened);
  CHECK(revision_of_a(**opened) == 21);
  CHECK(contents(folder.path()) == before);
  auto owner = open_sqlite_store(path);
  REQUIRE(owner);
  const auto next = (*owner)->write({step_of(1, 22, "a", "1")});
  if (!next[0]) FAIL(to_string(next[0].failure()));
  CHECK(revision_of_a(**opened) == 22);
}

TEST_CASE("reader: cannot be made to write") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_killed_store(path);
  const auto before = contents(folder.path());
  auto opened = open_sqlite_reader(path);
  REQUIRE(opened);
  CHECK((*opened)->list(0, 10)->size() == 1);
  CHECK((*opened)->history(1, 0, 100)->size() == 21);
  CHECK((*opened)->results(1, "a", 100)->size() == 20);
  CHECK((*opened)->last_results(1, {"a"})->size() == 1);
  CHECK((*opened)->latest_definitions()->size() == 1);
  opened->reset();
  CHECK(contents(folder.path()) == before);
}

TEST_CASE("reader: on a read-only mount, with and without a log") {
  if (!is_root("mounting")) return;
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_killed_store(path);
  SECTION("log and index") {}
  SECTION("log only") { fs::remove(path + "-shm"); }
  SECTION("neither") { REQUIRE(open_sqlite_store(path)); }
  SECTION("index only") {
    REQUIRE(open_sqlite_store(path));
    std::ofstream(path + "-shm") << std::string(32768, '\0');
  }
  const char* const script =
      "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" || { echo no mount; exit; }; "
      "\"$2\" read \"$1/store.db\"";
  child_process child({"unshare", "-m", "sh", "-c", script, "sh", folder.path(), program("pawl-store-child")});
  const std::string said = child.rest();
  if (said.find("no mount") == 0 || said.empty()) {
    WARN("skipped: no right to mount here");
    return;
  }
  CHECK(said == "revision 21\n");
}

TEST_CASE("reader: as another user, a result or the right that is missing") {
  if (!is_root("giving up rights")) return;
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_killed_store(path);
  const auto all = fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec;
  fs::permissions(folder.path(), all);
  SECTION("everything readable") {
    for (const char* end : {"", "-wal", "-shm"})
      fs::permissions(path + end, all);
    CHECK(run_as_other_user(path) == "revision 21\n");
    fs::remove(path + "-shm");
    CHECK(run_as_other_user(path) == "revision 21\n");
  }
  SECTION("the main file is not") {
    const std::string said = run_as_other_user(path);
    CHECK(said.find("access: no right to read " + path + ":") == 0);
  }
  SECTION("the log is not") {
    fs::permissions(path, all);
    const std::string said = run_as_other_user(path);
    CHECK(said.find("access: no right to read " + path + "-wal:") == 0);
  }
  SECTION("the folder is not") {
    fs::permissions(folder.path(), fs::perms::owner_all);
    const std::string said = run_as_other_user(path);
    CHECK(said.find("access: no right to search the folder " + folder.path() + ":") == 0);
  }
}

TEST_CASE("reader: as another user beside a living owner") {
  if (!is_root("giving up rights")) return;
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  child_process owner({program("pawl-store-child"), "write", path, "20"});
  REQUIRE(owner.line() == "written");
  const auto all = fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec;
  fs::permissions(folder.path(), all);
  for (const char* end : {"", "-wal", "-shm"})
    fs::permissions(path + end, all);
  CHECK(run_as_other_user(path) == "revision 21\n");
}

TEST_CASE("reader: while the owner is this process, its locks survive") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  auto owner = open_sqlite_store(path);
  REQUIRE((*owner)->save_definition(definition("flow", "h1"), 1));
  REQUIRE((*owner)->write({create_of("a")})[0]);
  for (int i = 2; i < 6; ++i) {
    CHECK(revision_read(path) == i - 1);
    REQUIRE((*owner)->write({step_of(1, i, "a", "1")})[0]);
  }
  CHECK(open_sqlite_store(path).failure().code == errc::busy);
}

} // namespace sqlite_reader_test
