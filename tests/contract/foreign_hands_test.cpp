// Other hands at the files of an open store: nothing is acknowledged that the next owner would not find.
#include "storage/files.hpp"
#include "storage/held_files.hpp"
#include "tests/contract/tested_store.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/places.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace foreign_hands_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace fs = std::filesystem;

namespace {

struct hand {
  const char* name;
  std::function<void(const std::string& file)> does;
};

std::vector<hand> hands() {
  return {{"unlinked", [](const std::string& file) { fs::remove(file); }},
          {"renamed", [](const std::string& file) { fs::rename(file, file + ".old"); }},
          {"replaced", [](const std::string& file) {
             fs::copy_file(file, file + ".new");
             fs::rename(file + ".new", file);
           }}};
}

/// As a backup does that knows nothing of locks: this drops those of the whole process.
void open_and_close(const std::string& file) { ::close(::open(file.c_str(), O_RDONLY | O_CLOEXEC)); }

/// How many steps the instance 1 has on disk.
std::int64_t steps_on_disk(const std::string& path) {
  const auto s = open_or_fail(path);
  return given(s->load(1)).header.revision;
}

} // namespace

TEST_CASE("foreign hands: a file that lost its name stops the store before it acknowledges, and says which") {
  for (const hand& h : hands())
    for (const char* end : {"", "-wal", "-shm", ".lock"}) {
      const temp_folder folder;
      const std::string path = folder.file("store.db");
      INFO(h.name << ": store.db" << end);
      auto s = open_or_fail(path);
      REQUIRE(s->save_definition(definition("flow", "h1"), 1));
      REQUIRE(s->write({create_of("a")})[0]);
      h.does(path + end);
      const auto refused = s->write({step_of(1, 2, "a", "1")});
      REQUIRE_FALSE(refused[0]);
      CHECK(refused[0].failure().code == errc::storage);
      CHECK_THAT(refused[0].failure().message, Catch::StartsWith(path + end + ": it was removed"));
      REQUIRE(s->halted());
      CHECK(s->write({step_of(1, 3, "a", "1")})[0].failure().message == s->halted()->message);
      CHECK_FALSE(s->save_definition(definition("flow", "h2"), 1));
      s.reset();
      const bool is_database = *end == '\0';
      if (!is_database) CHECK(steps_on_disk(path) >= 1);
    }
}

TEST_CASE("foreign hands: a definition is not acknowledged either") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  const auto s = open_or_fail(path);
  fs::remove(path + "-wal");
  const auto saved = s->save_definition(definition("flow", "h1"), 1);
  REQUIRE_FALSE(saved);
  CHECK(saved.failure().code == errc::storage);
  CHECK(s->halted());
}

TEST_CASE("foreign hands: the host opens and closes the file under load, others look, and no step is lost") {
  int stopped = 0;
  for (int round = 0; round < 20; ++round) {
    const temp_folder folder;
    const std::string path = folder.file("store.db");
    auto s = open_or_fail(path);
    REQUIRE(s->save_definition(definition("flow", "h1"), 1));
    REQUIRE(s->write({create_of("a")})[0]);
    child_process other({program("pawl-store-child"), "look", path, "50"});
    std::int64_t acknowledged = 1;
    for (int i = 0; i < 1000 && !s->halted(); ++i) {
      open_and_close(path);
      if (i % 100 == 50) fs::copy_file(path, folder.file("copy.db"), fs::copy_options::overwrite_existing);
      if (const auto answer = s->write({step_of(1, acknowledged + 1, "a", "1")})[0])
        ++acknowledged;
      else
        REQUIRE((answer.failure().code == errc::busy || s->halted()));
    }
    stopped += s->halted() ? 1 : 0;
    other.finish();
    const temp_folder left; // as a kill leaves it: what only this process can still see is gone
    for (const char* end : {"", "-wal"})
      if (fs::exists(path + end)) fs::copy_file(path + end, left.file("store.db") + end);
    INFO("round " << round);
    CHECK(steps_on_disk(left.file("store.db")) >= acknowledged);
  }
  CHECK(stopped > 0);
}

} // namespace foreign_hands_test
