// A disk that fails under the runtime: it opens the store anew by itself and loses nothing that it acknowledged.
#include "tests/contract/raw_sqlite.hpp"
#include "tests/recovery/lab.hpp"
#include "tests/support/faulty_disk.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>

namespace disk_test {

using namespace pawl;
using namespace pawl::recovery;
using pawl::test::disk_call;
using pawl::test::disk_fault;
using pawl::test::file_role;

namespace {

constexpr int instances_on_disk = 8;

struct named_disk_fault {
  const char* name;
  disk_fault fault;
  bool opens_anew;
};

std::vector<named_disk_fault> disk_faults() {
  using test::on;
  return {{"sync of the log", {on(disk_call::sync, file_role::wal)}, true},
          {"sync of the main file, in a checkpoint", {on(disk_call::sync, file_role::main)}, true},
          {"write of the log", {on(disk_call::write, file_role::wal)}, true},
          {"write of the main file, in a checkpoint", {on(disk_call::write, file_role::main)}, true},
          {"no room for the log", {on(disk_call::write, file_role::wal), 1, false, SQLITE_FULL}, false},
          {"the index cannot be locked", {on(disk_call::shm_lock, file_role::main), 3}, true}};
}

std::ptrdiff_t lines_with(const std::vector<std::string>& log, const std::string& text) {
  return std::count_if(log.begin(), log.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

const char* const plain = R"({"id": "plain", "nodes": [{"id": "a", "type": "set", "data": 1}], "edges": []})";

} // namespace

TEST_CASE("disk: every failure is survived without a hand, and no acknowledged step is lost") {
  for (const named_disk_fault& f : disk_faults()) {
    test::faulty_disk disk;
    lab place;
    options opts = place.settings();
    opts.checkpoint_wal_bytes = 100'000;
    auto rt = place.open(opts);
    const auto ends = place.drive(*rt, instances_on_disk, [&](progress& p) {
      for (int steps = 10; p.reached(steps); steps += 15)
        disk.fail(f.fault);
    });
    rt->stop();
    rt.reset();
    disk.heal();
    INFO(f.name << "\n" << joined(place.log()));
    CHECK(disk.failures() > 0);
    if (f.opens_anew) CHECK(lines_with(place.log(), "opened anew") > 0);
    CHECK(joined(ends).empty());
    CHECK(joined(place.faults(instances_on_disk)).empty());
  }
}

TEST_CASE("disk: the log of a store that nobody writes to is emptied") {
  test::faulty_disk disk;
  lab place;
  std::promise<void> emptied;
  std::atomic<bool> told{false};
  auto rt = place.open(place.settings());
  begin(*rt, plain, "p-1");
  REQUIRE(rt->wait("p-1", wait_until::ended, patience));
  disk.watch([&](const test::disk_operation& op) {
    const bool empties = op.call == disk_call::truncate && op.role == file_role::wal && op.offset == 0;
    if (empties && !told.exchange(true)) emptied.set_value();
  });
  CHECK(emptied.get_future().wait_for(patience) == std::future_status::ready);
  disk.watch(nullptr);
}

TEST_CASE("disk: a reader that hinders the checkpoints is named once in the log") {
  lab place;
  options opts = place.settings();
  opts.checkpoint_wal_bytes = 300'000;
  auto rt = place.open(opts);
  begin(*rt, plain, "p-1");
  REQUIRE(rt->wait("p-1", wait_until::ended, patience));
  {
    test::raw_sqlite reader(place.path());
    reader.run("BEGIN");
    REQUIRE(reader.ask("SELECT count(*) FROM instance") == "1");
    CHECK(joined(place.drive(*rt, instances_on_disk, [](progress&) {})).empty());
    rt->stop();
    CHECK(lines_with(place.log(), "a reader hinders") == 1);
  }
}

namespace {

/// What nobody reads soon: the audit.
void hurt_page(const std::string& path) {
  const auto page =
      std::stoll(test::raw_sqlite(path).ask("SELECT rootpage FROM sqlite_schema WHERE name = 'secret_audit'"));
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp((page - 1) * 4096);
  file << std::string(4096, 'x');
}

/// As if the owner had been killed by a power cut that did that.
void hurt(const std::string& path) {
  hurt_page(path);
  std::fstream card(path + ".lock", std::ios::in | std::ios::out);
  const std::string text{std::istreambuf_iterator<char>(card), {}};
  card.seekp(static_cast<std::streamoff>(text.find("state closed")));
  card << "state open\n\n";
}

const char* const waiting = R"({"id": "waiting", "nodes": [{"id": "w", "type": "wait"}], "edges": []})";

} // namespace

TEST_CASE("disk: damage that is found beside the work stops the runtime, and every call says where") {
  lab place;
  {
    auto rt = place.open(place.settings());
    begin(*rt, waiting, "w-1");
    REQUIRE(rt->wait("w-1", wait_until::at_rest, patience));
  }
  hurt(place.path());
  auto rt = place.open(place.settings());
  const auto ended = rt->wait("w-1", wait_until::ended, patience); // under way when it is found, or after it
  REQUIRE_FALSE(ended);
  CHECK(ended.failure().code == errc::corrupt);
  const std::vector<error> answers{rt->query("w-1").failure(), rt->start("waiting", nullptr, {}).failure(),
                                   rt->cancel("w-1", {}).failure(), rt->list(1, "").failure(),
                                   rt->drain(patience).failure()};
  for (const error& e : answers) {
    CHECK(e.code == errc::corrupt);
    CHECK_THAT(e.message, Catch::Contains("page ") && Catch::Contains(place.path()));
  }
  CHECK(lines_with(place.log(), "the runtime stops: corrupt") == 1);
  CHECK(lines_with(place.log(), "another try follows") == 0);
  rt->stop();
  CHECK(rt->query("w-1").failure().code == errc::stopped);
  options before = place.settings();
  before.check_after_crash = file_check_time::before;
  const auto refused = host::engine::open(before);
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == errc::corrupt);
}

TEST_CASE("disk: a store that is opened anew in service is checked beside the work, whatever the host wishes") {
  test::faulty_disk disk;
  lab place;
  options opts = place.settings();
  opts.check_after_crash = file_check_time::before;
  place.open(opts)->stop(); // everything is in the main file
  auto rt = place.open(opts);
  begin(*rt, waiting, "w-1");
  REQUIRE(rt->wait("w-1", wait_until::at_rest, patience));
  hurt_page(place.path());
  disk.fail({test::on(disk_call::sync, file_role::wal)});
  (void)rt->start("waiting", nullptr, {});
  const auto ended = rt->wait("w-1", wait_until::ended, patience);
  REQUIRE_FALSE(ended);
  CHECK(ended.failure().code == errc::corrupt);
  CHECK(lines_with(place.log(), "opened anew") > 0);
  CHECK(lines_with(place.log(), "another try follows") == 0); // the check before would have refused it
}

TEST_CASE("disk: a log that other hands took away stops the runtime before it acknowledges") {
  lab place;
  auto rt = place.open(place.settings());
  begin(*rt, plain, "p-1");
  REQUIRE(rt->wait("p-1", wait_until::ended, patience));
  std::filesystem::remove(place.path() + "-wal");
  const auto refused = rt->start("plain", nullptr, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == errc::storage);
  CHECK_THAT(refused.failure().message, Catch::Contains("-wal: it was removed"));
  CHECK_THAT(rt->query("p-1").failure().message, Catch::Contains("-wal: it was removed"));
  rt.reset();
  rt = place.open(place.settings());
  CHECK(rt->query("p-1"));
}

} // namespace disk_test
