// switch and log, and the delay that a failure asks for.
#include "nodes/execute.hpp"
#include "tests/nodes/attempt.hpp"
#include "tests/support/workflows.hpp"

#include <catch2/catch.hpp>

#include <mutex>
#include <vector>

namespace control_test {

using namespace pawl;
using namespace pawl::test;
using nlohmann::json;

namespace {

attempted run_switch(const json& data) { return attempt(nodes::built_in_types(), "switch", data); }

attempted run_log(const json& data, const node_logger& logger) {
  nodes::built_in_settings settings;
  settings.on_node_log = logger;
  return attempt(types_with(settings), "log", data);
}

} // namespace

TEST_CASE("switch: the first case that matches names the handle") {
  const json cases = json::parse(R"([
    {"equals": 1, "handle": "one"}, {"if": "", "handle": "never"}, {"equals": {"a": [1, null], "b": 2}, "handle": "deep"},
    {"equals": null, "handle": "null"}, {"equals": "1", "handle": "text"}, {"if": [], "handle": "late"}])");
  const auto handle = [&](const json& value) { return run_switch({{"value", value}, {"cases", cases}}).handle; };
  CHECK(handle(1) == "one");
  CHECK(handle(1.0) == "one");
  CHECK(handle("1") == "text");
  CHECK(handle(true) == "late");
  CHECK(handle(nullptr) == "null");
  CHECK(handle(json::parse(R"({"b": 2.0, "a": [1.0, null]})")) == "deep");
  CHECK(run_switch({{"value", 1}, {"cases", cases}}).output == json{{"handle", "one"}, {"case", 0}});
  // A value that is undefined is left out of data, and equals nothing, not even null.
  CHECK(run_switch({{"cases", cases}}).handle == "late");
}

TEST_CASE("switch: without a match it is the default handle, or the one that data names") {
  const json nothing = json::parse(R"([{"equals": 1, "handle": "one"}, {"if": null, "handle": "b"}, {"handle": "c"}])");
  const attempted plain = run_switch({{"value", 2}, {"cases", nothing}});
  CHECK(plain.handle == "default");
  CHECK(plain.output == json{{"handle", "default"}, {"case", nullptr}});
  CHECK(run_switch({{"value", 2}, {"cases", nothing}, {"default", "else"}}).handle == "else");
  CHECK(run_switch({{"cases", json::array()}}).handle == "default");
}

TEST_CASE("switch: malformed data is told by place, also behind a case that matches") {
  const auto said = [](const char* data) { return run_switch(json::parse(data)).error; };
  CHECK(said("[]") == "data.cases must be an array of cases");
  CHECK(said(R"({"cases": {}})") == "data.cases must be an array of cases");
  CHECK(said(R"({"cases": [{"if": 1, "handle": "a"}, 7]})").find("data.cases[1] must be an object") == 0);
  CHECK(said(R"({"cases": [{"if": 1}]})").find("data.cases[0] must name its handle") == 0);
  CHECK(said(R"({"cases": [{"if": 1, "handle": ""}]})").find("data.cases[0] must name its handle") == 0);
  CHECK(said(R"({"cases": [{"if": 1, "equals": 2, "handle": "a"}]})").find("data.cases[0] has both") == 0);
  CHECK(said(R"({"cases": [{"iff": 1, "handle": "a"}]})").find("data.cases[0] has the member 'iff'") == 0);
  CHECK(said(R"({"cases": [], "default": 1})") == "data.default must be a text");
  CHECK(said(R"({"cases": [], "default": ""})").find("data.default") == 0);
}

TEST_CASE("switch: an expression that gives undefined is no match, in a compiled workflow") {
  const auto workflow = compile_good(R"({"nodes": [
    {"id": "s", "type": "switch", "data": {"value": "{{ input.no }}", "cases": [
      {"equals": "{{ input.no }}", "handle": "a"}, {"if": "{{ input.no }}", "handle": "b"}, {"if": "{{ 2 > 1 }}", "handle": "c"}]}},
    {"id": "t", "type": "set"}], "edges": [{"source": "s", "target": "t", "sourceHandle": "c"}]})");
  nodes::execution run;
  run.workflow = workflow;
  const auto done = nodes::execute(run, {});
  REQUIRE(std::holds_alternative<core::node_succeeded>(done.what));
  CHECK(std::get<core::node_succeeded>(done.what).handle == "c");
}

TEST_CASE("log: the host is told what, where and how grave") {
  std::vector<log_entry> told;
  const json fields{{"order", 7}};
  const attempted done = run_log({{"message", "hello"}, {"level", "warn"}, {"fields", fields}},
                                 [&](const log_entry& e) { told.push_back(e); });
  CHECK(done.output == json{{"level", "warn"}, {"message", "hello"}, {"fields", fields}});
  REQUIRE(told.size() == 1);
  CHECK(told[0].time_ms == 1'700'000'000'000);
  CHECK(told[0].instance_id == "i-1");
  CHECK(told[0].node_id == "n");
  CHECK(told[0].visit == 3);
  CHECK(told[0].level == log_level::warn);
  CHECK(told[0].message == "hello");
  CHECK(json::parse(told[0].fields_json) == fields);
  CHECK(run_log({{"message", "hello"}}, {}).output == json{{"level", "info"}, {"message", "hello"}});
}

TEST_CASE("log: what the host is told is one line, what the workflow goes on with is unchanged") {
  std::vector<log_entry> told;
  const std::string forged = "ok\n2026 root logged in\x1b[2J\xc2\x9b";
  const json fields{{"a", "\x7f\xe2\x80\xae"}};
  const attempted done =
      run_log({{"message", forged}, {"fields", fields}}, [&](const log_entry& e) { told.push_back(e); });
  REQUIRE(told.size() == 1);
  CHECK(told[0].message == R"(ok\x0a2026 root logged in\x1b[2J\x9b)");
  CHECK(told[0].fields_json == R"({"a":"\u007f\u202e"})");
  CHECK(done.output["message"] == forged);
  CHECK(done.output["fields"] == fields);
}

TEST_CASE("log: a host that throws does not fail the node") {
  CHECK(run_log({{"message", "m"}}, [](const log_entry&) { throw 7; }).error_name.empty());
}

TEST_CASE("log: a message beyond 8 KiB is cut at a character") {
  std::string long_message = "x";
  for (int i = 0; i < 5000; ++i)
    long_message += "ä";
  const std::string kept = run_log({{"message", long_message}}, {}).output["message"];
  CHECK(kept.size() == 8191 + 3);
  CHECK(kept.substr(kept.size() - 5) == "ä…");
}

TEST_CASE("log: malformed data is told") {
  CHECK(run_log({{"message", 1}}, {}).error == "data.message must be a text");
  CHECK(run_log({{"level", "info"}}, {}).error == "data.message must be a text");
  CHECK(run_log({{"message", ""}, {"level", "loud"}}, {}).error == "data.level must be debug, info, warn or error");
  CHECK(run_log({{"message", ""}, {"fields", 1}}, {}).error == "data.fields must be an object");
}

TEST_CASE("outcome: a failure may ask that the next attempt is later than the policy says, never earlier") {
  const auto delay_after = [](std::chrono::milliseconds asked, const char* retry) {
    core::node_types types;
    REQUIRE(core::add_type(types, {"busy", [asked](node_context&) { return outcome::fail("busy").after(asked); }}));
    const auto compiled = core::compile(
        std::string(R"({"nodes": [{"id": "b", "type": "busy", "retry": )") + retry + "}], \"edges\": []}", "t", types);
    nodes::execution run;
    run.workflow = compiled->workflow;
    run.of.attempt = 1;
    return std::get<core::node_failed>(nodes::execute(run, {}).what);
  };
  using namespace std::chrono_literals;
  const char* const policy = R"({"maxAttempts": 2, "interval": 500})";
  CHECK(delay_after(0ms, policy).delay_ms == 500);
  CHECK(delay_after(7s, policy).delay_ms == 7000);
  CHECK(delay_after(20ms, policy).delay_ms == 500);
  CHECK(delay_after(-5s, policy).delay_ms == 500);
  CHECK(delay_after(48h, policy).delay_ms == 86'400'000);
  CHECK(delay_after(7s, R"({"maxAttempts": 0})").max_attempts == 0); // a wish is no right to a retry
}

} // namespace control_test
