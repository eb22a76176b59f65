// Events as they are committed: in order, from a revision on, gaps marked.
#include "tests/support/given.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <future>
#include <map>
#include <thread>

namespace host_subscription_test {

using namespace pawl;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

using pawl::test::given;
using pawl::test::patience;

const char* const row_of_ten = R"({"id":"row","nodes":[
  {"id":"n0","type":"trigger"},{"id":"n1","type":"set","data":1},{"id":"n2","type":"set","data":2},
  {"id":"ask","type":"wait"},{"id":"n4","type":"set","data":4},{"id":"n5","type":"set","data":5}],
  "edges":[{"source":"n0","target":"n1"},{"source":"n1","target":"n2"},{"source":"n2","target":"ask"},
           {"source":"ask","target":"n4"},{"source":"n4","target":"n5"}]})";
constexpr std::int64_t revisions = 9; // started, three results, paused, resumed, three results

runtime open(options opts = {}) {
  auto opened = given(runtime::open(std::move(opts)));
  given(opened.load_definition(row_of_ten));
  return opened;
}

void run(runtime& rt, const std::string& id) {
  start_options how;
  how.id = id;
  given(rt.start("row", json::object(), how));
  given(rt.wait(id, wait_until::needs_payload, patience));
  const json yes = true;
  given(rt.resume(id, &yes));
  given(rt.wait(id, wait_until::ended, patience));
}

subscription to(const runtime& rt, const std::string& id, std::int64_t after = 0, std::size_t queue_max = 10'000) {
  return given(rt.subscribe({id, after, queue_max}));
}

instance_event next_of(subscription& from) {
  auto event = given(from.next(patience));
  if (!event) FAIL("no event came");
  return *std::move(event);
}

} // namespace

TEST_CASE("subscription: one instance from the beginning, before it is there, while it runs, and when it has ended") {
  runtime rt = open();
  subscription early = to(rt, "a");
  CHECK_FALSE(*early.next(0ms));
  run(rt, "a");
  subscription late = to(rt, "a");
  for (subscription* each : {&early, &late}) {
    instance_event last;
    for (std::int64_t revision = 1; revision <= revisions; ++revision) {
      last = next_of(*each);
      CHECK(last.instance_id == "a");
      CHECK(last.entry.revision == revision);
      CHECK(last.missed == 0);
      CHECK_FALSE(last.entry.output);
    }
    CHECK(last.status == instance_status::completed);
    CHECK_FALSE(*each->next(0ms));
  }
}

TEST_CASE("subscription: it begins behind a revision") {
  runtime rt = open();
  run(rt, "a");
  subscription rest = to(rt, "a", revisions - 2);
  CHECK(next_of(rest).entry.revision == revisions - 1);
  CHECK(next_of(rest).entry.revision == revisions);
  CHECK_FALSE(*rest.next(0ms));
}

TEST_CASE("subscription: a slow subscriber to one instance misses nothing") {
  runtime rt = open();
  subscription slow = to(rt, "a", 0, 1);
  run(rt, "a");
  run(rt, "b");
  for (std::int64_t revision = 1; revision <= revisions; ++revision)
    CHECK(next_of(slow).entry.revision == revision);
  CHECK_FALSE(*slow.next(0ms));
}

TEST_CASE("subscription: a slow subscriber to all instances is told where the gap is and how large") {
  runtime rt = open();
  subscription slow = to(rt, "", 0, 4);
  run(rt, "a");
  for (std::int64_t revision = 1; revision <= 4; ++revision)
    CHECK(next_of(slow).entry.revision == revision);
  const instance_event gap = next_of(slow);
  CHECK(gap.missed == static_cast<std::uint64_t>(revisions - 4));
  CHECK(gap.instance_id.empty());
  run(rt, "b");
  const instance_event first = next_of(slow);
  CHECK(first.instance_id == "b");
  CHECK(first.entry.revision == 1);
}

TEST_CASE("subscription: who keeps up gets every event of all instances, in the order of revisions") {
  runtime rt = open();
  subscription all = to(rt, "");
  constexpr int count = 50;
  auto runs = std::async(std::launch::async, [&rt] {
    for (int i = 0; i < count; ++i)
      run(rt, "i-" + std::to_string(i));
  });
  std::map<std::string, std::int64_t> told;
  for (int i = 0; i < count * revisions; ++i) {
    const instance_event event = next_of(all);
    REQUIRE(event.missed == 0);
    REQUIRE(event.entry.revision == ++told[event.instance_id]);
  }
  runs.get();
  CHECK_FALSE(*all.next(0ms));
}

TEST_CASE("subscription: it outlives its runtime, gives what is left and says then that it is stopped") {
  std::optional<subscription> all;
  std::optional<subscription> one;
  {
    runtime rt = open();
    all = to(rt, "");
    one = to(rt, "a");
    run(rt, "a");
    (void)next_of(*one); // the others are in its queue
  }
  for (subscription* each : {&*all, &*one}) {
    std::size_t left = 0;
    for (auto event = each->next(patience);; event = each->next(patience)) {
      if (!event) {
        CHECK(event.failure().code == errc::stopped);
        break;
      }
      left += *event ? 1u : 0u;
    }
    CHECK(left == (each == &*all ? revisions : revisions - 1));
  }
}

TEST_CASE("subscription: close() from another thread ends a wait") {
  runtime rt = open();
  subscription all = to(rt, "");
  std::thread closer([&all] { all.close(); });
  const auto ended = all.next(patience);
  closer.join();
  REQUIRE_FALSE(ended);
  CHECK(ended.failure().code == errc::stopped);
}

TEST_CASE("subscription: what makes no sense is refused") {
  runtime rt = open();
  CHECK(rt.subscribe({"a", -1, 1}).failure().code == errc::invalid_argument);
  CHECK(rt.subscribe({std::string(300, 'x'), 0, 1}).failure().code == errc::invalid_argument);
  rt.stop();
  CHECK(rt.subscribe({}).failure().code == errc::stopped);
}

TEST_CASE("listener: a slow one is told of the gap, and stop() waits until it has heard the rest") {
  std::promise<void> gate;
  std::vector<instance_event> heard;
  options opts;
  opts.event_queue_max = 2;
  opts.on_event = [&, open_gate = gate.get_future().share()](const instance_event& event) {
    open_gate.wait();
    heard.push_back(event);
  };
  runtime rt = open(std::move(opts));
  run(rt, "a");
  gate.set_value();
  rt.stop();
  REQUIRE(heard.size() >= 3);
  std::uint64_t all = 0;
  for (const instance_event& event : heard)
    all += event.missed > 0 ? event.missed : 1;
  CHECK(all == static_cast<std::uint64_t>(revisions));
  CHECK(std::any_of(heard.begin(), heard.end(), [](const instance_event& e) { return e.missed > 0; }));
}

} // namespace host_subscription_test
