// http in a running engine: its retries, and what an embedder must open.
#include "tests/nodes/attempt.hpp"
#include "tests/support/given.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <atomic>

namespace http_runtime_test {

using namespace pawl;
using namespace pawl::test;
using nlohmann::json;

namespace {

using pawl::test::patience;

class manual_clock final : public pawl::clock {
public:
  std::int64_t now_ms() override { return now_; }
  void advance(std::int64_t ms) { now_ += ms; }

private:
  std::atomic<std::int64_t> now_{1'700'000'000'000};
};

runtime open(options opts) { return given(runtime::open(std::move(opts))); }

std::string begin(runtime& rt, const json& node) {
  const json definition{{"id", "call"}, {"nodes", {node}}, {"edges", json::array()}};
  given(rt.load_definition(definition.dump()));
  return given(rt.start("call", json::object()));
}

snapshot reach(runtime& rt, const std::string& id, wait_until until) { return given(rt.wait(id, until, patience)); }

} // namespace

TEST_CASE("http runtime: a busy server is asked again when it said, with the same key", "[server]") {
  http_server server;
  const auto time = std::make_shared<manual_clock>();
  options opts;
  opts.time = time;
  opts.http.allow = {"127.0.0.1"};
  runtime rt = open(std::move(opts));
  const std::int64_t begun = time->now_ms();
  const std::string id = begin(rt, {{"id", "n"},
                                    {"type", "http"},
                                    {"retry", {{"maxAttempts", 1}, {"interval", 500}}},
                                    {"data", {{"method", "POST"}, {"url", server.url("/busy/503/x?retry-after=7")}}}});
  const snapshot busy = reach(rt, id, wait_until::at_rest);
  INFO(busy.document().dump(2));
  REQUIRE(busy.waits().size() == 1);
  CHECK(busy.waits()[0].until_ms == begun + 7000);
  time->advance(7000);
  const snapshot ended = reach(rt, id, wait_until::ended);
  CHECK(ended.status() == instance_status::completed);
  const json results = ended.document()["context"]["n"];
  REQUIRE(results.size() == 2);
  CHECK(results[1]["output"]["body"]["key"].get<std::string>().size() == 32);
}

TEST_CASE("http runtime: embedded, loopback fails with the option's name", "[server]") {
  http_server server;
  runtime rt = open({});
  const json node{
      {"id", "n"}, {"type", "http"}, {"retry", {{"maxAttempts", 5}}}, {"data", {{"url", server.url("/echo")}}}};
  const snapshot refused = reach(rt, begin(rt, node), wait_until::ended);
  CHECK(refused.status() == instance_status::failed);
  CHECK(refused.failed_reason().find("HttpRefused: GET http://127.0.0.1:" + server.port()) == 0);
  CHECK(refused.failed_reason().find("http.allow") != std::string::npos);
  CHECK(refused.document()["context"]["n"].size() == 1); // no retry
  options opts;
  opts.http.allow = {"127.0.0.1"};
  runtime open_one = open(std::move(opts));
  CHECK(reach(open_one, begin(open_one, node), wait_until::ended).status() ==
        instance_status::completed); // the control
}

TEST_CASE("http runtime: many calls at once", "[server]") {
  http_server server;
  options opts;
  opts.http.allow_private = true;
  runtime rt = open(std::move(opts));
  const std::string first = begin(rt, {{"id", "n"}, {"type", "http"}, {"data", {{"url", server.url("/echo")}}}});
  std::vector<std::string> ids{first};
  while (ids.size() < 50) {
    auto id = rt.start("call", json::object());
    REQUIRE(id);
    ids.push_back(*id);
  }
  for (const std::string& id : ids)
    CHECK(reach(rt, id, wait_until::ended).status() == instance_status::completed);
}

TEST_CASE("http runtime: a call that hangs does not hold up the end, and is made again", "[server]") {
  http_server server;
  temp_folder folder;
  const auto on_file = [&] {
    options opts;
    opts.store_path = folder.file("a.db");
    opts.http.allow_private = true;
    return opts;
  };
  nodes::built_in_settings settings;
  settings.http.allow_private = true;
  std::string id;
  {
    runtime rt = open(on_file());
    // Longer than this test may take.
    id = begin(rt,
               {{"id", "n"}, {"type", "http"}, {"data", {{"url", server.url("/silent/one")}, {"timeout", 600'000}}}});
    REQUIRE(attempt(types_with(settings), "http", {{"url", server.url("/await/one")}}).output["status"] == 200);
    rt.stop();
  }
  runtime rt = open(on_file());
  const auto now = rt.query(id);
  REQUIRE(now);
  CHECK(now->status() == instance_status::active);
  const auto history = rt.history(id);
  REQUIRE(history);
  CHECK(history->size() == 1); // started
}

TEST_CASE("http runtime: an allow-list that cannot be read fails the opening") {
  options opts;
  opts.http.allow = {"10.0.0.1/8"};
  const auto opened = runtime::open(std::move(opts));
  REQUIRE_FALSE(opened);
  CHECK(opened.failure().code == errc::invalid_argument);
  CHECK(opened.failure().where == "10.0.0.1/8");
}

} // namespace http_runtime_test
