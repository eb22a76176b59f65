// Executors that answer later, time that runs out, versions of types.
#include "tests/support/given.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>
#include <pawl/testing.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace host_executors_test {

using namespace pawl;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

using pawl::test::given;
using pawl::test::patience;

/// Attempts that were called and not answered, oldest first.
class inbox {
public:
  struct waiting {
    std::shared_ptr<node_context> context;
    completion done;
  };
  node_type::async_executor taking() {
    return [this](const std::shared_ptr<node_context>& context, const completion& done) {
      std::lock_guard lock(mutex_);
      held_.push_back({context, done});
      most_ = std::max(most_, held_.size());
      changed_.notify_all();
    };
  }
  waiting take() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [&] { return !held_.empty(); })) throw std::runtime_error("none came");
    waiting first = std::move(held_.front());
    held_.pop_front();
    return first;
  }
  void await(std::size_t count) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [&] { return held_.size() >= count; })) throw std::runtime_error("too few");
  }
  std::size_t most() {
    std::lock_guard lock(mutex_);
    return most_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<waiting> held_;
  std::size_t most_ = 0;
};

runtime open(node_type type, const std::string& path = "") {
  options opts;
  opts.store_path = path;
  opts.node_types.push_back(std::move(type));
  return given(runtime::open(std::move(opts)));
}

void load(runtime& rt, const std::string& node_fields) {
  given(rt.load_definition(R"({"id":"w","nodes":[{"id":"n","type":"t")" + node_fields + R"(}],"edges":[]})"));
}

void start(runtime& rt, const std::string& id) {
  start_options how;
  how.id = id;
  given(rt.start("w", json::object(), how));
}

snapshot end_of(const runtime& rt, const std::string& id) { return given(rt.wait(id, wait_until::ended, patience)); }

} // namespace

TEST_CASE("asynchronous executor: the answer comes later from another thread, once") {
  inbox calls;
  runtime rt = open({"t", calls.taking()});
  load(rt, R"(,"data":{"n":"{{ 6 * 7 }}"})");
  start(rt, "a");
  auto call = calls.take();
  CHECK(call.context->data()["n"] == 42);
  CHECK(call.context->attempt() == 1);
  CHECK_FALSE(call.done.is_cancelled());
  CHECK_FALSE(call.context->deadline());
  bool first = false;
  bool second = true;
  std::thread([&] {
    first = call.done.complete(outcome::output(call.context->data()));
    second = call.done.complete(outcome::fail("too late"));
  }).join();
  CHECK(first);
  CHECK_FALSE(second);
  const auto ended = end_of(rt, "a");
  CHECK(ended.status() == instance_status::completed);
  CHECK(ended.document()["context"]["n"][0]["output"]["n"] == 42);
}

TEST_CASE("asynchronous executor: it may answer before it returns, or throw") {
  runtime rt = open({"t", [](const std::shared_ptr<node_context>& context, const completion& done) {
                       if (context->instance_id() == "throws") throw std::runtime_error("no line");
                       done.complete(outcome::output(1));
                     }});
  load(rt, "");
  start(rt, "answers");
  start(rt, "throws");
  CHECK(end_of(rt, "answers").status() == instance_status::completed);
  CHECK(end_of(rt, "throws").failed_reason() == "Error: no line");
}

TEST_CASE("asynchronous executor: a completion that is dropped is a failed attempt") {
  inbox calls;
  runtime rt = open({"t", calls.taking()});
  load(rt, "");
  start(rt, "a");
  (void)calls.take();
  CHECK(end_of(rt, "a").failed_reason().find("NoAnswer: ") == 0);
}

TEST_CASE("asynchronous executor: what it may not answer is an error, as of a synchronous one") {
  inbox calls;
  runtime rt = open({"t", calls.taking()});
  load(rt, "");
  start(rt, "a");
  calls.take().done.complete(outcome::pause());
  CHECK(end_of(rt, "a").failed_reason().find("PauseError: ") == 0);
}

TEST_CASE("concurrency: attempts that wait for an answer hold no thread, and no more are under way than allowed") {
  inbox calls;
  node_type type{"t", calls.taking()};
  type.concurrency = 3;
  runtime rt = open(std::move(type));
  load(rt, "");
  constexpr int count = 20;
  for (int i = 0; i < count; ++i)
    start(rt, "i-" + std::to_string(i));
  calls.await(3);
  for (int i = 0; i < count; ++i)
    calls.take().done.complete(outcome::nothing());
  for (int i = 0; i < count; ++i)
    CHECK(end_of(rt, "i-" + std::to_string(i)).status() == instance_status::completed);
  CHECK(calls.most() == 3);
}

TEST_CASE("timeout: an attempt without an answer fails, sees it, and is repeated with the same key; late answers are "
          "dropped") {
  inbox calls;
  testing::test_options how;
  how.runtime.node_types.push_back({"t", calls.taking()});
  auto rt = testing::test_runtime::open(how);
  REQUIRE(rt);
  REQUIRE(rt->load_definition(R"({"id":"w","nodes":[{"id":"n","type":"t","timeout":3600000,
    "retry":{"maxAttempts":1,"interval":60000}}],"edges":[]})"));
  const std::string id = *rt->start("w", json::object());
  auto late = calls.take();
  REQUIRE(late.context->deadline());
  REQUIRE(rt->skip(61min - 1ms));
  CHECK(late.done.is_cancelled());
  CHECK(late.context->is_cancelled());
  CHECK_FALSE(late.context->is_stopping());
  CHECK_FALSE(late.done.complete(outcome::output("late")));
  REQUIRE(rt->skip(1ms));
  auto again = calls.take();
  CHECK(again.context->attempt() == 2);
  CHECK(again.context->idempotency_key() == late.context->idempotency_key());
  again.done.complete(outcome::output("in time"));
  REQUIRE(rt->run_until_idle());
  CHECK(rt->check_that(id).is(instance_status::completed).gave("n", "in time").took(61min).differences() == "");
  CHECK(rt->history_of(id) == "n: started, failed (Timeout: the attempt took longer than its timeout of 3600000 ms), "
                              "timer_fired, succeeded");
}

TEST_CASE("timeout: a synchronous executor that runs on is left alone, its instance goes on") {
  std::atomic<bool> release{false};
  node_type type{"t", [&](node_context& c) {
                   while (!c.is_cancelled())
                     std::this_thread::yield();
                   release.wait(false);
                   return outcome::output("late");
                 }};
  type.timeout = 10ms;
  runtime rt = open(std::move(type));
  load(rt, "");
  start(rt, "a");
  CHECK(end_of(rt, "a").failed_reason().find("Timeout: ") == 0);
  release = true;
  release.notify_all();
}

TEST_CASE("timeout: where nothing can wait it is refused when the definition is loaded") {
  runtime rt = open({"t", [](node_context&) { return outcome::nothing(); }});
  const auto check = [&](const char* text) {
    const auto loaded = rt.load_definition(text);
    return loaded ? std::string() : loaded.failure().message;
  };
  CHECK(check(R"({"id":"a","nodes":[{"id":"n","type":"t","timeout":5000}],"edges":[]})").empty());
  CHECK(check(R"({"id":"a","nodes":[{"id":"n","type":"set","timeout":5000}],"edges":[]})").find("/nodes/0/timeout") ==
        0);
  CHECK(check(R"({"id":"a","nodes":[{"id":"n","type":"wait","timeout":5000}],"edges":[]})").find("data.timeout") !=
        std::string::npos);
  for (const char* bad : {"0", "1.5", "-1", "\"5\"", "1e30", "2592000001"})
    CHECK(
        check(
            (R"({"id":"a","nodes":[{"id":"n","type":"t","timeout":)" + std::string(bad) + R"(}],"edges":[]})").c_str())
            .find("/nodes/0/timeout") == 0);
}

TEST_CASE("stop: asynchronous attempts are left when the grace is over, and run again with the same key") {
  test::temp_folder folder;
  inbox calls;
  std::string key;
  std::optional<completion> orphan;
  {
    runtime rt = open({"t", calls.taking()}, folder.file("a.db"));
    load(rt, "");
    start(rt, "a");
    auto call = calls.take();
    key = call.context->idempotency_key();
    rt.stop(0ms);
    CHECK(call.done.is_cancelled());
    orphan = call.done;
  }
  CHECK_FALSE(orphan->complete(outcome::output("nobody is there")));
  runtime rt = open({"t", calls.taking()}, folder.file("a.db"));
  auto call = calls.take();
  CHECK(call.context->idempotency_key() == key);
  CHECK(call.context->attempt() == 1);
  call.done.complete(outcome::output(1));
  CHECK(end_of(rt, "a").revision() == 2);
}

TEST_CASE("stop: an answer within the grace is kept") {
  test::temp_folder folder;
  inbox calls;
  {
    runtime rt = open({"t", calls.taking()}, folder.file("a.db"));
    load(rt, "");
    start(rt, "a");
    auto call = calls.take();
    std::thread answer([done = std::move(call.done), context = std::move(call.context)] {
      while (!context->is_stopping())
        std::this_thread::yield();
      done.complete(outcome::output("just in time"));
    });
    rt.stop(patience);
    answer.join();
  }
  runtime rt = open({"t", calls.taking()}, folder.file("a.db"));
  CHECK(end_of(rt, "a").document()["context"]["n"][0]["output"] == "just in time");
}

TEST_CASE("versions: a definition names the version of a type, and means the first one when it does not") {
  const auto version = [](int number) {
    node_type type{"t", [number](node_context&) { return outcome::output(number); }};
    type.version = number;
    return type;
  };
  options opts;
  opts.node_types = {version(3), version(1)};
  auto opened = runtime::open(std::move(opts));
  REQUIRE(opened);
  runtime& rt = *opened;
  for (const auto& [field, expected] : {std::pair("", 1), std::pair(R"(,"typeVersion":3)", 3)}) {
    load(rt, field);
    const auto id = rt.start("w", json::object());
    REQUIRE(id);
    CHECK(end_of(rt, *id).document()["context"]["n"][0]["output"] == expected);
  }
  const auto unknown = rt.load_definition(R"({"id":"w","nodes":[{"id":"n","type":"t","typeVersion":2}],"edges":[]})");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.failure().message.find("/nodes/0/typeVersion") == 0);
  CHECK(unknown.failure().message.find("1, 3") != std::string::npos);
}

TEST_CASE("node types: what cannot work is refused when the runtime opens") {
  const auto executor = [](node_context&) { return outcome::nothing(); };
  const auto later = [](const std::shared_ptr<node_context>&, const completion&) {};
  node_type none;
  none.name = "t";
  node_type both{"t", executor};
  both.execute_async = later;
  node_type old{"t", executor};
  old.version = 0;
  node_type idle{"t", executor};
  idle.concurrency = 0;
  node_type quick{"t", executor};
  quick.blocking = false;
  quick.timeout = 1ms;
  node_type negative{"t", later};
  negative.timeout = -1ms;
  for (const node_type& bad : {none, both, old, idle, quick, negative}) {
    options opts;
    opts.node_types.push_back(bad);
    const auto opened = runtime::open(std::move(opts));
    REQUIRE_FALSE(opened);
    CHECK(opened.failure().code == errc::invalid_argument);
  }
}

} // namespace host_executors_test
