// Removing and pruning through the public interface: while a runtime runs, and where none does.
#include "tests/support/given.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/maintenance.hpp>
#include <pawl/runtime.hpp>
#include <pawl/store_reader.hpp>
#include <pawl/testing.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace host_removal_test {

using namespace pawl;
using nlohmann::json;

namespace {

using pawl::test::given;
using pawl::test::patience;
constexpr std::int64_t hour_ms = 3'600'000;

const char* const done_flow = R"({"id":"done","nodes":[{"id":"in","type":"trigger"}],"edges":[]})";
const char* const stopping_flow =
    R"({"id":"limited","stepLimit":1,"nodes":[{"id":"in","type":"trigger"},{"id":"b","type":"set","data":1}],
        "edges":[{"source":"in","target":"b"}]})";
const char* const waiting_flow = R"({"id":"waiting","nodes":[{"id":"ask","type":"wait"}],"edges":[]})";

runtime open(const std::string& path = "", std::shared_ptr<pawl::clock> time = nullptr) {
  options opts;
  opts.store_path = path;
  opts.time = std::move(time);
  auto opened = given(runtime::open(std::move(opts)));
  for (const char* flow : {done_flow, stopping_flow, waiting_flow})
    given(opened.load_definition(flow));
  return opened;
}

void run(runtime& rt, const std::string& flow, const std::string& id, const json& input = json::object()) {
  start_options how;
  how.id = id;
  given(rt.start(flow, input, how));
  given(rt.wait(id, wait_until::at_rest, patience));
}

std::vector<std::string> ids_of(const result<std::vector<instance_summary>>& list) {
  if (!list) FAIL(to_string(list.failure()));
  std::vector<std::string> ids;
  for (const instance_summary& i : *list)
    ids.push_back(i.id);
  return ids;
}

using ids = std::vector<std::string>;

} // namespace

TEST_CASE("remove: an instance that has ended is gone and its id begins anew") {
  const test::temp_folder folder;
  runtime rt = open(GENERATE(true, false) ? folder.file("s.db") : "");
  auto events = rt.subscribe();
  REQUIRE(events);
  run(rt, "done", "a", {{"n", 1}});
  CHECK(rt.remove("a"));
  CHECK(rt.query("a").failure().code == errc::not_found);
  CHECK(rt.history("a").failure().code == errc::not_found);
  CHECK(rt.wait("a").failure().code == errc::not_found);
  CHECK(rt.remove("a").failure().code == errc::not_found);
  CHECK(ids_of(rt.list()).empty());
  run(rt, "done", "a", {{"n", 2}}); // another input: of the old one it would be a conflict
  CHECK(rt.query("a")->document().at("input") == json{{"n", 2}});
  CHECK(rt.query("a")->revision() == 2);
  std::vector<std::int64_t> told;
  while (told.size() < 4) {
    auto event = events->next(patience);
    REQUIRE(event);
    REQUIRE(*event);
    told.push_back((*event)->entry.revision);
  }
  CHECK(told == std::vector<std::int64_t>{1, 2, 1, 2});
}

TEST_CASE("remove: what has not ended stays as it is") {
  runtime rt = open();
  run(rt, "waiting", "w");
  const auto refused = rt.remove("w");
  CHECK(refused.failure().code == errc::not_finished);
  CHECK(refused.failure().message.find("'w'") != std::string::npos);
  const json yes = true;
  CHECK(rt.resume("w", &yes));
  CHECK(rt.wait("w", wait_until::ended, patience));
  CHECK(rt.remove("w"));
}

TEST_CASE("remove: after the end of the runtime it says so") {
  runtime rt = open();
  rt.stop();
  CHECK(rt.remove("a").failure().code == errc::stopped);
  CHECK(rt.prune().failure().code == errc::stopped);
}

TEST_CASE("prune: takes what has ended and is meant, and nothing else") {
  const auto time = std::make_shared<testing::virtual_clock>();
  runtime rt = open("", time);
  run(rt, "done", "old");
  run(rt, "limited", "old-failed");
  run(rt, "waiting", "old-waiting");
  time->advance(std::chrono::hours(2));
  run(rt, "done", "new");
  prune_options which;
  SECTION("all") { CHECK(ids_of(rt.prune()) == ids{"old", "old-failed", "new"}); }
  SECTION("by time") {
    which.ended_for = std::chrono::hours(2);
    CHECK(ids_of(rt.prune(which)) == ids{"old", "old-failed"});
    CHECK(ids_of(rt.list()) == ids{"new", "old-waiting"});
    which.ended_for += std::chrono::milliseconds(1);
    CHECK(ids_of(rt.prune(which)).empty());
  }
  SECTION("by status") {
    which.statuses = {instance_status::failed, instance_status::cancelled};
    CHECK(ids_of(rt.prune(which)) == ids{"old-failed"});
  }
  SECTION("by definition") {
    which.definition_id = "done";
    CHECK(ids_of(rt.prune(which)) == ids{"old", "new"});
  }
  SECTION("the oldest so many") {
    which.limit = 2;
    CHECK(ids_of(rt.prune(which)) == ids{"old", "old-failed"});
    which.limit = 0;
    CHECK(ids_of(rt.prune(which)).empty());
  }
  SECTION("dry run") {
    which.dry_run = true;
    CHECK(ids_of(rt.prune(which)).size() == 3);
    CHECK(ids_of(rt.list()).size() == 4);
  }
  SECTION("what cannot be meant") {
    which.statuses = {instance_status::paused};
    CHECK(rt.prune(which).failure().code == errc::invalid_argument);
    which.statuses.clear();
    which.ended_for = std::chrono::milliseconds(-1);
    CHECK(rt.prune(which).failure().code == errc::invalid_argument);
  }
}

TEST_CASE("prune: more than a page of them, beside those that stay") {
  const test::temp_folder folder;
  const std::string path = folder.file("s.db");
  {
    runtime rt = open(path);
    for (int i = 0; i < 150; ++i)
      run(rt, i % 3 == 0 ? "waiting" : "done", "i" + std::to_string(i));
    CHECK(ids_of(rt.prune()).size() == 100);
    CHECK(ids_of(rt.list()).size() == 50);
  }
  runtime again = open(path);
  CHECK(ids_of(again.list()).size() == 50);
  run(again, "done", "i1");
}

TEST_CASE("maintenance: removes where no runtime runs, and runs nothing itself") {
  const test::temp_folder folder;
  const std::string path = folder.file("s.db");
  {
    runtime rt = open(path);
    CHECK(maintenance::open(path).failure().code == errc::busy);
    run(rt, "done", "a");
    run(rt, "done", "b");
    run(rt, "waiting", "w");
  }
  {
    auto store = maintenance::open(path);
    REQUIRE(store);
    CHECK(store->remove("a"));
    CHECK(store->remove("a").failure().code == errc::not_found);
    CHECK(store->remove("w").failure().code == errc::not_finished);
    prune_options which;
    which.ended_for = std::chrono::hours(1);
    CHECK(ids_of(store->prune(which)).empty());
    which.ended_for = std::chrono::milliseconds(0);
    CHECK(ids_of(store->prune(which)) == ids{"b"});
  }
  auto reader = store_reader::open(path);
  REQUIRE(reader);
  CHECK(ids_of(reader->list()) == ids{"w"});
}

TEST_CASE("maintenance: a store that is not there is not made") {
  const test::temp_folder folder;
  CHECK(maintenance::open(folder.file("none.db")).failure().code == errc::not_found);
  CHECK(!std::filesystem::exists(folder.file("none.db")));
}

} // namespace host_removal_test
