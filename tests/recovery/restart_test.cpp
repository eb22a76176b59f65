// What waits for time goes on waiting for the same moment after the runtime was closed and opened again.
#include "tests/recovery/lab.hpp"
#include "tests/support/given.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace restart_test {

using namespace pawl;
using namespace pawl::recovery;
using nlohmann::json;
using pawl::test::given;

namespace {

constexpr std::int64_t hour_ms = 3'600'000;

const char* const slow = R"({
  "id": "slow",
  "nodes": [
    {"id": "rest", "type": "delay", "data": {"ms": 3600000}},
    {"id": "try", "type": "fails-once", "retry": {"maxAttempts": 1, "interval": 3600000}}
  ],
  "edges": [{"source": "rest", "target": "try"}]
})";

node_type fails_once() {
  node_type type;
  type.name = "fails-once";
  type.execute = [](node_context& c) {
    return c.attempt() == 1 ? outcome::fail("once") : outcome::output(c.attempt());
  };
  return type;
}

options slow_settings(lab& place, const std::shared_ptr<manual_clock>& time) {
  options opts = place.settings();
  opts.node_types.push_back(fails_once());
  opts.time = time;
  return opts;
}

snapshot at_rest(host::engine& rt) { return given(rt.wait("s-1", wait_until::at_rest, patience)); }

} // namespace

TEST_CASE("restart: a delay and a retry wait keep their moment over a restart") {
  lab place;
  const auto time = std::make_shared<manual_clock>();
  const std::int64_t begun = time->now_ms();
  auto rt = place.open(slow_settings(place, time));
  begin(*rt, slow, "s-1");
  snapshot seen = at_rest(*rt);
  REQUIRE(seen.waits().size() == 1);
  CHECK(seen.waits()[0].until_ms == begun + hour_ms);

  time->advance(hour_ms / 2);
  rt.reset();
  rt = place.open(slow_settings(place, time));
  seen = at_rest(*rt);
  REQUIRE(seen.waits().size() == 1);
  CHECK(seen.waits()[0].node == "rest");
  CHECK(seen.waits()[0].until_ms == begun + hour_ms);
  CHECK(seen.revision() == 2);

  rt.reset();
  time->advance(hour_ms / 2); // it falls due while nobody is there
  rt = place.open(slow_settings(place, time));
  while ((seen = at_rest(*rt)).status() != instance_status::error) {
  }
  REQUIRE(seen.waits().size() == 1);
  CHECK(seen.waits()[0].kind == wait_kind::retry);
  CHECK(seen.waits()[0].until_ms == begun + 2 * hour_ms);

  rt.reset();
  rt = place.open(slow_settings(place, time));
  CHECK(at_rest(*rt).revision() == seen.revision());
  time->advance(hour_ms); // it falls due while the runtime runs
  const auto ended = given(rt->wait("s-1", wait_until::ended, patience));
  CHECK(ended.status() == instance_status::completed);
  CHECK(ended.document()["context"]["try"][1]["output"] == 2);
}

} // namespace restart_test
