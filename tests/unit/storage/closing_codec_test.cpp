// The codec loses nothing of an end that comes from outside, and the stored events replay.
#include "runtime/core/hash.hpp"
#include "storage/codec.hpp"
#include "tests/support/given.hpp"
#include "tests/support/workflows.hpp"

#include <catch2/catch.hpp>

namespace storage_closing_codec_test {

using namespace pawl;
using namespace pawl::core;
using namespace pawl::storage;
using pawl::test::given;

namespace {

const char* const graph = R"({
  "id": "w", "start": "a", "timeout": 5000,
  "nodes": [{"id":"a","type":"task"}, {"id":"b","type":"task"}], "edges": [{"source":"a","target":"b"}]
})";

const workflow& w() {
  static const auto compiled = test::compile_good(graph);
  return *compiled;
}

using life = std::vector<event>;

std::vector<life> lives() {
  const attempt_ref first{1, 1, 1};
  const event start{1000, started{0, nullptr, std::nullopt}};
  const event pause{1100, node_paused{first, wait_kind::timer, "", 500, nullptr}};
  const event cancel{1200, cancelled{"no \xC3\xA4 need", false, 100}};
  const event time{6000, instance_timed_out{100}};
  return {{start, pause, cancel},
          {start, pause, {6000, timer_fired{1, 1}}, time, {6050, node_succeeded{first, "by", {}}}},
          {start, cancel, {1250, node_failed{first, "Error: m", true, 3, 40}}},
          {start, cancel, {1250, node_paused{first, wait_kind::payload, "", std::nullopt, nullptr}}},
          {start, cancel, {1300, given_up{first, true}}},
          {start, cancel, {1250, given_up{first, false}}},
          {start, cancel, {1250, cancelled{"at once", true, 100}}},
          {start, {1200, cancelled{"", true, 100}}},
          {start, {1200, node_succeeded{first, std::nullopt, {}}}, {1300, node_succeeded{first, std::nullopt, {}}}}};
}

std::string fields(const event& e) {
  if (const auto* c = std::get_if<cancelled>(&e.what))
    return "cancelled " + c->reason + (c->terminate ? " at once " : " ") + std::to_string(c->grace_ms);
  if (const auto* t = std::get_if<instance_timed_out>(&e.what)) return "timed out " + std::to_string(t->grace_ms);
  const auto* g = std::get_if<given_up>(&e.what);
  if (g == nullptr) return "";
  return "given up " + std::to_string(g->of.cursor) + " " + std::to_string(g->of.visit) + " " +
         std::to_string(g->of.attempt) + (g->had_begun ? "" : " not begun");
}

// Every state on the way comes back; the store that holds the end.
std::unique_ptr<store> saved(const life& events) {
  auto to = open_memory_store();
  REQUIRE(to->save_definition({"h", "w", graph}, 1));
  state s = initial_state(w(), "i", key_seed(given(to->facts()).identity, 1));
  for (const event& e : events) {
    auto verdict = apply(w(), s, e);
    if (const auto* no = std::get_if<rejected>(&verdict)) FAIL(no->reason);
    const step done = std::get<step>(std::move(verdict));
    step_write rows = encode_step(w(), s, e, done, done.result ? std::optional<std::string>("null") : std::nullopt);
    rows.instance = 1;
    const change wanted =
        s.revision == 1 ? change(create_write{"i", "w", "h", "{}", "hash", s.created_at, rows}) : rows;
    REQUIRE(to->write({wanted})[0]);
    const auto back = given(decode_state(w(), *to->load(1)));
    CHECK(back == s);
  }
  return to;
}

} // namespace

TEST_CASE("codec: ends from outside come back state by state, event by event, and replay") {
  for (const life& events : lives()) {
    const auto kept = saved(events);
    given(check_replay(w(), *kept, 1));
    const auto steps = kept->history(1, 0, 100);
    REQUIRE(steps->size() == events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto back = decode_event(w(), (*steps)[i]);
      REQUIRE(back);
      CHECK(back->what.index() == events[i].what.index());
      CHECK(fields(*back) == fields(events[i]));
    }
  }
}

TEST_CASE("codec: what is closing is not in flight, its timer is what wakes it") {
  const life whole = lives()[4];
  const auto kept = saved({whole[0], whole[1]});
  const auto rows = kept->load(1);
  CHECK_FALSE(rows->header.in_flight);
  CHECK(rows->header.wake_at == 1300);
  CHECK(rows->cursors.size() == 1);
}

TEST_CASE("codec: an end that means nothing is corrupt, and one that does not follow from the events is seen") {
  auto rows = *saved(lives()[0])->load(1);
  rows.closing->end = instance_status::active;
  CHECK(decode_state(w(), rows).failure().code == errc::corrupt);
}

} // namespace storage_closing_codec_test
