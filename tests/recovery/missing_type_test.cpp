// Instances whose definition does not load any more: they can be ended and removed, and nothing else.
#include "storage/codec.hpp"
#include "tests/recovery/lab.hpp"
#include "tests/support/given.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <thread>

namespace missing_type_test {

using namespace pawl;
using namespace pawl::recovery;
using nlohmann::json;
using pawl::test::given;

namespace {

const char* const flow = R"({"id": "x", "nodes": [{"id": "n", "type": "gone", "data": "{{ input }}",
    "retry": {"maxAttempts": 3, "interval": 3600000}}], "edges": []})";

// What the instance does at its node, by its input.
outcome act(node_context& c) {
  if (c.input() == "waits") return outcome::pause_until_timeout(std::chrono::hours(1));
  if (c.input() == "sleeps") return outcome::pause_for(std::chrono::hours(1));
  if (c.input() == "retries") return outcome::fail("no");
  while (!c.is_stopping())
    std::this_thread::yield();
  return outcome::give_up();
}

options with_type(lab& place) {
  options opts = place.settings();
  node_type gone("gone", node_type::executor(act));
  gone.can_wait = true;
  opts.node_types.push_back(std::move(gone));
  return opts;
}

} // namespace

TEST_CASE("missing type: whatever the instance did, it can be terminated and removed, and its history is in order") {
  const std::string does = GENERATE("waits", "sleeps", "retries", "runs");
  CAPTURE(does);
  lab place;
  std::shared_ptr<const core::workflow> compiled;
  {
    auto rt = place.open(with_type(place));
    REQUIRE(rt->load_definition(flow, ""));
    compiled = rt->shared().known.latest("x");
    start_options how;
    how.id = "x-1";
    REQUIRE(rt->start("x", does, how));
    if (does != "runs") REQUIRE(rt->wait("x-1", wait_until::at_rest, patience));
    rt->stop();
  }
  auto rt = place.open();
  CHECK(rt->resume("x-1", nullptr, {}).failure().code == errc::bad_definition);
  CHECK(rt->cancel("x-1", {"not wanted", false}).failure().code == errc::bad_definition);
  CHECK(rt->remove("x-1").failure().code == errc::not_finished);
  given(rt->cancel("x-1", {"not wanted", true}));
  const snapshot ended = given(rt->wait("x-1", wait_until::ended, patience));
  CHECK(ended.status() == instance_status::cancelled);
  const auto history = given(rt->history("x-1", 0, 100));
  CHECK(history.back().event == "cancelled");
  CHECK(history.back().error.find("Unknown") == (does == "runs" ? 0 : std::string::npos));
  CHECK(rt->cancel("x-1", {"", true}).failure().code == errc::finished);
  (void)rt->shared().slot.use(
      [&](storage::store& store) { given(storage::check_replay(*compiled, store, given(store.find("x-1")).value())); });
  given(rt->remove("x-1"));
}

} // namespace missing_type_test
