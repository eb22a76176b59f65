// Cancellation and the timeout of instances through the public API, in virtual time: what waits ends at once, what runs
// has its grace, and a restart changes neither.
#include "tests/support/given.hpp"
#include "tests/support/patience.hpp"

#include <pawl/testing.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace host_cancel_test {

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

// in -> slow -> ask -> done; slow answers when the test lets it.
const char* const definition = R"({
  "id": "w",
  "nodes": [{"id": "in", "type": "trigger"}, {"id": "slow", "type": "slow"},
            {"id": "ask", "type": "wait", "data": {"signal": "go", "timeout": 60000}}, {"id": "done", "type": "done"}],
  "edges": [{"source": "in", "target": "slow"}, {"source": "slow", "target": "ask"}, {"source": "ask", "target": "done"},
            {"source": "ask", "target": "done", "sourceHandle": "timeout"},
            {"source": "slow", "target": "done", "sourceHandle": "error"}]})";

const char* const bounded = R"({
  "id": "w", "timeout": 86400000,
  "nodes": [{"id": "in", "type": "trigger"}, {"id": "slow", "type": "slow"},
            {"id": "ask", "type": "wait", "data": {"signal": "go"}}, {"id": "done", "type": "done"}],
  "edges": [{"source": "in", "target": "slow"}, {"source": "slow", "target": "ask"}, {"source": "ask", "target": "done"}]})";

using pawl::test::given;

/// Attempts that were called and not answered. Owned by the test: a closure that owned them would own itself.
struct held_calls {
  struct call {
    std::shared_ptr<node_context> context;
    completion done;
  };
  std::vector<call> calls;
  unsigned concurrency = 4;

  node_type type() {
    node_type made("slow", node_type::async_executor([this](const auto& context, const completion& done) {
                     calls.push_back({context, done});
                   }));
    made.concurrency = concurrency;
    return made;
  }
};

struct house {
  held_calls slow;
  recording done{scripted("done", {outcome::output("done")}, when_spent::repeat_last)};
  std::optional<test_runtime> rt;

  explicit house(const char* text = definition, unsigned concurrency = 4) {
    slow.concurrency = concurrency;
    test_options how;
    how.seed = 7;
    how.runtime.node_types = {slow.type(), done.type()};
    rt.emplace(given(test_runtime::open(how)));
    given(rt->load_definition(text));
  }
  ~house() { slow.calls.clear(); }

  std::string start(const char* id = "i-1") {
    start_options how;
    how.id = id;
    return given(rt->start("w", json::object(), how));
  }
  // Past the slow node.
  std::string waiting() {
    auto id = start();
    answer(outcome::output(1));
    return id;
  }
  bool answer(outcome with, std::size_t which = 0) {
    const auto call = slow.calls.at(which);
    slow.calls.erase(slow.calls.begin() + static_cast<std::ptrdiff_t>(which));
    const bool taken = call.done.complete(std::move(with));
    given(rt->run_until_idle());
    return taken;
  }
  std::string history(const char* id = "i-1") const { return rt->history_of(id); }
  instance_status status(const char* id = "i-1") const { return given(rt->query(id)).status(); }
};

constexpr const char* unknown =
    "slow: given_up (Unknown: the instance was cancelled before the attempt answered; whether it had its effect is not "
    "known)";

} // namespace

TEST_CASE("cancel: an instance that waits ends in the same commit, with its reason and without its timer") {
  house h;
  const auto id = h.waiting();
  const std::size_t before = h.rt->commits();
  given(h.rt->cancel(id, {"ordered twice", false}));
  CHECK(h.rt->commits() == before + 1);
  const auto shown = given(h.rt->query(id));
  CHECK(shown.status() == instance_status::cancelled);
  CHECK(shown.waits().empty());
  CHECK(shown.document()["metadata"]["cancelledReason"] == "ordered twice");
  const auto history = given(h.rt->history(id));
  CHECK(history.back().event == "cancelled");
  CHECK(history.back().note == "cancelled: ordered twice");
  CHECK(h.rt->skip_to_next_timer().failure().code == errc::not_found);
  CHECK(h.rt->signal(id, "go").failure().code == errc::finished);
  CHECK(h.rt->cancel(id).failure().code == errc::finished);
  CHECK(h.done.calls().empty());
}

TEST_CASE("cancel: a result in the grace is recorded, and no edge is followed") {
  house h;
  const auto id = h.start();
  given(h.rt->cancel(id, {"enough", false}));
  CHECK(h.slow.calls.at(0).context->is_cancelled());
  CHECK(h.slow.calls.at(0).done.is_cancelled());
  const auto closing = given(h.rt->query(id));
  CHECK(closing.status() == instance_status::active);
  CHECK(closing.document()["closing"]["end"] == "cancelled");
  CHECK(closing.document()["closing"]["reason"] == "enough");
  CHECK(h.rt->signal(id, "go").failure().message == "the instance is being cancelled");
  CHECK(h.rt->resume(id).failure().code == errc::finished);
  given(h.rt->skip(9999ms));
  SECTION("a success") {
    CHECK(h.answer(outcome::output("late but in time")));
    CHECK(h.history() == "in: started, succeeded\nslow: succeeded");
    CHECK(given(h.rt->query(id)).document()["context"]["slow"][0]["output"] == "late but in time");
  }
  SECTION("a failure, which is not tried again and takes no error edge") {
    CHECK(h.answer(outcome::fail("no")));
    CHECK(h.history() == "in: started, succeeded\nslow: failed (Error: no)");
  }
  SECTION("giving up leaves open what it did") {
    CHECK(h.answer(outcome::give_up()));
    CHECK(h.history() == "in: started, succeeded\nslow: failed (Unknown: the attempt gave up because the instance is "
                         "being ended; whether it had its effect is not known)");
  }
  CHECK(h.status() == instance_status::cancelled);
  CHECK(h.rt->statistics().late_results == 0);
  CHECK(h.rt->statistics().abandoned_attempts == 0);
  CHECK(h.done.calls().empty());
  given(h.rt->skip(24h));
  CHECK(h.status() == instance_status::cancelled);
}

TEST_CASE("cancel: after the grace the attempt is recorded as unknown, and its late result is only counted") {
  house h;
  const auto id = h.start();
  given(h.rt->cancel(id));
  given(h.rt->skip(10s));
  CHECK(h.status() == instance_status::cancelled);
  CHECK(h.history() == std::string("in: started, succeeded\n") + unknown);
  CHECK(h.rt->statistics().abandoned_attempts == 1);
  CHECK(h.rt->statistics().late_results == 0);
  CHECK_FALSE(h.answer(outcome::output("too late")));
  CHECK(h.rt->statistics().late_results == 1);
  CHECK(h.history() == std::string("in: started, succeeded\n") + unknown);
}

TEST_CASE("cancel: terminate does not wait, also for one that is being cancelled") {
  house h;
  const auto id = h.start();
  if (GENERATE(false, true)) given(h.rt->cancel(id, {"first", false}));
  given(h.rt->cancel(id, {"now", true}));
  CHECK(h.status() == instance_status::cancelled);
  CHECK(h.rt->statistics().abandoned_attempts == 1);
  CHECK_FALSE(h.answer(outcome::output("too late")));
  CHECK(h.rt->statistics().late_results == 1);
}

TEST_CASE("cancel: a second one changes nothing") {
  house h;
  const auto id = h.start();
  given(h.rt->cancel(id, {"first", false}));
  given(h.rt->skip(5s));
  const std::size_t before = h.rt->commits();
  given(h.rt->cancel(id, {"second", false}));
  CHECK(h.rt->commits() == before);
  given(h.rt->skip(5s));
  CHECK(given(h.rt->query(id)).document()["metadata"]["cancelledReason"] == "first");
}

TEST_CASE("cancel: an attempt that waits for its turn does not begin, and leaves no result") {
  house h(definition, 1);
  h.start("i-1");
  h.start("i-2");
  REQUIRE(h.slow.calls.size() == 1);
  const char* const queued = h.slow.calls[0].context->instance_id() == "i-1" ? "i-2" : "i-1";
  given(h.rt->cancel(queued));
  CHECK(h.status(queued) == instance_status::cancelled);
  CHECK(given(h.rt->query(queued)).document()["context"].count("slow") == 0);
  CHECK(h.slow.calls.size() == 1);
  h.answer(outcome::output(1));
  CHECK(h.slow.calls.empty());
}

TEST_CASE("cancel: the place of an attempt that was given up is free for others") {
  house h(definition, 1);
  h.start("i-1");
  given(h.rt->cancel("i-1"));
  given(h.rt->skip(10s));
  h.start("i-2");
  REQUIRE(h.slow.calls.size() == 2);
  h.answer(outcome::output(1), 1);
  CHECK(h.status("i-2") == instance_status::paused);
}

TEST_CASE("cancel: in a retry wait there is no retry any more") {
  house h(R"({"id": "w", "nodes": [{"id": "slow", "type": "slow", "retry": {"maxAttempts": 3, "interval": 1000}}],
              "edges": []})");
  const auto id = h.start();
  h.answer(outcome::fail("no"));
  CHECK(h.status() == instance_status::error);
  given(h.rt->cancel(id));
  CHECK(h.status() == instance_status::cancelled);
  given(h.rt->skip(1h));
  CHECK(h.slow.calls.empty());
}

TEST_CASE("cancel: a restart in the middle of it runs nothing again and keeps the grace") {
  house h;
  const auto id = h.start();
  given(h.rt->cancel(id));
  given(h.rt->skip(4s));
  const bool crashes = GENERATE(false, true);
  given(crashes ? h.rt->crash() : h.rt->restart());
  given(h.rt->skip(5999ms));
  CHECK(given(h.rt->query(id)).document().contains("closing"));
  CHECK(h.slow.calls.size() == 1);
  given(h.rt->skip(1ms));
  CHECK(h.status() == instance_status::cancelled);
  CHECK(h.history() == std::string("in: started, succeeded\n") + unknown);
  CHECK(h.slow.calls.size() == 1);
  CHECK(h.rt->statistics().abandoned_attempts == 0); // it was another life's
}

TEST_CASE("cancel: a crash at any commit of it leaves the instance as it was, or being ended") {
  for (const auto fate : {commit_fate::lost, commit_fate::kept}) {
    house h;
    const auto id = h.start();
    h.rt->crash_at_commit(1, fate);
    CHECK_FALSE(h.rt->cancel(id));
    CHECK(h.rt->lives() == 2);
    CHECK(given(h.rt->query(id)).document().contains("closing") == (fate == commit_fate::kept));
    CHECK(h.slow.calls.size() == (fate == commit_fate::kept ? 1 : 2));
    given(h.rt->cancel(id));
    given(h.rt->skip(10s));
    CHECK(h.status() == instance_status::cancelled);
  }
}

TEST_CASE("cancel: the grace is the runtime's option, and 0 is none") {
  held_calls slow;
  test_options how;
  how.runtime.node_types = {slow.type(), scripted("done", {outcome::nothing()})};
  how.runtime.grace = 0ms;
  auto rt = given(test_runtime::open(how));
  given(rt.load_definition(definition));
  const auto id = given(rt.start("w", json::object()));
  given(rt.cancel(id));
  given(rt.skip(0ms));
  CHECK(given(rt.query(id)).status() == instance_status::cancelled);
  slow.calls.clear();
}

TEST_CASE("cancel: says what is wrong with the call") {
  house h;
  CHECK(h.rt->cancel("nobody").failure().code == errc::not_found);
  const auto id = h.start();
  CHECK(h.rt->cancel(id, {std::string(501, 'x'), false}).failure().code == errc::invalid_argument);
  CHECK(h.rt->cancel(id, {"two\nlines", false}).failure().code == errc::invalid_argument);
  CHECK(h.rt->cancel(id, {"\xff", false}).failure().code == errc::invalid_argument);
  CHECK_FALSE(given(h.rt->query(id)).document().contains("closing"));
}

TEST_CASE("instance timeout: fails the instance when it is over, and a restart does not begin it anew") {
  house h(bounded);
  const auto id = h.waiting();
  CHECK(given(h.rt->query(id)).document()["timeoutAt"] == pawl::testing::virtual_clock::start_ms + 86'400'000);
  CHECK(given(h.rt->query(id)).needs_payload()); // only its end comes by itself
  given(h.rt->skip(12h));
  given(h.rt->restart());
  given(h.rt->skip(11h));
  given(h.rt->crash());
  given(h.rt->skip(1h - 1ms));
  CHECK(h.status() == instance_status::paused);
  given(h.rt->skip(1ms));
  const auto shown = given(h.rt->query(id));
  CHECK(shown.status() == instance_status::failed);
  CHECK(shown.failed_reason() == "the instance's timeout of 86400000 ms is over");
  CHECK(shown.document()["metadata"]["failedReason"] == shown.failed_reason());
  CHECK(given(h.rt->history(id)).back().event == "instance_timed_out");
  CHECK(h.rt->check_that(id).took(24h).differences() == "");
}

TEST_CASE("instance timeout: what runs has the grace") {
  house h(bounded);
  const auto id = h.start();
  given(h.rt->skip(24h));
  CHECK(h.slow.calls.at(0).context->is_cancelled());
  CHECK(h.rt->signal(id, "go").failure().message == "the instance is being ended, its timeout is over");
  given(h.rt->skip(9s));
  CHECK(h.answer(outcome::output("in time")));
  CHECK(h.status() == instance_status::failed);
  CHECK(h.history() == "in: started, succeeded\nslow: succeeded");
}

TEST_CASE("instance timeout: completion before it wins, and nothing is left of it") {
  house h(bounded);
  const auto id = h.waiting();
  given(h.rt->skip(24h - 1ms));
  given(h.rt->signal(id, "go"));
  CHECK(h.status() == instance_status::completed);
  CHECK(h.rt->skip_to_next_timer().failure().code == errc::not_found);
}

TEST_CASE("cancel: an instance ends although its synchronous executor runs on") {
  std::promise<void> begun;
  std::promise<void> released;
  std::atomic<bool> saw_the_flag{false};
  node_type stubborn("slow", node_type::executor([&, go = released.get_future().share()](node_context& c) {
                       begun.set_value();
                       go.wait();
                       saw_the_flag = c.is_cancelled();
                       return outcome::output("too late");
                     }));
  stubborn.blocking = GENERATE(true, false);
  options opts;
  opts.node_types = {stubborn};
  opts.worker_threads = 2;
  opts.grace = 0ms;
  auto rt = given(runtime::open(std::move(opts)));
  given(rt.load_definition(R"({"id": "w", "nodes": [{"id": "slow", "type": "slow"}], "edges": []})"));
  const auto id = given(rt.start("w", json::object()));
  begun.get_future().wait();
  given(rt.cancel(id));
  CHECK(given(rt.wait(id)).status() == instance_status::cancelled);
  released.set_value();
  const auto end = std::chrono::steady_clock::now() + pawl::test::patience;
  while (rt.statistics().late_results == 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::yield(); // its thread is on its way back, and whoever counts it goes when the runtime stops
  rt.stop();
  CHECK(saw_the_flag);
  CHECK(rt.statistics().abandoned_attempts == 1);
  CHECK(rt.statistics().late_results == 1);
}

} // namespace host_cancel_test
