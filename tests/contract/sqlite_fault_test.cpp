// Full disks and disks that fail: what was answered must be what is there.
#include "tests/contract/raw_sqlite.hpp"
#include "tests/contract/tested_store.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/faulty_disk.hpp"
#include "tests/support/places.hpp"

#include <sqlite3.h>

namespace sqlite_fault_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace {

constexpr const char* full_story = "full disk_full disk_full\nkept whole\nkept whole\nthen written\n";

/// Holds the instance "a" at revision 1.
std::unique_ptr<store> store_with_a(const std::string& path) {
  auto s = open_or_fail(path);
  REQUIRE(s->save_definition(definition("flow", "h1"), 1));
  REQUIRE(s->write({create_of("a")})[0]);
  return s;
}

std::string text_of(std::size_t bytes) { return "\"" + std::string(bytes, 'x') + "\""; }

bool is_stop(const error& e) { return e.code == errc::storage && e.message.find("opened anew") != std::string::npos; }

const auto any_sync = [](const disk_operation& op) { return op.call == disk_call::sync; };

} // namespace

TEST_CASE("full disk: a limit on file sizes leaves whole batches, and room lets it go on") {
  const temp_folder folder;
  child_process child({program("pawl-store-child"), "fill-limited", folder.file("store.db")});
  CHECK(child.rest() == full_story);
}

TEST_CASE("full disk: a small disk leaves whole batches, and room lets it go on") {
  const temp_folder folder;
  const char* const script = "mount -t tmpfs -o size=3m none \"$1\" || { echo no mount; exit; }; "
                             "head -c 1000000 /dev/zero > \"$1/ballast\"; \"$2\" fill \"$1/store.db\" \"$1/ballast\"";
  child_process child({"unshare", "-m", "sh", "-c", script, "sh", folder.path(), program("pawl-store-child")});
  const std::string said = child.rest();
  if (said.find("no mount") == 0 || said.empty()) {
    WARN("skipped: no right to mount here");
    return;
  }
  CHECK(said == full_story);
}

TEST_CASE("full disk: a store cannot be made on one, and nothing half-made is left") {
  const temp_folder folder;
  const char* const script =
      "mount -t tmpfs -o size=64k none \"$1\" || { echo no mount; exit; }; "
      "head -c 61440 /dev/zero > \"$1/ballast\" 2>/dev/null; \"$2\" hold \"$1/store.db\"; ls \"$1\"";
  child_process child({"unshare", "-m", "sh", "-c", script, "sh", folder.path(), program("pawl-store-child")});
  const std::string said = child.rest();
  if (said.find("no mount") == 0 || said.empty()) {
    WARN("skipped: no right to mount here");
    return;
  }
  CHECK(said.find("disk_full: ") == 0);
  CHECK(said.substr(said.find('\n') + 1) == "ballast\n");
}

TEST_CASE("full disk: the log gives its room back before a batch is refused") {
  const temp_folder folder;
  faulty_disk disk;
  auto s = store_with_a(folder.file("store.db"));
  std::int64_t revision = 1;
  const auto step = [&] { // remembers something large: the same pages again and again
    step_write w = step_of(1, revision + 1, "a", "1");
    w.memories_set = {{0, "a", "m", text_of(100'000)}};
    return s->write({w})[0];
  };
  REQUIRE(step());
  ++revision;
  REQUIRE(s->checkpoint(0));
  disk.limit_room(disk.room_taken() + 1'000'000);
  while (revision < 200) {
    const auto answer = step();
    INFO("revision " << revision);
    if (!answer) FAIL_CHECK(to_string(answer.failure()));
    if (!answer) break;
    ++revision;
  }
  CHECK(disk.failures() > 5); // the log was full that often
  s.reset();
  CHECK(open_or_fail(folder.file("store.db"))->load(1)->header.revision == revision);
}

TEST_CASE("full disk: a checkpoint says so, loses nothing and goes on when there is room") {
  const temp_folder folder;
  faulty_disk disk;
  auto s = store_with_a(folder.file("store.db"));
  REQUIRE(s->write({step_of(1, 2, "a", text_of(100'000))})[0]);
  disk.limit_room(disk.room_taken());
  CHECK(s->checkpoint(0).failure().code == errc::disk_full);
  CHECK(s->load(1)->header.revision == 2);
  disk.heal();
  const auto moved = s->checkpoint(0);
  REQUIRE(moved);
  CHECK(moved->log_bytes == 0);
  CHECK(s->write({step_of(1, 3, "a", "1")})[0]);
}

TEST_CASE("failed sync: nothing more is written before the store is opened anew") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  faulty_disk disk;
  auto s = store_with_a(path);
  disk.fail({any_sync});
  const auto failed = s->write({step_of(1, 2, "a", "1"), create_of("b")});
  CHECK(is_stop(failed[0].failure()));
  CHECK(is_stop(failed[1].failure()));
  CHECK(is_stop(s->write({step_of(1, 2, "a", "1")})[0].failure()));
  CHECK(is_stop(s->save_definition(definition("flow", "h2"), 2).failure()));
  CHECK(is_stop(s->checkpoint(0).failure()));
  CHECK(s->load(1));

  const auto writes = disk.count(disk_call::write, file_role::main);
  s.reset();
  CHECK(disk.count(disk_call::write, file_role::main) == writes); // its log is not moved on the way out
  s = open_or_fail(path);
  // The commit was never promised; whether it is there, reading tells, and either way the store goes on from it.
  const std::int64_t revision = s->load(1)->header.revision;
  CHECK((revision == 1 || revision == 2));
  CHECK(s->write({step_of(1, revision + 1, "a", "1")})[0]);
}

TEST_CASE("failed sync: of the main file stops the store, and the log still has everything") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  faulty_disk disk;
  auto s = store_with_a(path);
  disk.fail({on(disk_call::sync, file_role::main)});
  CHECK(is_stop(s->checkpoint(GENERATE(0, 1)).failure()));
  CHECK(is_stop(s->write({step_of(1, 2, "a", "1")})[0].failure()));
  s.reset();
  CHECK(std::filesystem::file_size(path + "-wal") > 0);
  CHECK(open_or_fail(path)->write({step_of(1, 2, "a", "1")})[0]);
}

TEST_CASE("left log: every byte of it is written again and synced before it is used") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  faulty_disk disk;
  auto s = store_with_a(path);
  disk.fail({any_sync});
  REQUIRE_FALSE(s->write({step_of(1, 2, "a", text_of(300'000))})[0]);
  s.reset();
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path + "-wal"));
  std::int64_t written = 0;
  bool synced = false;
  disk.watch([&](const disk_operation& op) {
    if (op.role != file_role::wal || synced) return;
    if (op.call == disk_call::write && op.offset == written) written += op.bytes;
    synced = op.call == disk_call::sync && written == size;
  });
  SECTION("it works") {
    CHECK(open_or_fail(path)->load(1)->header.revision == 2);
    CHECK(synced);
  }
  SECTION("it fails: the store stays closed") {
    disk.fail({any_sync});
    CHECK(open_sqlite_store(path).failure().code == errc::storage);
    CHECK(open_or_fail(path)->load(1)->header.revision == 2);
  }
  disk.watch(nullptr);
}

TEST_CASE("commit: one that fails after it is complete in the log is unknown, not refused") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  faulty_disk disk;
  auto s = store_with_a(path);
  constexpr int changes = 17; // of a megabyte each: the log's index needs a second page, at the end
  std::vector<change> batch;
  batch.reserve(changes);
  for (int i = 0; i < changes; ++i)
    batch.emplace_back(step_of(1, i + 2, "a", text_of(1'000'000)));
  disk.fail({[](const disk_operation& op) { return op.call == disk_call::shm_map && op.offset > 0; }, 1, true,
             GENERATE(SQLITE_NOMEM, SQLITE_IOERR_SHMSIZE)});
  const auto answers = s->write(batch);
  REQUIRE(disk.failures() > 0);
  CHECK(is_stop(answers[0].failure()));
  CHECK(is_stop(answers[changes - 1].failure()));
  disk.heal();
  s.reset();
  const std::int64_t revision = open_or_fail(path)->load(1)->header.revision;
  CHECK((revision == 1 || revision == changes + 1));
}

TEST_CASE("locked: a foreign program's transaction is busy, and its end lets the store go on") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  faulty_disk disk; // nobody waits on it
  auto s = store_with_a(path);
  {
    raw_sqlite foreign(path);
    foreign.run("BEGIN IMMEDIATE");
    CHECK(s->write({step_of(1, 2, "a", "1")})[0].failure().code == errc::busy);
    CHECK(s->save_definition(definition("flow", "h2"), 2).failure().code == errc::busy);
    CHECK(s->checkpoint(0)->blocked_by_reader);
  }
  CHECK(s->write({step_of(1, 2, "a", "1")})[0]);
}

TEST_CASE("rights: a log that may not be written or opened is told, and nothing is half applied") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  faulty_disk disk;
  auto s = store_with_a(path);
  disk.fail({on(disk_call::write, file_role::wal), 1, false, SQLITE_READONLY});
  CHECK_FALSE(s->write({step_of(1, 2, "a", "1")})[0]);
  s.reset();
  disk.fail({on(disk_call::open, file_role::wal)});
  CHECK(open_sqlite_store(path).failure().code == errc::access);
  s = open_or_fail(path);
  CHECK(s->load(1)->header.revision == 1);
  CHECK(s->write({step_of(1, 2, "a", "1")})[0]);
}

TEST_CASE("failed sync: a new store that cannot switch its log on does not go on without") {
  for (std::int64_t nth = 1;; ++nth) {
    const temp_folder folder;
    const std::string path = folder.file("store.db");
    faulty_disk disk;
    disk.fail({any_sync, nth});
    const auto opened = open_sqlite_store(path);
    if (disk.failures() == 0) break;
    INFO("sync " << nth);
    CHECK((!opened || std::filesystem::exists(path + "-wal")));
  }
}

TEST_CASE("failed read: the check after an unclean end does not take it for damage") {
  const bool for_ever = GENERATE(false, true);
  const temp_folder folder;
  const auto s = store_with_a(folder.file("store.db"));
  for (std::int64_t nth = 1;; ++nth) {
    const temp_folder copies; // a log without a lock file: somebody copied a store in use
    const std::string copy = copies.file("store.db");
    for (const char* end : {"", "-wal"})
      std::filesystem::copy_file(folder.file("store.db") + end, copy + end);
    faulty_disk disk;
    disk.fail({[](const disk_operation& op) { return op.call == disk_call::read; }, nth, for_ever});
    file_policy policy;
    policy.is_checked_at_once = true;
    const auto opened = open_sqlite_store(copy, 0, {}, policy);
    if (disk.failures() == 0) break;
    INFO("read " << nth);
    if (!opened) CHECK(opened.failure().code == errc::storage);
  }
}

} // namespace sqlite_fault_test
