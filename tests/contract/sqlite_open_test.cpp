// What opening a SQLite store does to files of every kind, and who may own one.
#include "storage/database.hpp"
#include "tests/contract/raw_sqlite.hpp"
#include "tests/contract/tested_store.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/places.hpp"

#include <fstream>
#include <iterator>

#include <sys/stat.h>
#include <unistd.h>

namespace sqlite_open_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace fs = std::filesystem;

namespace {

std::string bytes_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const std::string& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

std::size_t files_in(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

error refusal(const std::string& path) {
  auto opened = open_sqlite_store(path);
  REQUIRE_FALSE(opened);
  return opened.failure();
}

void make_store(const std::string& path) {
  auto opened = open_sqlite_store(path);
  REQUIRE(opened);
  REQUIRE((*opened)->save_definition(definition("flow", "h1"), 1));
  REQUIRE((*opened)->write({create_of("a")})[0]);
}

bool has(const error& e, const std::string& text) { return e.message.find(text) != std::string::npos; }

} // namespace

TEST_CASE("open: a new store follows the recipe") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_store(path);
  struct stat facts {};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  CHECK_FALSE(fs::exists(path + "-wal"));
  raw_sqlite raw(path);
  CHECK(raw.ask("PRAGMA page_size") == std::to_string(page_bytes));
  CHECK(raw.ask("PRAGMA auto_vacuum") == "2");
  CHECK(raw.ask("PRAGMA journal_mode") == "wal");
  CHECK(raw.ask("PRAGMA application_id") == std::to_string(0x5061776c));
  CHECK(raw.ask("PRAGMA user_version") == "10");
  CHECK(raw.ask("PRAGMA integrity_check") == "ok");
  CHECK(raw.ask("PRAGMA foreign_key_check").empty());
}

TEST_CASE("open: another application's database stays byte for byte what it was") {
  const temp_folder folder;
  const std::string path = folder.file("other.db");
  raw_sqlite(path).run(GENERATE("CREATE TABLE step (x)", "PRAGMA application_id = 7", "PRAGMA user_version = 5"));
  const std::string before = bytes_of(path);
  CHECK(refusal(path).code == errc::wrong_store);
  CHECK(open_sqlite_reader(path).failure().code == errc::wrong_store);
  CHECK(bytes_of(path) == before);
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("open: a store of a newer version is refused and says so") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_store(path);
  raw_sqlite(path).run("PRAGMA user_version = 99");
  const error e = refusal(path);
  CHECK(e.code == errc::wrong_store);
  CHECK(has(e, "version 99"));
  CHECK(has(e, "newer Pawl"));
  CHECK(open_sqlite_reader(path).failure().code == errc::wrong_store);
}

TEST_CASE("open: garbage and pieces of stores are refused, nothing is left beside them") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_store(path);
  const std::string whole = bytes_of(path);
  fs::remove(path + ".lock");
  const std::string piece = GENERATE_COPY(as<std::string>{}, std::string(5000, 'g'), whole.substr(0, 100),
                                          whole.substr(0, 5000), whole.substr(0, whole.size() - 8192));
  write_bytes(path, piece);
  const errc code = refusal(path).code;
  CHECK((code == errc::wrong_store || code == errc::corrupt));
  CHECK(bytes_of(path) == piece);
  CHECK_FALSE(open_sqlite_reader(path));
  CHECK(bytes_of(path) == piece);
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("open: folders, odd files, missing folders and links to nothing") {
  const temp_folder folder;
  CHECK(refusal(folder.path()).code == errc::wrong_store);
  CHECK(refusal("/dev/null").code == errc::wrong_store);
  CHECK(refusal(folder.file("none/store.db")).code == errc::not_found);
  CHECK(refusal("").code == errc::storage);
  fs::create_symlink("nowhere", folder.file("link.db"));
  CHECK(refusal(folder.file("link.db")).code == errc::not_found);
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("open: a store with two names is refused") {
  const temp_folder folder;
  make_store(folder.file("store.db"));
  fs::create_hard_link(folder.file("store.db"), folder.file("second.db"));
  CHECK(refusal(folder.file("second.db")).code == errc::wrong_store);
}

TEST_CASE("open: an empty file and one whose creation was interrupted become stores") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  SECTION("empty") { write_bytes(path, ""); }
  SECTION("first page only") {
    raw_sqlite(path).run("PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");
    REQUIRE(fs::file_size(path) == 8192);
  }
  CHECK(open_sqlite_reader(path).failure().code == errc::wrong_store);
  make_store(path);
  CHECK(raw_sqlite(path).ask("PRAGMA auto_vacuum") == "2");
}

TEST_CASE("open: rows in the way fail their own change only") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_store(path);
  raw_sqlite(path).run("INSERT INTO step (instance, revision, at, lag, core_version, kind, cursor, scope, node, visit, "
                       "attempt) VALUES (1, 2, 0, 0, 1, 1, 1, 0, 'a', 1, 1)");
  auto opened = open_sqlite_store(path);
  REQUIRE(opened);
  store& s = **opened;
  const auto answers = s.write({create_of("b"), step_of(1, 2, "a", "1"), create_of("c")});
  CHECK(answers[0]);
  CHECK(answers[1].failure().code == errc::corrupt);
  CHECK(answers[2]);
  CHECK(s.load(1)->header.revision == 1);
  CHECK(s.load(answers[2]->instance)->header.revision == 1);
  CHECK(*s.last_time() == 1001);
}

TEST_CASE("owner: a second one is told the pid, by whatever name it comes") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  auto first = open_sqlite_store(path);
  REQUIRE(first);
  fs::create_symlink("store.db", folder.file("link.db"));
  fs::create_directory_symlink(folder.path(), folder.path() + "/self");
  const std::string pid = std::to_string(::getpid());
  for (const std::string& name :
       {path, folder.file("link.db"), folder.file("self/store.db"), folder.file("./store.db")}) {
    const error e = refusal(name);
    INFO(name);
    CHECK(e.code == errc::busy);
    CHECK(has(e, "process " + pid));
  }
  child_process child({program("pawl-store-child"), "hold", path});
  const std::string line = child.line();
  CHECK(line.find("busy") == 0);
  CHECK(line.find("process " + pid) != std::string::npos);
  first->reset();
  CHECK(open_sqlite_store(path));
}

TEST_CASE("owner: one in another process is named; after kill -9 its lock is free") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  child_process child({program("pawl-store-child"), "write", path, "20"});
  REQUIRE(child.line() == "written");
  const error e = refusal(path);
  CHECK(e.code == errc::busy);
  CHECK(has(e, "process " + std::to_string(child.pid())));
  child.kill();
  auto opened = open_sqlite_store(path);
  REQUIRE(opened);
  CHECK((*opened)->load(1)->header.revision == 21);
}

TEST_CASE("owner: after an unclean end the whole file is checked") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_store(path);
  // Damage that opening does not meet: a table that is read later.
  const int page = std::stoi(raw_sqlite(path).ask("SELECT rootpage FROM sqlite_schema WHERE name = 'input'"));
  std::string bytes = bytes_of(path);
  bytes.replace(static_cast<std::size_t>(page - 1) * page_bytes, page_bytes, std::string(page_bytes, 'x'));
  write_bytes(path, bytes);
  SECTION("a clean end: no check") { CHECK(open_sqlite_store(path)); }
  SECTION("an unclean end, and a host that wants the check before") {
    std::string card = bytes_of(path + ".lock");
    const std::size_t state = card.find("state closed");
    REQUIRE(state != std::string::npos);
    card.replace(state, 12, "state open\n\n");
    write_bytes(path + ".lock", card);
    file_policy policy;
    policy.is_checked_at_once = true;
    const auto refused = open_sqlite_store(path, 0, {}, policy);
    REQUIRE_FALSE(refused);
    CHECK(refused.failure().code == errc::corrupt);
    CHECK(has(refused.failure(), "damaged"));
  }
}

TEST_CASE("owner: a missing right is named") {
  if (::geteuid() != 0) {
    WARN("skipped: giving up rights needs root");
    return;
  }
  const temp_folder folder;
  fs::permissions(folder.path(), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  const std::string path = folder.file("store.db");
  make_store(path);
  fs::permissions(path, fs::perms::owner_all | fs::perms::others_read);
  child_process child({program("pawl-store-child"), "as", "65534", "hold", path});
  const std::string line = child.line();
  CHECK(line.find("access") == 0);
  CHECK(line.find(path + ".lock") != std::string::npos);
  child_process creator({program("pawl-store-child"), "as", "65534", "hold", folder.file("new.db")});
  CHECK(creator.line().find("access") == 0);
  CHECK_FALSE(fs::exists(folder.file("new.db")));
}

} // namespace sqlite_open_test
