// Calls from many threads, also while the runtime stops; two runtimes; waiting.
#include "tests/crash/workload.hpp"
#include "tests/recovery/lab.hpp"
#include "tests/support/given.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <future>
#include <thread>

#include <unistd.h>

namespace calls_test {

using namespace pawl;
using namespace pawl::recovery;
using nlohmann::json;
using namespace std::chrono_literals;
using pawl::test::given;

namespace {

const char* const approval =
    R"({"id": "ask", "nodes": [{"id": "q", "type": "wait"}, {"id": "a", "type": "set", "data": 1}],
        "edges": [{"source": "q", "target": "a"}]})";

const char* const blocked = R"({"id": "blocked", "nodes": [{"id": "n", "type": "blocks"}], "edges": []})";
const char* const opens = R"({"id": "opens", "nodes": [{"id": "n", "type": "opens"}], "edges": []})";

node_type type_of(const char* name, bool blocking, node_type::executor run) {
  node_type type;
  type.name = name;
  type.blocking = blocking;
  type.execute = std::move(run);
  return type;
}

// Calls everything until the runtime says that it is stopped; another error that does not belong here is given back.
std::string call_until_stopped(host::engine& rt, int caller) {
  for (int round = 0;; ++round) {
    const std::string uid = "c-" + std::to_string(caller) + "-" + std::to_string(round);
    start_options how;
    how.id = uid;
    const auto started = rt.start("ask", json::object(), how);
    if (!started) return started.failure().code == errc::stopped ? "" : to_string(started.failure());
    for (const auto& answered : {rt.resume(uid, nullptr, {}), rt.resume("nobody", nullptr, {})})
      if (!answered && answered.failure().code == errc::storage) return to_string(answered.failure());
    (void)rt.query(uid);
    (void)rt.wait(uid, wait_until::at_rest, 1ms);
    (void)rt.drain(0ms);
    (void)rt.list(10, "");
  }
}

} // namespace

TEST_CASE("calls: eight threads start one id, one instance comes of it") {
  lab place;
  auto rt = place.open();
  REQUIRE(rt->load_definition(approval, ""));
  start_options how;
  how.id = "one";
  std::vector<std::future<result<std::string>>> starts;
  for (int i = 0; i < 8; ++i)
    starts.push_back(std::async(std::launch::async, [&] { return rt->start("ask", {{"n", 1}}, how); }));
  for (auto& s : starts) {
    const auto started = given(s.get());
    CHECK(started == "one");
  }
  const auto others = rt->start("ask", {{"n", 2}}, how);
  REQUIRE_FALSE(others);
  CHECK(others.failure().code == errc::conflict);
  const auto rest = rt->wait("one", wait_until::needs_payload, patience);
  REQUIRE(rest);
  CHECK(rest->revision() == 2);
  CHECK(rt->list(10, "")->size() == 1);
}

TEST_CASE("calls: an executor that blocks does not hold up the others") {
  lab place;
  std::promise<void> gate;
  const std::shared_future<void> open_gate = gate.get_future().share();
  options opts = place.settings();
  opts.worker_threads = 1;
  opts.node_types.push_back(type_of("blocks", true, [open_gate](node_context&) {
    open_gate.wait();
    return outcome::nothing();
  }));
  opts.node_types.push_back(type_of("opens", false, [&gate](node_context&) {
    gate.set_value();
    return outcome::nothing();
  }));
  auto rt = place.open(opts);
  for (int i = 0; i < 8; ++i)
    begin(*rt, blocked, "b-" + std::to_string(i));
  begin(*rt, opens, "o-1");
  for (int i = 0; i < 8; ++i) {
    const auto ended = given(rt->wait("b-" + std::to_string(i), wait_until::ended, patience));
    CHECK(ended.status() == instance_status::completed);
  }
}

TEST_CASE("calls: stopping while other threads call answers every call") {
  for (int round = 0; round < 10; ++round) {
    lab place;
    auto rt = place.open();
    REQUIRE(rt->load_definition(approval, ""));
    std::vector<std::future<std::string>> callers;
    for (int i = 0; i < 4; ++i)
      callers.push_back(std::async(std::launch::async, [&, i] { return call_until_stopped(*rt, i); }));
    const auto some = rt->wait("c-0-" + std::to_string(round), wait_until::ended, 1ms);
    CHECK((some || some.failure().code != errc::stopped));
    rt->stop();
    for (auto& c : callers)
      CHECK(c.get().empty());
    CHECK(rt->query("c-0-0").failure().code == errc::stopped);
  }
}

TEST_CASE("calls: two runtimes run side by side on two stores") {
  lab place;
  options opts = place.settings();
  auto first = place.open(opts);
  opts.store_path = place.second_path();
  auto second = place.open(opts);
  begin(*first, approval, "x");
  REQUIRE(first->wait("x", wait_until::needs_payload, patience));
  CHECK(second->query("x").failure().code == errc::not_found);
  begin(*second, approval, "x");
  first->stop();
  REQUIRE(second->wait("x", wait_until::needs_payload, patience));
}

TEST_CASE("calls: a second runtime on one store is told who owns it") {
  lab place;
  auto first = place.open();
  const auto second = host::engine::open(place.settings());
  REQUIRE_FALSE(second);
  CHECK(second.failure().code == errc::busy);
  CHECK_THAT(second.failure().message, Catch::Contains("process " + std::to_string(::getpid())));
  first->stop();
  CHECK(host::engine::open(place.settings()));
}

TEST_CASE("calls: wait and drain give up in time and undo nothing; stop may be called again") {
  lab place;
  options opts = place.settings();
  std::promise<void> gate;
  const std::shared_future<void> open_gate = gate.get_future().share();
  opts.node_types.push_back(type_of("blocks", true, [open_gate](node_context&) {
    open_gate.wait();
    return outcome::nothing();
  }));
  auto rt = place.open(opts);
  begin(*rt, blocked, "b-1");
  CHECK(rt->wait("b-1", wait_until::at_rest, 1ms).failure().code == errc::timed_out);
  CHECK(rt->drain(1ms).failure().code == errc::timed_out);
  CHECK(rt->wait("nobody", wait_until::ended, patience).failure().code == errc::not_found);
  gate.set_value();
  given(rt->drain(patience));
  CHECK(rt->query("b-1")->status() == instance_status::completed);
  rt->stop();
  rt->stop();
  CHECK(rt->wait("b-1", wait_until::ended, patience).failure().code == errc::stopped);
  CHECK(rt->drain(patience).failure().code == errc::stopped);
}

} // namespace calls_test
