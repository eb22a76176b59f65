// The main job, through the public API, on both stores.
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <thread>

using namespace pawl;
using nlohmann::json;

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

runtime open_runtime(options opts) {
  auto opened = runtime::open(std::move(opts));
  if (!opened) FAIL(to_string(opened.failure()));
  return std::move(*opened);
}

options on(const std::string& path) {
  options opts;
  opts.store_path = path;
  opts.on_log = [](const std::string& line) { UNSCOPED_INFO(line); };
  return opts;
}

} // namespace

TEST_CASE("runtime: an approval waits, is resumed and completes, on both stores") {
  test::temp_folder folder;
  const std::string path = GENERATE(as<std::string>(), "", "a.db");
  runtime rt = open_runtime(on(path.empty() ? path : folder.file(path)));
  auto loaded = rt.load_definition(approval);
  if (!loaded) FAIL(to_string(loaded.failure()));
  start_options how;
  how.id = "a-1";
  auto started = rt.start("approval", {{"title", "Hello"}}, how);
  if (!started) FAIL(to_string(started.failure()));
  auto waiting = rt.wait("a-1", wait_until::needs_payload, std::chrono::seconds(20));
  if (!waiting) FAIL(to_string(waiting.failure()));
  CHECK(waiting->status() == instance_status::paused);
  REQUIRE(waiting->waits().size() == 1);
  CHECK(waiting->waits()[0].reason == "who approves Hello?");
  const json payload{{"approved", true}, {"by", "Ann"}};
  auto resumed = rt.resume("a-1", &payload);
  if (!resumed) FAIL(to_string(resumed.failure()));
  auto ended = rt.wait("a-1", wait_until::ended, std::chrono::seconds(20));
  if (!ended) FAIL(to_string(ended.failure()));
  INFO(ended->document().dump(2));
  CHECK(ended->status() == instance_status::completed);
  CHECK(ended->document()["context"]["yes"][0]["output"]["text"] == "Hello approved by Ann");
  CHECK(ended->document()["version"] == 4);
  auto history = rt.history("a-1");
  REQUIRE(history);
  CHECK(history->size() == 7);
}

TEST_CASE("runtime: stop() from another thread than the one that opened it returns, and ends a wait") {
  test::temp_folder folder;
  runtime rt = open_runtime(on(folder.file("a.db")));
  if (auto loaded = rt.load_definition(approval); !loaded) FAIL(to_string(loaded.failure()));
  auto id = rt.start("approval", {{"title", "Hello"}});
  REQUIRE(id);
  REQUIRE(rt.wait(*id, wait_until::needs_payload, std::chrono::seconds(20)));
  std::thread stopper([&rt] { rt.stop(); });
  const auto ended = rt.wait(*id, wait_until::ended, std::chrono::seconds(20));
  stopper.join();
  REQUIRE_FALSE(ended);
  CHECK(ended.failure().code == errc::stopped);
}
