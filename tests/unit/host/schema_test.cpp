// What enters is checked before anything is stored: inputs, payloads, data and outputs of nodes.
#include "tests/support/given.hpp"

#include <pawl/json.hpp>
#include <pawl/runtime.hpp>
#include <pawl/testing.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <atomic>

namespace host_schema_test {

using namespace pawl;
using nlohmann::json;
using pawl::test::given;

namespace {

runtime open_runtime(options opts) { return given(runtime::open(std::move(opts))); }

testing::test_runtime open_kit(std::vector<node_type> types) {
  testing::test_options how;
  how.runtime.node_types = std::move(types);
  return given(testing::test_runtime::open(how));
}

void load(runtime& rt, const std::string& text) { given(rt.load_definition(text)); }

std::string start(runtime& rt, const char* definition, const json& input, const start_options& how = {}) {
  return given(rt.start(definition, input, how));
}

snapshot ended(runtime& rt, const std::string& id) { return given(rt.wait(id, wait_until::at_rest)); }

const char* const n_at_most_10 =
    R"({"type":"object","required":["n"],"properties":{"n":{"type":"integer","maximum":10}}})";

// "checked": all three schemas; puts its data's n out, or what its payload says.
node_type checked_type(std::atomic<int>& runs) {
  node_type type("checked", [&runs](node_context& c) {
    ++runs;
    return outcome::output(c.payload() != nullptr ? *c.payload() : c.data());
  });
  type.input_schema = n_at_most_10;
  type.output_schema = n_at_most_10;
  type.payload_schema = R"({"required":["n"]})";
  return type;
}

const char* const one_checked = R"({"id":"c","input":true,"nodes":[{"id":"a","type":"checked",
  "data":{"n":"{{ input.n }}"},"retry":{"maxAttempts":5}}],"edges":[]})";

} // namespace

TEST_CASE("schemas: an input that does not fit starts nothing and stores nothing") {
  runtime rt = open_runtime({});
  load(rt,
       std::string(R"({"id":"d","input":)") + n_at_most_10 + R"(,"nodes":[{"id":"a","type":"trigger"}],"edges":[]})");
  const auto refused = rt.start("d", {{"n", 11}});
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == errc::invalid_payload);
  CHECK(refused.failure().where == "/n");
  CHECK(rt.list()->empty());
  CHECK(ended(rt, start(rt, "d", {{"n", 10}})).status() == instance_status::completed);
}

TEST_CASE("schemas: data that does not fit its type fails the attempt for good, without calling the executor") {
  std::atomic<int> runs{0};
  options opts;
  opts.node_types.push_back(checked_type(runs));
  runtime rt = open_runtime(std::move(opts));
  load(rt, one_checked);
  const snapshot seen = ended(rt, start(rt, "c", {{"n", "hostile-text"}}));
  CHECK(seen.status() == instance_status::failed);
  CHECK(seen.failed_reason().rfind("InvalidData: ", 0) == 0);
  CHECK(seen.failed_reason().find("/n") != std::string::npos);
  CHECK(seen.failed_reason().find("hostile-text") == std::string::npos);
  CHECK(runs == 0);
  CHECK(ended(rt, start(rt, "c", {{"n", 1}})).status() == instance_status::completed);
}

TEST_CASE("schemas: an output that does not fit its type is never recorded as a result") {
  std::atomic<int> runs{0};
  options opts;
  opts.node_types.push_back(checked_type(runs));
  runtime rt = open_runtime(std::move(opts));
  load(rt, one_checked);
  const json payload{{"n", 99}};
  start_options how;
  how.payload = &payload;
  const snapshot seen = ended(rt, start(rt, "c", {{"n", 1}}, how));
  CHECK(seen.failed_reason().rfind("OutputError: ", 0) == 0);
  CHECK(seen.document()["context"]["a"][0]["output"].is_null());
  CHECK(runs == 1);
}

TEST_CASE("schemas: the payload of the first visit passes the gate of its type") {
  std::atomic<int> runs{0};
  options opts;
  opts.node_types.push_back(checked_type(runs));
  runtime rt = open_runtime(std::move(opts));
  load(rt, one_checked);
  const json payload{{"m", 1}};
  start_options how;
  how.payload = &payload;
  const auto refused = rt.start("c", {{"n", 1}}, how);
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == errc::invalid_payload);
  CHECK(rt.list()->empty());
}

TEST_CASE("schemas: a wait keeps the schema that it was made with, across a restart, until its visit ends") {
  const auto pausing = [](const char* schema) {
    node_type type("ask", [schema](node_context& c) {
      if (c.payload() == nullptr) return outcome::pause().accepting(json::parse(schema));
      return c.attempt() < 2 ? outcome::fail("once more") : outcome::output(*c.payload());
    });
    type.can_wait = true;
    return type;
  };
  auto rt = open_kit({pausing(R"({"const":"first"})")});
  REQUIRE(rt.load_definition(
      R"({"id":"d","nodes":[{"id":"a","type":"ask","retry":{"maxAttempts":1,"interval":60000}}],"edges":[]})"));
  const std::string id = *rt.start("d", nullptr);
  CHECK(rt.query(id)->needs_payload());
  REQUIRE(rt.restart_with({pausing(R"({"const":"second"})")}));
  const json wrong = "second";
  const json right = "first";
  CHECK(rt.resume(id, &wrong).failure().code == errc::invalid_payload);
  CHECK_FALSE(rt.resume(id, nullptr)); // a wait with a schema needs a payload
  CHECK(rt.query(id)->document()["waits"][0]["schema"] == json{{"const", "first"}});
  REQUIRE(rt.resume(id, &right));
  CHECK(rt.check_that(id).is(instance_status::error).differences() == ""); // it waits for its retry
  CHECK_FALSE(rt.resume(id, &wrong));                                      // and still takes only what fits
  REQUIRE(rt.resume(id, nullptr));                                         // without a payload: retry now
  CHECK(rt.check_that(id).is(instance_status::completed).took(std::chrono::milliseconds(0)).differences() == "");
}

TEST_CASE("schemas: a type whose schema is none keeps the runtime from opening") {
  for (auto field : {&node_type::input_schema, &node_type::output_schema, &node_type::payload_schema}) {
    options opts;
    node_type type("t", [](node_context&) { return outcome::nothing(); });
    type.*field = R"({"type":"objekt"})";
    opts.node_types.push_back(type);
    const auto opened = runtime::open(std::move(opts));
    REQUIRE_FALSE(opened);
    CHECK(opened.failure().code == errc::invalid_argument);
  }
}

TEST_CASE("schemas: an executor that pauses with a schema that is none fails for good") {
  options opts;
  node_type type("ask", [](node_context&) { return outcome::pause().accepting({{"type", 7}}); });
  type.can_wait = true;
  opts.node_types.push_back(type);
  runtime rt = open_runtime(std::move(opts));
  load(rt, R"({"id":"d","nodes":[{"id":"a","type":"ask"}],"edges":[]})");
  CHECK(ended(rt, start(rt, "d", nullptr)).failed_reason().rfind("PauseError: ", 0) == 0);
}

TEST_CASE("schemas: a strict runtime refuses definitions with warnings") {
  const char* const doubtful =
      R"({"id":"d","nodes":[{"id":"a","type":"set","data":"{{ nodes.b.output }}"}],"edges":[]})";
  options opts;
  opts.strict_definitions = true;
  runtime rt = open_runtime(std::move(opts));
  const auto refused = rt.load_definition(doubtful);
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == errc::bad_definition);
  CHECK(refused.failure().message.find("/nodes/0/data (line 1, column ") != std::string::npos);
  CHECK(open_runtime({}).load_definition(doubtful));
}

TEST_CASE("json: text from strangers is read strictly, in bounds") {
  CHECK(*parse_json(R"({"a":[1,2]})", "the payload") == json{{"a", {1, 2}}});
  CHECK(parse_json(R"({"a":1,"a":2})", "the payload").failure().code == errc::bad_json);
  CHECK(parse_json("{\n \"a\": }", "the payload").failure().where == "byte 8, line 2, column 7");
  CHECK(parse_json(std::string(100'000, '['), "the payload").failure().code == errc::limit);
  CHECK(parse_json("[]", "the payload", {10, 501, 10}).failure().code == errc::invalid_argument);
}

TEST_CASE("schemas: the schema of a wait is a gate for the start payload and for an early retry too") {
  runtime rt = open_runtime({});
  load(rt, R"({"id":"d","input":true,"nodes":[{"id":"w","type":"wait","retry":{"maxAttempts":3,"interval":600000},
    "data":{"reason":"{{ run.attempt == 1 ? fromJson('x') : 'ok' }}","schema":{"required":["approved"],"type":"object"}}}],
    "edges":[]})");
  const json wrong = "anything";
  const json right{{"approved", true}};
  start_options how;
  how.payload = &wrong;
  CHECK(rt.start("d", nullptr, how).failure().code == errc::invalid_payload);
  CHECK(rt.list()->empty());
  how.payload = nullptr;
  how.id = "i";
  CHECK(ended(rt, start(rt, "d", nullptr, how)).status() == instance_status::error); // it never paused yet
  CHECK(rt.resume("i", &wrong).failure().code == errc::invalid_payload);
  REQUIRE(rt.resume("i", &right));
  CHECK(ended(rt, "i").status() == instance_status::completed);
}

TEST_CASE("schemas: a node without an output fails where its type promises one") {
  options opts;
  node_type type("silent", [](node_context&) { return outcome::nothing(); });
  type.output_schema = R"({"type":"object"})";
  opts.node_types.push_back(type);
  runtime rt = open_runtime(std::move(opts));
  load(rt, R"({"id":"d","nodes":[{"id":"a","type":"silent"}],"edges":[]})");
  CHECK(ended(rt, start(rt, "d", nullptr)).failed_reason().rfind("OutputError: ", 0) == 0);
}

TEST_CASE("schemas: a host that tightens a type does not stop the instances that run") {
  const auto quick = [](node_context&) { return outcome::nothing(); };
  auto rt = open_kit({{"quick", quick}});
  REQUIRE(rt.load_definition(
      R"({"id":"d","input":true,"nodes":[{"id":"a","type":"quick","data":{"n":1}},{"id":"w","type":"wait"}],
      "edges":[{"source":"a","target":"w"}]})"));
  const std::string id = *rt.start("d", nullptr);
  CHECK(rt.query(id)->needs_payload());
  node_type strict("quick", quick);
  strict.input_schema = "false";
  REQUIRE(rt.restart_with({strict}));
  const json yes = true;
  REQUIRE(rt.resume(id, &yes));
  CHECK(rt.check_that(id).is(instance_status::completed).differences() == "");
}

} // namespace host_schema_test
