// wait and delay: what an expression that gives nothing does to them.
#include "nodes/execute.hpp"
#include "tests/support/workflows.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <variant>

namespace waiting_test {

using namespace pawl;
using namespace pawl::test;

namespace {

nodes::executed run(const std::string& type, const std::string& data, core::json_ptr payload = nullptr) {
  nodes::execution attempt;
  attempt.workflow =
      compile_good(R"({"nodes": [{"id": "n", "type": ")" + type + R"(", "data": )" + data + R"(}], "edges": []})");
  attempt.context.input = core::share(nlohmann::json{{"null", nullptr}, {"name", "go"}});
  attempt.payload = std::move(payload);
  return nodes::execute(attempt, {});
}

/// Of an attempt that failed for good.
std::string fault(const nodes::executed& done) {
  const auto* failed = std::get_if<core::node_failed>(&done.what);
  return failed == nullptr ? "no failure" : failed->retryable ? "retried" : failed->error;
}

} // namespace

TEST_CASE("wait, delay: a member whose expression gives undefined or null fails the node, it is not left out") {
  const struct {
    const char* type;
    const char* member;
  } rows[] = {{"wait", "signal"}, {"wait", "signals"}, {"wait", "timeout"}, {"delay", "ms"}};
  for (const auto& row : rows)
    for (const char* expression : {"{{ input.gone }}", "{{ input.null }}"}) {
      INFO(row.type << "." << row.member << " " << expression);
      const std::string data = std::string(R"({")") + row.member + R"(": ")" + expression + R"("})";
      const std::string said = std::string("InvalidData: data.") + row.member +
                               " has no value: undefined or null came of its expression " + expression;
      CHECK(fault(run(row.type, data)) == said);
      CHECK(fault(run(row.type, data, core::share(nlohmann::json("a payload")))) == said);
    }
}

TEST_CASE("wait: what is left out or written as null is absent, and an optional member may be undefined") {
  const auto paused = [](const char* data) {
    const nodes::executed done = run("wait", data);
    const auto* pause = std::get_if<core::node_paused>(&done.what);
    if (pause == nullptr) FAIL(fault(done));
    return *pause;
  };
  CHECK(paused("{}").kind == wait_kind::payload);
  CHECK(paused(R"({"signal": null, "timeout": null})").kind == wait_kind::payload);
  CHECK_FALSE(paused(R"({"timeout": null})").timer_ms);
  CHECK(paused(R"({"signal": "{{ input.name }}", "reason": "{{ input.gone }}"})").signals ==
        std::vector<std::string>{"go"});
}

} // namespace waiting_test
