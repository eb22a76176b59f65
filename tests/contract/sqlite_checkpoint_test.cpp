// How long the log gets: with nobody in the way, beside a reader that never ends, and after it.
#include "tests/contract/raw_sqlite.hpp"
#include "tests/contract/tested_store.hpp"
#include "tests/support/faulty_disk.hpp"

namespace sqlite_checkpoint_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace {

constexpr std::int64_t limit = 200'000;
constexpr std::int64_t batch_bytes_max = 24 * (4096 + 24) * 2; ///< of one step of 20,000 bytes, its indexes included

/// A store whose log is written to and checkpointed as the runtime does it.
class busy_store {
public:
  busy_store() {
    auto opened = open_sqlite_store(path());
    REQUIRE(opened);
    store_ = *std::move(opened);
    REQUIRE(store_->save_definition(definition("flow", "h1"), 1));
    REQUIRE(store_->write({create_of("a")})[0]);
  }

  std::string path() const { return folder_.file("store.db"); }
  std::int64_t log_file_bytes() const { return static_cast<std::int64_t>(std::filesystem::file_size(path() + "-wal")); }
  storage::store& store() { return *store_; }
  faulty_disk& disk() { return disk_; }

  /// Steps with a checkpoint after each; the largest log seen and the last answer.
  std::pair<std::int64_t, checkpointed> work(int steps) {
    std::int64_t largest = 0;
    checkpointed last;
    for (int i = 0; i < steps; ++i) {
      REQUIRE(store_->write({step_of(1, ++revision_, "a", "\"" + std::string(20'000, 'x') + "\"")})[0]);
      const auto moved = store_->checkpoint(limit);
      REQUIRE(moved);
      last = *moved;
      largest = std::max(largest, log_file_bytes());
    }
    return {largest, last};
  }

private:
  temp_folder folder_;
  faulty_disk disk_;
  std::unique_ptr<storage::store> store_;
  std::int64_t revision_ = 1;
};

} // namespace

TEST_CASE("log: with nobody in the way it stays below the limit and one batch") {
  busy_store s;
  const auto [largest, last] = s.work(300);
  CHECK(largest <= limit + batch_bytes_max);
  CHECK_FALSE(last.blocked_by_reader);
  CHECK(last.log_bytes <= limit + batch_bytes_max);
  const auto emptied = s.store().checkpoint(0);
  REQUIRE(emptied);
  CHECK(emptied->log_bytes == 0);
  CHECK(s.log_file_bytes() == 0);
}

TEST_CASE("log: control: without checkpoints it passes the limit many times") {
  busy_store s;
  for (int i = 2; i < 100; ++i)
    REQUIRE(s.store().write({step_of(1, i, "a", "\"" + std::string(20'000, 'x') + "\"")})[0]);
  CHECK(s.log_file_bytes() > 4 * limit);
}

TEST_CASE("log: a reader that never ends makes it grow, is told, and costs few tries") {
  busy_store s;
  raw_sqlite reader(s.path());
  reader.run("BEGIN");
  REQUIRE(reader.ask("SELECT count(*) FROM step") == "1");
  const auto syncs = s.disk().count(disk_call::sync, file_role::main);
  const auto [largest, last] = s.work(100);
  CHECK(largest > 4 * limit);
  CHECK(last.blocked_by_reader);
  CHECK(last.log_bytes > last.moved_bytes);
  CHECK(s.disk().count(disk_call::sync, file_role::main) - syncs < 20);
  CHECK(s.store().checkpoint(0)->blocked_by_reader);
  CHECK(reader.ask("SELECT count(*) FROM step") == "1");

  reader.run("COMMIT");
  const auto [after, free] = s.work(100); // the next try cuts the long log
  CHECK_FALSE(free.blocked_by_reader);
  CHECK(s.log_file_bytes() <= limit + batch_bytes_max);
}

TEST_CASE("log: short reads do not make it grow") {
  busy_store s;
  auto reader = open_sqlite_reader(s.path());
  REQUIRE(reader);
  for (int i = 0; i < 100; ++i) {
    CHECK((*reader)->load(1)->header.revision == i + 1);
    CHECK(s.work(1).first <= limit + batch_bytes_max);
  }
}

TEST_CASE("log: an orderly end beside a reader leaves an empty one") {
  const temp_folder folder;
  auto opened = open_sqlite_store(folder.file("store.db"));
  REQUIRE(opened);
  REQUIRE((*opened)->save_definition(definition("flow", "h1"), 1));
  raw_sqlite reader(folder.file("store.db"));
  REQUIRE(reader.ask("SELECT count(*) FROM step") == "0");
  opened->reset();
  CHECK(std::filesystem::file_size(folder.file("store.db") + "-wal") == 0);
}

} // namespace sqlite_checkpoint_test
