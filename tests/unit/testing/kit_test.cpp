// The test kit itself: what it promises of time, crashes, faults, scripts and order; and that it sees what goes wrong.
#include "runtime/testing/world.hpp"
#include "tests/support/early_store.hpp"
#include "tests/support/given.hpp"
#include "tests/support/temp_folder.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace testing_kit_test {

using namespace pawl;
using namespace std::chrono_literals;
using nlohmann::json;
using pawl::testing::commit_fate;
using pawl::testing::recording;
using pawl::testing::scripted;
using pawl::testing::test_options;
using pawl::testing::test_runtime;
using pawl::testing::when_spent;

namespace {

constexpr std::chrono::milliseconds day = 24h;

// Ann has three days; the money is moved after a day's delay, with retries.
const char* const payment = R"({"id": "payment",
  "nodes": [
    {"id": "in", "type": "trigger"},
    {"id": "ask", "type": "wait", "data": {"timeout": 259200000}},
    {"id": "rest", "type": "delay", "data": {"ms": 86400000}},
    {"id": "pay", "type": "pay", "data": {"amount": "{{ input.amount }}"},
      "retry": {"maxAttempts": 2, "interval": 60000}},
    {"id": "late", "type": "set", "data": {"text": "nobody answered"}}],
  "edges": [
    {"source": "in", "target": "ask"},
    {"source": "ask", "target": "rest"},
    {"source": "ask", "target": "late", "sourceHandle": "timeout"},
    {"source": "rest", "target": "pay"}]})";

using pawl::test::given;

node_type paying() { return scripted("pay", {outcome::output("paid")}, when_spent::repeat_last); }

test_options with(const node_type& type, std::uint64_t seed = 0) {
  test_options how;
  how.seed = seed;
  how.runtime.node_types = {type};
  return how;
}

test_runtime opened(const test_options& how) {
  test_runtime rt = given(test_runtime::open(how));
  (void)given(rt.load_definition(payment));
  return rt;
}

std::string start(test_runtime& rt, const char* id = "p-1") {
  start_options how;
  how.id = id;
  return given(rt.start("payment", {{"amount", 12}}, how));
}

void approve(test_runtime& rt, const std::string& id) {
  const json yes = true;
  given(rt.resume(id, &yes));
}

// Everything that a reader of the history can see.
std::string every_byte(const test_runtime& rt, std::string_view id) {
  std::string text;
  for (const history_entry& e : given(rt.history(id)))
    text += std::to_string(e.revision) + ' ' + std::to_string(e.at_ms) + ' ' + e.event + ' ' + e.node + ' ' +
            std::to_string(e.visit) + ' ' + std::to_string(e.attempt) + ' ' + e.handle + ' ' + e.error + ' ' +
            (e.output ? e.output->dump() : "") + '\n';
  return text + given(rt.query(id)).document().dump();
}

} // namespace

TEST_CASE("kit: the virtual clock moves when it is told to and the wall clock can be set alone") {
  pawl::testing::virtual_clock clock;
  CHECK(clock.now_ms() == 1'800'000'000'000);
  CHECK(clock.monotonic_ms() == 1);
  clock.advance(1500us);
  clock.advance(1500us);
  CHECK(clock.monotonic_ms() == 4);
  clock.advance(-1h);
  CHECK(clock.monotonic_ms() == 4);
  clock.set_wall(5);
  CHECK(clock.now_ms() == 5);
  CHECK(clock.monotonic_ms() == 4);
  clock.advance(2ms);
  CHECK(clock.now_ms() == 7);
}

TEST_CASE("kit: days pass from timer to timer and each step has its moment") {
  recording pays(scripted("pay", {outcome::fail("busy"), outcome::output("paid")}));
  test_runtime rt = opened(with(pays.type()));
  const auto id = start(rt);
  CHECK(rt.check_that(id).is(instance_status::paused).waits_at("ask").took(0ms).differences().empty());
  given(rt.skip(day));
  approve(rt, id);
  CHECK(rt.check_that(id).waits_at("rest").differences().empty());
  given(rt.skip(5 * day));
  const auto check = rt.check_that(id)
                         .is(instance_status::completed)
                         .visited({"in", "ask", "rest", "pay"})
                         .took(2 * day + 1min)
                         .gave("pay", "paid");
  CHECK(check.differences() == "");
  CHECK(rt.now_ms() == pawl::testing::virtual_clock::start_ms + (6 * day).count());
  REQUIRE(pays.calls().size() == 2);
  CHECK(pays.calls()[0].time_ms == pawl::testing::virtual_clock::start_ms + (2 * day).count());
  CHECK(pays.calls()[1].time_ms == pays.calls()[0].time_ms + 60'000);
  CHECK(pays.calls()[1].attempt == 2);
  CHECK(*pays.calls()[1].data == json{{"amount", 12}});
  CHECK(pays.calls()[0].key == pays.calls()[1].key);
  CHECK(rt.history_of(id) == "in: started, succeeded\n"
                             "ask: paused, resumed, succeeded\n"
                             "rest: paused, timer_fired, succeeded\n"
                             "pay: failed (Error: busy), timer_fired, succeeded");
}

TEST_CASE("kit: skip_to_next_timer goes to what is due next and says how far that was") {
  test_runtime rt = opened(with(paying()));
  CHECK(rt.skip_to_next_timer().failure().code == errc::not_found);
  const auto id = start(rt);
  given(rt.skip(1h));
  CHECK(given(rt.skip_to_next_timer()) == 3 * day - 1h);
  CHECK(rt.check_that(id).is(instance_status::completed).visited({"in", "ask", "late"}).differences() == "");
  CHECK(rt.skip(-1ms).failure().code == errc::invalid_argument);
  CHECK(rt.skip_to_next_timer().failure().code == errc::not_found);
}

TEST_CASE("kit: many instances are woken in the order of their timers") {
  recording pays(paying());
  test_runtime rt = opened(with(pays.type(), GENERATE(0u, 3u)));
  for (int i = 9; i >= 1; --i) {
    const auto id = start(rt, ("p-" + std::to_string(i)).c_str());
    approve(rt, id);
    given(rt.skip(1min));
  }
  given(rt.skip(2 * day));
  const auto calls = pays.calls();
  REQUIRE(calls.size() == 9);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    CHECK(calls[i].instance == "p-" + std::to_string(9 - i));
    CHECK(calls[i].time_ms == pawl::testing::virtual_clock::start_ms + (day + std::chrono::minutes(i)).count());
  }
}

TEST_CASE("kit: rows outlive a restart, in memory and in a file") {
  test::temp_folder folder;
  test_options how = with(paying());
  const bool on_disk = GENERATE(false, true);
  if (on_disk) how.runtime.store_path = folder.file("kit.db");
  {
    test_runtime rt = opened(how);
    const auto id = start(rt);
    const std::string before = every_byte(rt, id);
    given(rt.restart());
    CHECK(every_byte(rt, id) == before);
    given(rt.crash());
    CHECK(every_byte(rt, id) == before);
    approve(rt, id);
    given(rt.skip(day / 2));
    given(rt.crash());
    given(rt.skip(day / 2));
    CHECK(rt.check_that(id).is(instance_status::completed).took(day).differences() == "");
    CHECK(rt.lives() == 4);
  }
  auto rt = given(test_runtime::open(how));
  CHECK(rt.query("p-1").has_value() == on_disk);
}

TEST_CASE("kit: each commit of a whole story may be the last of a process") {
  recording counted(paying());
  test_runtime whole = opened(with(counted.type()));
  const auto story = [](test_runtime& rt) {
    start_options how;
    how.id = "p-1";
    if (!rt.start("payment", {{"amount", 12}}, how)) (void)given(rt.start("payment", {{"amount", 12}}, how));
    const json yes = true;
    if (!rt.resume("p-1", &yes)) (void)rt.resume("p-1", &yes); // kept: it has the payload already
    given(rt.skip(2 * day));
  };
  story(whole);
  REQUIRE(whole.commits() > 5);
  for (const auto fate : {commit_fate::lost, commit_fate::kept})
    for (std::size_t n = 1; n <= whole.commits(); ++n) {
      recording pays(paying());
      test_runtime rt = opened(with(pays.type(), n));
      rt.crash_at_commit(n, fate);
      story(rt);
      INFO("crash at commit " << n << (fate == commit_fate::lost ? ", lost" : ", kept"));
      CHECK(rt.lives() == 2);
      CHECK(rt.check_that("p-1").is(instance_status::completed).took(day).differences() == "");
      CHECK(rt.history_of("p-1") == whole.history_of("p-1"));
      const std::size_t calls = pays.calls().size();
      CHECK((calls == 1 || calls == 2)); // twice when its commit was the lost one
      for (const auto& call : pays.calls())
        CHECK(call.key == pays.calls().front().key);
    }
}

TEST_CASE("kit: a call that the crash cut off says so and the store says what became of it") {
  const auto fate = GENERATE(commit_fate::lost, commit_fate::kept);
  test_runtime rt = opened(with(paying()));
  rt.crash_at_commit(1, fate);
  start_options how;
  how.id = "p-1";
  const auto started = rt.start("payment", {{"amount", 12}}, how);
  REQUIRE_FALSE(started);
  CHECK(started.failure().code == errc::stopped);
  CHECK(rt.query("p-1").has_value() == (fate == commit_fate::kept));
  rt.crash_at_commit(0);
  CHECK(start(rt) == "p-1");
}

TEST_CASE("kit: a commit fails as the test wants it and the next one works") {
  test_runtime rt = opened(with(paying()));
  SECTION("a full disk refuses a start") {
    given(rt.fail_next_commit(errc::disk_full));
    start_options how;
    how.id = "p-1";
    CHECK(rt.start("payment", {{"amount", 12}}, how).failure().code == errc::disk_full);
    CHECK(rt.query("p-1").failure().code == errc::not_found);
    (void)start(rt);
  }
  SECTION("an unknown outcome is looked up, whatever it was") {
    const auto fate = GENERATE(commit_fate::lost, commit_fate::kept);
    const auto id = start(rt);
    given(rt.fail_next_commit(errc::storage, fate));
    const json yes = true;
    (void)rt.resume(id, &yes);
    CHECK(rt.lives() == 1);
    CHECK(rt.check_that(id).waits_at(fate == commit_fate::kept ? "rest" : "ask").differences() == "");
  }
  SECTION("a full disk at a timer only makes it late") {
    const auto id = start(rt);
    given(rt.fail_next_commit(errc::disk_full));
    given(rt.skip(3 * day + 1s));
    CHECK(rt.check_that(id).is(instance_status::completed).visited({"in", "ask", "late"}).differences() == "");
  }
  CHECK(rt.fail_next_commit(errc::corrupt).failure().code == errc::invalid_argument);
  CHECK(rt.fail_next_commit(errc::disk_full, commit_fate::kept).failure().code == errc::invalid_argument);
}

TEST_CASE("kit: a script that is called once too often says so") {
  recording pays(scripted("pay", {outcome::output("paid")}));
  test_runtime rt = opened(with(pays.type()));
  for (const char* id : {"p-1", "p-2"}) {
    (void)start(rt, id);
    approve(rt, id);
  }
  given(rt.skip(2 * day));
  CHECK(rt.check_that("p-1").is(instance_status::completed).differences() == "");
  CHECK(rt.check_that("p-2").is(instance_status::failed).differences() == "");
  CHECK(given(rt.query("p-2")).failed_reason() ==
        "ScriptSpent: the script of 'pay' has 1 answers, and this is call 2: instance 'p-2', node 'pay', visit 1, "
        "attempt 1");
}

TEST_CASE("kit: an expectation that does not hold tells what was found and the seed") {
  test_runtime rt = opened(with(paying(), 7));
  const auto id = start(rt);
  const std::string told = rt.check_that(id)
                               .is(instance_status::completed)
                               .visited({"in"})
                               .waits_at("rest")
                               .took(day)
                               .gave("in", 3)
                               .gave("pay", 3)
                               .differences();
  CHECK(told == "status: expected completed, found paused\n"
                "visited: expected in, found in, ask\n"
                "waits at: expected rest, found ask\n"
                "took: expected 86400000 ms, found 0 ms\n"
                "'in' gave: expected 3, found {\"amount\":12}\n"
                "'pay' gave: expected 3, found nothing\n"
                "history (seed 7):\n"
                "in: started, succeeded\n"
                "ask: paused");
  CHECK(rt.check_that("nobody").is(instance_status::completed).differences() ==
        "not_found: there is no instance 'nobody'; `list` shows which there are");
  CHECK(rt.history_of("nobody") == "not_found: there is no instance 'nobody'; `list` shows which there are");
  CHECK(rt.visited_nodes("nobody").empty());
}

TEST_CASE("kit: the same seed gives the same history to the byte, with crashes in it") {
  const auto seed = GENERATE(0u, 1u, 42u);
  const auto run = [seed] {
    test_runtime rt = opened(with(paying(), seed));
    rt.crash_at_commit(11);
    std::string all;
    const json yes = true;
    for (int i = 0; i < 4; ++i)
      (void)rt.start("payment", {{"amount", i}});
    for (int i = 1; i < 4; ++i)
      (void)rt.resume("test-" + std::to_string(i), &yes);
    given(rt.skip(4 * day));
    for (const char* id : {"test-1", "test-2", "test-3", "test-4"})
      all += every_byte(rt, id);
    CHECK(rt.lives() == 2);
    return all;
  };
  const std::string first = run();
  CHECK(first.size() > 1000);
  CHECK(run() == first);
}

TEST_CASE("kit: an asynchronous executor is answered by the test, or timed out by virtual time") {
  // The test owns it, not the executor: a completion holds its attempt, and so the executor.
  const auto waiting = std::make_shared<std::vector<completion>>();
  node_type later("pay", node_type::async_executor(
                             [held = waiting.get()](const auto&, const completion& done) { held->push_back(done); }));
  later.timeout = 10min;
  test_runtime rt = opened(with(later));
  const auto id = start(rt);
  approve(rt, id);
  given(rt.skip(day));
  REQUIRE(waiting->size() == 1);
  CHECK(rt.check_that(id).is(instance_status::active).differences() == "");
  SECTION("answered") {
    CHECK((*waiting)[0].complete(outcome::output("paid")));
    given(rt.run_until_idle());
    CHECK(rt.check_that(id).is(instance_status::completed).took(day).differences() == "");
  }
  SECTION("never") {
    CHECK(given(rt.skip_to_next_timer()) == 10min);
    CHECK(rt.check_that(id).is(instance_status::error).took(day + 10min).differences() == "");
  }
  SECTION("crashed: a dead process takes no answer, and the next one asks again") {
    given(rt.crash());
    REQUIRE(waiting->size() == 2);
    CHECK_FALSE((*waiting)[0].complete(outcome::output("too late")));
    CHECK((*waiting)[1].complete(outcome::output("paid")));
    given(rt.run_until_idle());
    CHECK(rt.check_that(id).gave("pay", "paid").differences() == "");
  }
}

TEST_CASE("kit: the wall clock may be set while timers run") {
  test_runtime rt = opened(with(paying()));
  const auto id = start(rt);
  rt.set_wall(rt.now_ms() - (10 * day).count());
  given(rt.skip(3 * day + 2s));
  CHECK(rt.check_that(id).visited({"in", "ask", "late"}).took(3 * day).differences() == "");
}

TEST_CASE("kit: the caller's clock is refused and so is what a runtime refuses") {
  test_options how;
  how.runtime.time = std::make_shared<pawl::testing::virtual_clock>();
  CHECK(test_runtime::open(how).failure().code == errc::invalid_argument);
  how.runtime.time = nullptr;
  how.runtime.globals_json = "[]";
  CHECK(test_runtime::open(how).failure().code == errc::invalid_argument);
}

// --- controls: defects that the kit must see

namespace {

/// On it no timer is ever due; and when `hides_next`, none ever will be: the engine sleeps on.
class forgetful_store final : public storage::forwarding_store {
public:
  forgetful_store(std::unique_ptr<storage::store> of, bool hides_next)
      : forwarding_store(std::move(of)), hides_next_(hides_next) {}
  result<std::vector<storage::due_row>> due(core::timeline, storage::due_mark, storage::timestamp_ms,
                                            std::size_t) override {
    return std::vector<storage::due_row>{};
  }
  result<std::optional<storage::timestamp_ms>> next_due(core::timeline line, storage::due_mark after) override {
    if (hides_next_) return std::optional<storage::timestamp_ms>();
    return forwarding_store::next_due(line, after);
  }

private:
  const bool hides_next_;
};

/// Skips over the end of Ann's three days on a store that `planted` stands before.
result<void> skip_with(std::function<std::unique_ptr<storage::store>(std::unique_ptr<storage::store>)> planted) {
  pawl::testing::inside::world world(with(paying(), 5), {});
  world.store().planted = std::move(planted);
  given(world.begin_life());
  auto* engine = given(world.engine());
  (void)given(engine->load_definition(payment, ""));
  start_options how;
  how.id = "p-1";
  (void)given(world.settled(engine->start_async("payment", {{"amount", 12}}, how)));
  given(world.skip(3 * day - 1ms));
  return world.skip(day);
}

} // namespace

TEST_CASE("kit: control: a lost wake-up is seen by skip") {
  CHECK(skip_with({}));
  const auto lost = skip_with([](auto store) { return std::make_unique<forgetful_store>(std::move(store), true); });
  REQUIRE_FALSE(lost);
  CHECK(lost.failure().code == errc::internal);
  CHECK(lost.failure().message ==
        "a lost wake-up: a timer of instance 'p-1' was due 0 ms ago and nothing woke it (seed 5)");
}

TEST_CASE("kit: control: a step that was told before it was committed is seen by a crash") {
  const bool is_planted = GENERATE(false, true);
  recording pays(paying());
  pawl::testing::inside::world world(with(pays.type()), {});
  if (is_planted)
    world.store().planted = [](auto store) { return std::make_unique<test::early_store>(std::move(store)); };
  given(world.begin_life());
  auto* engine = given(world.engine());
  (void)given(engine->load_definition(R"({"id": "now", "nodes": [{"id": "pay", "type": "pay"}], "edges": []})", ""));
  (void)given(world.settled(engine->start_async("now", 1, {})));
  CHECK(pays.calls().size() == 1);
  given(world.crash());
  CHECK(pays.calls().size() == (is_planted ? 2 : 1));
}

TEST_CASE("kit: control: a timer that never rests is seen by skip") {
  const auto spun = skip_with([](auto store) { return std::make_unique<forgetful_store>(std::move(store), false); });
  REQUIRE_FALSE(spun);
  CHECK(spun.failure().code == errc::internal);
  CHECK(spun.failure().message == "timers of no time follow each other for ever, and nothing is committed (seed 5)");
}

} // namespace testing_kit_test
