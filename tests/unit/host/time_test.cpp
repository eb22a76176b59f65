// Timers in virtual time, under clocks that are set and processes that die: delays, dates, retries, timeouts.
#include "tests/support/given.hpp"

#include <pawl/testing.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace host_time_test {

using namespace pawl;
using namespace std::chrono_literals;
using nlohmann::json;
using pawl::test::given;
using testing::test_runtime;

namespace {

constexpr std::int64_t start_ms = testing::virtual_clock::start_ms;
constexpr std::int64_t hour_ms = 3'600'000;

test_runtime opened(std::vector<node_type> types = {}, bool clock_is_trusted = true) {
  testing::test_options how;
  how.runtime.node_types = std::move(types);
  how.runtime.clock_is_trusted = clock_is_trusted;
  return given(test_runtime::open(how));
}

json alone(const char* type, json data) {
  return {
      {"id", "flow"}, {"nodes", {{{"id", "n"}, {"type", type}, {"data", std::move(data)}}}}, {"edges", json::array()}};
}

void start(test_runtime& rt, const json& definition, const char* id = "a") {
  given(rt.load_definition(definition.dump()));
  start_options how;
  how.id = id;
  given(rt.start(definition["id"].get<std::string>(), json::object(), how));
}

void skip(test_runtime& rt, std::chrono::milliseconds time) { given(rt.skip(time)); }

instance_status status(test_runtime& rt, const char* id = "a") { return rt.query(id)->status(); }

std::int64_t until(test_runtime& rt) { return rt.query("a")->document()["waits"][0]["until"].get<std::int64_t>(); }

/// The four ways to wait for a time that has been measured.
json relative(const std::string& kind) {
  if (kind == "delay") return alone("delay", {{"ms", hour_ms}});
  if (kind == "timeout of a payload") return alone("wait", {{"timeout", hour_ms}});
  if (kind == "timeout of a signal") return alone("wait", {{"signal", "s"}, {"timeout", hour_ms}});
  json retried = alone("shaky", {});
  retried["nodes"][0]["retry"] = {{"maxAttempts", 1}, {"interval", hour_ms}};
  return retried;
}

std::vector<node_type> shaky() { return {testing::scripted("shaky", {outcome::fail("no"), outcome::output(1)})}; }

bool is_over(test_runtime& rt) { return has_ended(status(rt)); }

} // namespace

TEST_CASE("time: what is relative lasts as long as it says, however the wall clock is set") {
  const std::string kind = GENERATE("delay", "timeout of a payload", "timeout of a signal", "retry");
  const std::int64_t step_ms = GENERATE(-400 * 24 * hour_ms, -2 * hour_ms, 2 * hour_ms, 400 * 24 * hour_ms);
  const bool restarts = GENERATE(false, true);
  CAPTURE(kind, step_ms, restarts);
  auto rt = opened(shaky());
  start(rt, relative(kind));
  skip(rt, 20min);
  rt.set_wall(rt.now_ms() + step_ms);
  skip(rt, 1s); // in which it is seen
  CHECK(until(rt) == start_ms + hour_ms + step_ms);
  if (restarts) REQUIRE(rt.restart());
  skip(rt, 40min - 1s - 1ms);
  CHECK_FALSE(is_over(rt));
  skip(rt, 1ms);
  CHECK(is_over(rt));
}

TEST_CASE("time: a deadline is what it was after a crash, and is not begun anew") {
  const std::string kind = GENERATE("delay", "timeout of a payload", "timeout of a signal", "retry");
  CAPTURE(kind);
  auto rt = opened(shaky());
  start(rt, relative(kind));
  for (int i = 0; i < 6; ++i) {
    CHECK_FALSE(is_over(rt));
    skip(rt, 10min);
    if (i < 5) REQUIRE(rt.crash());
  }
  CHECK(is_over(rt));
}

TEST_CASE("time: a date follows the wall clock, forward and back") {
  const json dated = GENERATE(
      alone("delay", {{"until", start_ms + hour_ms}}), alone("delay", {{"until", "2027-01-15T09:00:00Z"}}),
      alone("delay", {{"until", "2027-01-15T11:00+02:00"}}), alone("delay", {{"until", "{{ run.time + 3600000 }}"}}),
      alone("wait", {{"until", "2027-01-15T09:00:00Z"}}),
      alone("wait", {{"until", "2027-01-15T09:00:00Z"}, {"signal", "s"}}));
  CAPTURE(dated.dump());
  auto rt = opened();
  start(rt, dated);
  CHECK(until(rt) == start_ms + hour_ms);
  skip(rt, 10min);

  SECTION("set back: it waits longer") {
    rt.set_wall(start_ms - hour_ms);
    skip(rt, 2h - 1ms);
    CHECK_FALSE(is_over(rt));
    skip(rt, 1ms);
    CHECK(is_over(rt));
  }
  SECTION("set forward: it is over within a second") {
    rt.set_wall(start_ms + hour_ms);
    skip(rt, 1s);
    CHECK(is_over(rt));
  }
  SECTION("set back just before it is due, after a restart") {
    skip(rt, 50min - 1ms);
    REQUIRE(rt.restart());
    rt.set_wall(start_ms);
    skip(rt, 1h - 1ms);
    CHECK_FALSE(is_over(rt));
    skip(rt, 1ms);
    CHECK(is_over(rt));
  }
}

TEST_CASE("time: a date that has passed is no wait, and one that is none fails its node") {
  auto rt = opened();
  start(rt, alone("delay", {{"until", "2020-02-29T00:00:00Z"}}), "past");
  CHECK(status(rt, "past") == instance_status::completed);
  CHECK(rt.query("past")->document()["context"]["n"][0]["output"] == json{{"until", "2020-02-29T00:00:00Z"}});
  for (const char* expression : {"{{ 'soon' }}", "{{ -1 }}", "{{ nodes.x }}"}) {
    CAPTURE(expression);
    start(rt, alone("delay", {{"until", expression}}), expression);
    CHECK(status(rt, expression) == instance_status::failed);
  }
}

TEST_CASE("time: definitions say what is wrong with a date") {
  auto rt = opened();
  const auto problems = [&](const char* type, json data) {
    const auto loaded = rt.load_definition(alone(type, std::move(data)).dump());
    return loaded ? std::string("loaded") : to_string(loaded.failure());
  };
  CHECK_THAT(problems("delay", json::object()), Catch::Contains("a delay needs 'ms' or 'until'"));
  CHECK_THAT(problems("delay", {{"ms", 1}, {"until", "2027-01-31"}}), Catch::Contains("/until"));
  CHECK_THAT(problems("delay", {{"until", "tomorrow"}}), Catch::Contains("is no time from 1970 on"));
  CHECK_THAT(problems("wait", {{"until", "1969-12-31T23:59:59Z"}}), Catch::Contains("is no time from 1970 on"));
  CHECK_THAT(problems("wait", {{"timeout", 1}, {"until", "2027-01-31"}}), Catch::Contains("stands beside 'timeout'"));
  CHECK(problems("wait", {{"until", "2027-01-31"}}) == "loaded");
}

TEST_CASE("time: executors of a host may wait for a date, and the last bound of a pause counts") {
  using clock = std::chrono::system_clock;
  const clock::time_point nine{std::chrono::milliseconds(start_ms + hour_ms)};
  const auto [answer, minutes] = GENERATE_COPY(table<outcome, int>({{outcome::pause_until(nine), 60},
                                                                    {outcome::pause().by(nine), 60},
                                                                    {outcome::pause().by(nine).within(5min), 5},
                                                                    {outcome::pause_until_timeout(5min).by(nine), 60},
                                                                    {outcome::pause_for(5min).by(nine), 5}}));
  auto rt = opened({testing::scripted("rest", {answer, outcome::nothing()})});
  start(rt, alone("rest", {}));
  skip(rt, std::chrono::minutes(minutes) - 1ms);
  CHECK_FALSE(is_over(rt));
  skip(rt, 1ms);
  CHECK(is_over(rt));
}

TEST_CASE("time: after the power was off what is overdue fires in due order, dates and delays alike") {
  const testing::recording mark(testing::scripted("mark", {outcome::nothing()}, testing::when_spent::repeat_last));
  testing::test_options one_at_a_time; // so that the order of wake-ups is the order of calls
  one_at_a_time.runtime.node_types = {mark.type()};
  one_at_a_time.runtime.active_instances_max = 1;
  auto rt = std::move(*test_runtime::open(one_at_a_time));
  const auto timed = [&](const char* id, json data) {
    json definition = alone("delay", std::move(data));
    definition["id"] = std::string("flow-") + id;
    definition["nodes"].push_back({{"id", "then"}, {"type", "mark"}});
    definition["edges"] = {{{"source", "n"}, {"target", "then"}}};
    start(rt, definition, id);
  };
  timed("3", {{"ms", 3 * hour_ms}});
  timed("1", {{"until", start_ms + 1 * hour_ms}});
  timed("2", {{"ms", 2 * hour_ms}});
  timed("6", {{"ms", 6 * hour_ms}});
  timed("4", {{"until", start_ms + 4 * hour_ms}});
  timed("5", {{"ms", 5 * hour_ms}});
  rt.set_wall(start_ms + 5 * hour_ms); // nobody looks at it before the process dies: it went on while the power was off
  REQUIRE(rt.crash());
  std::vector<std::string> order;
  for (const auto& call : mark.calls())
    order.push_back(call.instance);
  CHECK(order == std::vector<std::string>{"1", "2", "3", "4", "5"});
}

TEST_CASE("time: a boot in the future leaves no error behind") {
  constexpr std::int64_t ahead_ms = 400 * 24 * hour_ms;
  auto rt = opened();
  rt.set_wall(start_ms + ahead_ms);
  start(rt, alone("set", "{{ run.time }}"), "ahead");
  rt.set_wall(start_ms);
  skip(rt, 1s); // in which it is seen
  const bool restarts = GENERATE(false, true);
  CAPTURE(restarts);
  if (restarts) REQUIRE(rt.restart());
  const std::int64_t now_ms = rt.now_ms();
  CHECK(now_ms == start_ms + 1000);
  json dated = alone("set", "{{ run.time }}");
  dated["nodes"].push_back({{"id", "d"}, {"type", "delay"}, {"data", {{"until", "{{ run.time + 1000 }}"}}}});
  dated["edges"] = {{{"source", "n"}, {"target", "d"}}};
  start(rt, dated, "right");
  const json shown = rt.query("right")->document();
  CHECK(shown["context"]["n"][0]["output"] == now_ms);
  CHECK(shown["context"]["n"][0]["timestamp"] == now_ms);
  CHECK(given(rt.history("right"))[0].at_ms == now_ms);
  skip(rt, 1s);
  CHECK(status(rt, "right") == instance_status::completed);
}

TEST_CASE("time: what an instance records never goes back, although its attempts see the clock as it is") {
  auto rt = opened();
  json waits = alone("wait", {{"signal", "go"}});
  waits["nodes"].push_back({{"id", "now"}, {"type", "set"}, {"data", "{{ run.time }}"}});
  waits["edges"] = {{{"source", "n"}, {"target", "now"}}};
  start(rt, waits);
  rt.set_wall(start_ms - hour_ms);
  skip(rt, 1s);
  REQUIRE(rt.signal("a", "go"));
  const json shown = rt.query("a")->document();
  CHECK(shown["context"]["now"][0]["output"] == start_ms - hour_ms + 1000);
  std::int64_t before = 0;
  for (const history_entry& e : given(rt.history("a"))) {
    CHECK(e.at_ms >= before);
    before = e.at_ms;
  }
  CHECK(before == start_ms);
}

TEST_CASE("time: an answer that does not end a wait leaves its deadline where it is, over a crash too") {
  auto rt = opened();
  start(rt, alone("wait", {{"timeout", hour_ms}}));
  const std::int64_t due = until(rt);
  skip(rt, 30min);
  REQUIRE(rt.resume("a")); // without a payload: the wait goes on
  CHECK(until(rt) == due);
  REQUIRE(rt.crash());
  skip(rt, 30min - 1ms);
  CHECK_FALSE(is_over(rt));
  skip(rt, 1ms);
  CHECK(is_over(rt));
}

TEST_CASE("time: a loop without rest meets its step limit, also over delays of nothing") {
  const std::int64_t rest_ms = GENERATE(0, 999, 1000);
  CAPTURE(rest_ms);
  auto rt = opened();
  json loop = alone("set", 1);
  loop["stepLimit"] = 20;
  loop["start"] = "n";
  loop["nodes"].push_back({{"id", "d"}, {"type", "delay"}, {"data", {{"ms", rest_ms}}}});
  loop["edges"] = {{{"source", "n"}, {"target", "d"}}, {{"source", "d"}, {"target", "n"}}};
  start(rt, loop);
  skip(rt, 60s);
  CHECK((status(rt) == instance_status::failed) == (rest_ms < 1000));
}

TEST_CASE("time: while the clock is not trusted dates wait and delays go on from the last step") {
  auto rt = opened({}, false);
  start(rt, alone("delay", {{"ms", hour_ms}}), "delay");
  start(rt, alone("delay", {{"until", start_ms + hour_ms}}), "date");
  skip(rt, 20min);
  start(rt, alone("set", 1), "a step from which it goes on");
  rt.set_wall(0); // a boot in 1970
  REQUIRE(rt.crash());
  skip(rt, 40min - 1ms);
  CHECK_FALSE(has_ended(status(rt, "delay")));
  skip(rt, 1ms);
  CHECK(has_ended(status(rt, "delay")));
  skip(rt, 10h);
  CHECK_FALSE(has_ended(status(rt, "date")));
  rt.set_wall(start_ms + hour_ms - 1);
  REQUIRE(rt.clock_trusted());
  CHECK_FALSE(has_ended(status(rt, "date")));
  skip(rt, 1ms);
  CHECK(has_ended(status(rt, "date")));
}

TEST_CASE("time: a clock that is trusted later bridges the step for delays, across one more restart") {
  auto rt = opened({}, false);
  start(rt, alone("delay", {{"ms", hour_ms}}));
  skip(rt, 20min);
  rt.set_wall(rt.now_ms() + 30 * 24 * hour_ms);
  REQUIRE(rt.clock_trusted());
  CHECK(until(rt) == start_ms + hour_ms + 30 * 24 * hour_ms);
  start(rt, alone("set", 1), "a step from which it goes on");
  REQUIRE(rt.crash()); // opened untrusted again
  skip(rt, 40min - 1ms);
  CHECK_FALSE(is_over(rt));
  skip(rt, 1ms);
  CHECK(is_over(rt));
}

} // namespace host_time_test
