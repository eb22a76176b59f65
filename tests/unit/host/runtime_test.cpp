// The main job, through the public API, on both stores.
#include "tests/support/given.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>
#include <pawl/testing.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <stdexcept>
#include <thread>

namespace host_runtime_test {

using namespace pawl;
using nlohmann::json;
using pawl::test::given;

namespace {

const char* const approval = R"({
  "id": "approval",
  "nodes": [
    {"id": "in", "type": "trigger"},
    {"id": "ask", "type": "wait", "data": {"reason": "who approves {{ input.title }}?"}},
    {"id": "check", "type": "if", "data": {"condition": "{{ nodes.ask.output.approved }}"}},
    {"id": "yes", "type": "set", "data": {"text": "{{ input.title }} approved by {{ nodes.ask.output.by }}"}},
    {"id": "no", "type": "fail", "data": {"message": "refused"}}
  ],
  "edges": [
    {"source": "in", "target": "ask"},
    {"source": "ask", "target": "check"},
    {"source": "check", "target": "yes", "sourceHandle": "true"},
    {"source": "check", "target": "no", "sourceHandle": "false"}
  ]
})";

runtime open_runtime(options opts) { return given(runtime::open(std::move(opts))); }

options on(const std::string& path) {
  options opts;
  opts.store_path = path;
  opts.on_log = [](const std::string& line) { UNSCOPED_INFO(line); };
  return opts;
}

testing::test_runtime open_kit() { return given(testing::test_runtime::open()); }

} // namespace

TEST_CASE("runtime: an approval waits, is resumed and completes, on both stores") {
  test::temp_folder folder;
  const std::string path = GENERATE(as<std::string>(), "", "a.db");
  runtime rt = open_runtime(on(path.empty() ? path : folder.file(path)));
  given(rt.load_definition(approval));
  start_options how;
  how.id = "a-1";
  given(rt.start("approval", {{"title", "Hello"}}, how));
  auto waiting = given(rt.wait("a-1", wait_until::needs_payload, std::chrono::seconds(20)));
  CHECK(waiting.status() == instance_status::paused);
  REQUIRE(waiting.waits().size() == 1);
  CHECK(waiting.waits()[0].reason == "who approves Hello?");
  const json payload{{"approved", true}, {"by", "Ann"}};
  given(rt.resume("a-1", &payload));
  auto ended = given(rt.wait("a-1", wait_until::ended, std::chrono::seconds(20)));
  INFO(ended.document().dump(2));
  CHECK(ended.status() == instance_status::completed);
  CHECK(ended.document()["context"]["yes"][0]["output"]["text"] == "Hello approved by Ann");
  CHECK(ended.document()["version"] == 4);
  auto history = rt.history("a-1");
  REQUIRE(history);
  CHECK(history->size() == 7);
}

TEST_CASE("runtime: stop() from another thread than the one that opened it returns, and ends a wait") {
  test::temp_folder folder;
  runtime rt = open_runtime(on(folder.file("a.db")));
  given(rt.load_definition(approval));
  auto id = rt.start("approval", {{"title", "Hello"}});
  REQUIRE(id);
  REQUIRE(rt.wait(*id, wait_until::needs_payload, std::chrono::seconds(20)));
  std::thread stopper([&rt] { rt.stop(); });
  const auto ended = rt.wait(*id, wait_until::ended, std::chrono::seconds(20));
  stopper.join();
  REQUIRE_FALSE(ended);
  CHECK(ended.failure().code == errc::stopped);
}

TEST_CASE("runtime: a document without id may be loaded under several") {
  runtime rt = open_runtime(on(""));
  const char* const text = R"({"nodes":[{"id":"a","type":"trigger"}],"edges":[]})";
  REQUIRE(rt.load_definition(text, "one"));
  REQUIRE(rt.load_definition(text, "two"));
  for (const char* id : {"one", "two", "one"}) {
    auto started = given(rt.start(id, 1));
    CHECK(rt.wait(started, wait_until::ended, std::chrono::seconds(20))->document()["workflowId"] == id);
  }
}

TEST_CASE("runtime: hostile values are refused and leave no trace") {
  runtime rt = open_runtime(on(""));
  REQUIRE(rt.load_definition(approval));
  json deep = 1;
  for (int i = 0; i < 200; ++i)
    deep = json::array({deep});
  start_options how;
  how.id = "x";
  CHECK(rt.start("approval", deep, how).failure().code == errc::limit);
  CHECK(rt.start("approval", std::string("\xff"), how).failure().code == errc::bad_json);
  CHECK(rt.start("approval", std::numeric_limits<double>::quiet_NaN(), how).failure().code == errc::bad_json);
  CHECK(rt.start("approval", std::string(5 << 20, 'x'), how).failure().code == errc::limit);
  how.payload = &deep;
  CHECK(rt.start("approval", 1, how).failure().code == errc::limit);
  how.payload = nullptr;
  for (const std::string& bad :
       {std::string(201, 'x'), std::string("a\nb"), std::string("a\0b", 3), std::string("\xff")}) {
    how.id = bad;
    CHECK(rt.start("approval", 1, how).failure().code == errc::invalid_argument);
  }
  CHECK(rt.start("nobody", 1).failure().code == errc::unknown_definition);
  CHECK(rt.query("x").failure().code == errc::not_found);
  CHECK(rt.list()->empty());
}

TEST_CASE("runtime: an endless loop ends at the fuse, at the node that did not run") {
  runtime rt = open_runtime(on(""));
  REQUIRE(rt.load_definition(R"({"id":"spin","start":"a","stepLimit":1000,
    "nodes":[{"id":"a","type":"set"},{"id":"b","type":"set"}],
    "edges":[{"source":"a","target":"b"},{"source":"b","target":"a"}]})"));
  const auto started = rt.start("spin", nullptr);
  REQUIRE(started);
  const auto ended = rt.wait(*started, wait_until::ended, std::chrono::seconds(60));
  REQUIRE(ended);
  CHECK(ended->status() == instance_status::failed);
  CHECK(ended->failed_reason() == "Step limit exceeded");
  CHECK(ended->current_node() == "a");
  CHECK(ended->document()["version"] == 1000);
}

TEST_CASE("runtime: an expression sees what it mentions of the history, all of it or the last") {
  runtime rt = open_runtime(on(""));
  REQUIRE(rt.load_definition(R"({"id":"sum","nodes":[
    {"id":"in","type":"trigger"},
    {"id":"each","type":"iterator","data":{"items":"{{ input }}"}},
    {"id":"double","type":"set","data":"{{ nodes.each.output.item * 2 }}"},
    {"id":"end","type":"set","data":{"all":"{{ nodes.double.all[.data > 2].data }}","last":"{{ nodes.double.last.data }}",
      "count":"{{ nodes.double.all['length'] }}","none":"{{ nodes.gone.output }}"}}],
    "edges":[{"source":"in","target":"each"},{"source":"each","sourceHandle":"loop","target":"double"},
      {"source":"double","target":"each"},{"source":"each","sourceHandle":"done","target":"end"}]})"));
  const auto started = rt.start("sum", {1, 2, 3});
  REQUIRE(started);
  const auto ended = rt.wait(*started, wait_until::ended, std::chrono::seconds(20));
  REQUIRE(ended);
  INFO(ended->document().dump(2));
  CHECK(ended->document()["context"]["end"][0]["output"] == json{{"all", 4}, {"last", 6}, {"count", 3}});
}

TEST_CASE("runtime: a delay until a moment is over when its timer goes off") {
  auto rt = open_kit();
  REQUIRE(rt.load_definition(
      R"({"id":"d","nodes":[{"id":"wait","type":"delay","data":{"ms":"{{ input - run.time }}"}}],"edges":[]})"));
  const auto id = rt.start("d", rt.now_ms() + 100);
  REQUIRE(id);
  REQUIRE(rt.skip(std::chrono::hours(1)));
  const json output{{"ms", 100}};
  auto check = rt.check_that(*id);
  CHECK(check.is(instance_status::completed).took(std::chrono::milliseconds(100)).gave("wait", output).differences() ==
        "");
}

TEST_CASE("runtime: what a timeout leaves behind is null, and the history says by which handle") {
  auto rt = open_kit();
  REQUIRE(rt.load_definition(R"({"id":"t","nodes":[{"id":"w","type":"wait","data":{"timeout":1}},
    {"id":"late","type":"set","data":{"x":"{{ nodes.w.output }}"}}],
    "edges":[{"source":"w","target":"late","sourceHandle":"timeout"}]})"));
  const auto id = rt.start("t", 0);
  REQUIRE(id);
  REQUIRE(rt.skip_to_next_timer());
  const json late{{"x", nullptr}};
  CHECK(rt.check_that(*id).is(instance_status::completed).gave("w", nullptr).gave("late", late).differences() == "");
  CHECK(rt.history_of(*id) == "w: started, paused, timer_fired (timeout)\nlate: succeeded");
}

TEST_CASE("runtime: delays go on while the wall clock stands behind the last commit") {
  auto rt = open_kit();
  REQUIRE(rt.load_definition(R"({"id":"d","nodes":[{"id":"a","type":"delay","data":{"ms":20}}],"edges":[]})"));
  const std::int64_t before = rt.now_ms();
  REQUIRE(rt.start("d", 0));
  REQUIRE(rt.skip_to_next_timer());
  rt.set_wall(before - 1'000'000); // a thousand seconds back
  const auto second = rt.start("d", 0);
  REQUIRE(second);
  REQUIRE(rt.skip(std::chrono::milliseconds(20)));
  CHECK(rt.check_that(*second).is(instance_status::completed).differences() == "");
  CHECK(rt.query(*second)->document()["createdAt"] == before - 1'000'000);
}

TEST_CASE("runtime: what an executor says of itself is bounded and UTF-8") {
  options opts = on("");
  opts.node_types.push_back(
      {"raw", [](node_context&) -> outcome { throw std::runtime_error("caf\xe9 " + std::string(100'000, 'x')); }});
  opts.node_types.push_back({"far", [](node_context&) { return outcome::to(std::string(300, 'h')); }});
  opts.node_types.push_back({"none", [](node_context&) { return outcome::output(json::parse("{", nullptr, false)); }});
  runtime rt = open_runtime(std::move(opts));
  for (const char* type : {"raw", "far", "none"}) {
    INFO(type);
    REQUIRE(rt.load_definition(R"({"id":"w","nodes":[{"id":"a","type":")" + std::string(type) + R"("}],"edges":[]})"));
    const auto ended = rt.wait(*rt.start("w", 0), wait_until::ended, std::chrono::seconds(60));
    REQUIRE(ended);
    CHECK(ended->status() == instance_status::failed);
    CHECK(ended->document().dump().size() < 40'000);
  }
}

TEST_CASE("runtime: repeated attempts count for the fuse, which is then the reason") {
  runtime rt = open_runtime(on(""));
  REQUIRE(rt.load_definition(R"({"id":"r","stepLimit":5,"nodes":[
    {"id":"a","type":"fail","retry":{"maxAttempts":1e300,"interval":0}}],"edges":[]})"));
  const auto ended = rt.wait(*rt.start("r", 0), wait_until::ended, std::chrono::seconds(60));
  REQUIRE(ended);
  CHECK(ended->status() == instance_status::failed);
  CHECK(ended->failed_reason() == "Step limit exceeded");
  start_options how;
  how.step_limit = -1;
  CHECK(rt.start("r", 0, how).failure().code == errc::invalid_argument);
}

namespace {

const char* const invoice = R"({
  "id": "invoice",
  "nodes": [
    {"id": "in", "type": "trigger"},
    {"id": "sum", "type": "set", "data": {
      "total": "{{ input.items|map('price')|sum|round(2) }}",
      "names": "{{ input.items|sort('price', 'desc')|map('name')|join(', ') }}",
      "due": "{{ input.date|parseTime|addTime(1, 'month')|formatTime('yyyy-MM-dd') }}",
      "vat": "{{ vat(input.items|map('price')|sum, globals.country) }}",
      "key": "{{ input.id|sha256|slice(0, 8) }}"
    }}
  ],
  "edges": [{"source": "in", "target": "sum"}]
})";

options with_vat() {
  options opts = on("");
  opts.globals_json = R"({"country": "DE"})";
  opts.functions.push_back({"vat", [](const std::vector<json>& a) -> json {
                              if (a.at(1) != "DE") throw std::runtime_error("no rate is known for the country");
                              return a.at(0).get<double>() * 0.19;
                            }});
  return opts;
}

snapshot run_to_end(runtime& rt, const char* definition, const json& input) {
  auto started = given(rt.start(definition, input));
  return given(rt.wait(started, wait_until::ended, std::chrono::seconds(20)));
}

const json order{{"id", "o-1"},
                 {"date", "2025-01-31"},
                 {"items", {{{"name", "tea"}, {"price", 4.35}}, {{"name", "book"}, {"price", 20}}}}};

} // namespace

TEST_CASE("runtime: a workflow calls standard functions and the host's") {
  runtime rt = open_runtime(with_vat());
  auto loaded = given(rt.load_definition(invoice));
  for (const problem& p : loaded.warnings)
    CHECK(p.message.find("calls") == std::string::npos);
  const auto ended = run_to_end(rt, "invoice", order);
  INFO(ended.document().dump(2));
  const json output = ended.document()["context"]["sum"][0]["output"];
  CHECK(output["total"] == 24.35);
  CHECK(output["names"] == "book, tea");
  CHECK(output["due"] == "2025-02-28");
  CHECK(output["vat"].get<double>() == Approx(4.6265));
  CHECK(output["key"] == "5cbdcb74");
}

TEST_CASE("runtime: what a host's function throws fails the node with its text") {
  options opts = with_vat();
  opts.globals_json = R"({"country": "XX"})";
  runtime rt = open_runtime(std::move(opts));
  REQUIRE(rt.load_definition(invoice));
  const auto ended = run_to_end(rt, "invoice", order);
  CHECK(ended.status() == instance_status::failed);
  CHECK(ended.document().dump().find("'vat': no rate is known for the country") != std::string::npos);
}

TEST_CASE("runtime: a call that nobody registered is a warning, with the host's functions known") {
  runtime rt = open_runtime(with_vat());
  const auto problems = rt.check_definition(R"({"id": "w", "nodes": [
    {"id": "a", "type": "set", "data": ["{{ vat(1, 2) }}", "{{ 1|vat }}", "{{ 'a'|uper }}", "{{ upper('a') }}"]}],
    "edges": []})");
  REQUIRE(problems);
  std::size_t calls = 0;
  for (const problem& p : *problems)
    if (p.message.find("calls") != std::string::npos) {
      CHECK(p.is_warning);
      CHECK(p.message.find("'uper'") != std::string::npos);
      ++calls;
    }
  CHECK(calls == 1);
}

TEST_CASE("runtime: functions and limits of expressions are checked when it is opened") {
  const auto code_of = [](const options& opts) {
    auto opened = runtime::open(opts);
    return opened ? errc::internal : opened.failure().code;
  };
  options opts = with_vat();
  opts.functions.push_back(opts.functions.front());
  CHECK(code_of(opts) == errc::invalid_argument);
  opts.functions = {{"no name", [](const std::vector<json>&) { return json(); }}};
  CHECK(code_of(opts) == errc::invalid_argument);
  opts.functions.clear();
  opts.expressions.depth_max = 1001;
  CHECK(code_of(opts) == errc::invalid_argument);
  opts.expressions.depth_max = 1000;
  opts.expressions.nodes_max = 60'001;
  CHECK(code_of(opts) == errc::invalid_argument);
}

TEST_CASE("runtime: the limits of expressions are the host's") {
  options opts = on("");
  opts.expressions.array_items_max = 5;
  opts.expressions.nodes_max = 10;
  runtime rt = open_runtime(std::move(opts));
  REQUIRE(rt.load_definition(
      R"({"id": "r", "nodes": [{"id": "a", "type": "set", "data": "{{ range(input) }}"}], "edges": []})"));
  CHECK(run_to_end(rt, "r", 5).status() == instance_status::completed);
  const auto failed = run_to_end(rt, "r", 6);
  CHECK(failed.status() == instance_status::failed);
  CHECK(failed.document().dump().find("array_items_max = 5") != std::string::npos);
  const auto loaded = rt.load_definition(
      R"({"id": "l", "nodes": [{"id": "a", "type": "set", "data": "{{ 1+1+1+1+1+1+1 }}"}], "edges": []})");
  REQUIRE_FALSE(loaded);
  CHECK(loaded.failure().message.find("nodes_max") != std::string::npos);
}

} // namespace host_runtime_test
