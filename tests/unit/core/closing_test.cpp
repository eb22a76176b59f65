// The end that comes from outside: cancellation and the timeout of an instance, with any number of cursors.
#include "runtime/core/closing.hpp"
#include "runtime/core/invariant.hpp"
#include "runtime/core/payload_gate.hpp"
#include "runtime/core/signal_gate.hpp"
#include "runtime/core/transition.hpp"
#include "tests/support/workflows.hpp"

#include <catch2/catch.hpp>

namespace core_closing_test {

using namespace pawl;
using namespace pawl::core;

namespace {

const char* const graph = R"({
  "id": "w", "start": "a", "timeout": 5000,
  "nodes": [{"id":"a","type":"task"}, {"id":"b","type":"task"}],
  "edges": [{"source":"a","target":"b"}, {"source":"a","target":"b","sourceHandle":"error"},
            {"source":"a","target":"b","sourceHandle":"timeout"}]
})";

const workflow& w() {
  static const auto compiled = test::compile_good(graph);
  return *compiled;
}

event at(timestamp_ms time, event_content what) { return {time, std::move(what)}; }
attempt_ref of(cursor_id cursor) { return {cursor, 1, 1}; }

step take(state& s, const event& e) {
  auto verdict = apply(w(), s, e);
  if (const auto* no = std::get_if<rejected>(&verdict)) FAIL(no->reason);
  CHECK(broken_invariant(w(), s) == "");
  return std::get<step>(std::move(verdict));
}

rejected refused(state s, const event& e) {
  const state before = s;
  const auto verdict = apply(w(), s, e);
  REQUIRE(std::holds_alternative<rejected>(verdict));
  CHECK(s == before);
  return std::get<rejected>(verdict);
}

state started_at(timestamp_ms time) {
  state s = initial_state(w(), "i");
  take(s, at(time, started{0, nullptr, std::nullopt}));
  return s;
}

node_paused pause(cursor_id cursor, wait_kind kind, std::optional<std::int64_t> timer_ms) {
  node_paused paused{of(cursor), kind, "", timer_ms, nullptr};
  if (kind == wait_kind::signal) paused.signals = {"go"};
  return paused;
}

// As a fork will make them: cursor 1 runs, and so many others do.
state with_runners(std::size_t others) {
  state s = started_at(1000);
  for (std::size_t i = 0; i < others; ++i) {
    cursor c = s.cursors.front();
    c.id = s.next_cursor++;
    c.visit = 1;
    s.cursors.push_back(c);
  }
  REQUIRE(broken_invariant(w(), s) == "");
  return s;
}

std::string waits_end(wait_kind kind) {
  state s = with_runners(1);
  take(s, at(1100, pause(2, kind, 3'000)));
  const step done = take(s, at(1200, cancelled{"why", false, 100}));
  CHECK(done.cursors_gone == std::vector<cursor_id>{2});
  CHECK(done.timers_gone == std::vector<cursor_id>{2});
  CHECK(s.wake_at(timeline::steady) == 1300);
  return to_string(s.status);
}

} // namespace

TEST_CASE("closing: a wait ends with its timer in the commit of the cancellation, what runs goes on") {
  CHECK(waits_end(wait_kind::payload) == "active");
  CHECK(waits_end(wait_kind::timer) == "active");
  CHECK(waits_end(wait_kind::signal) == "active");
}

TEST_CASE("closing: exactly one of signal, timeout, cancellation and completion wins a wait") {
  state s = started_at(1000);
  take(s, at(1100, pause(1, wait_kind::signal, 100)));
  const event signal = at(1200, signalled{"go", nullptr, ""});
  const event timeout = at(1200, timer_fired{1, 1});
  const event cancel = at(1200, cancelled{"", false, 100});

  SECTION("cancellation first: signal and timeout find nothing") {
    take(s, cancel);
    CHECK(s.status == instance_status::cancelled);
    CHECK(refused(s, signal).code == errc::finished);
    CHECK(refused(s, timeout).code == errc::not_waiting);
    CHECK(refused(s, cancel).code == errc::finished);
  }
  SECTION("signal first: the wait has it, and the cancellation ends what follows") {
    take(s, signal);
    CHECK(refused(s, timeout).code == errc::not_waiting);
    take(s, cancel);
    CHECK(s.is_closing());
    take(s, at(1250, node_succeeded{of(1), std::nullopt, {}}));
    CHECK(s.status == instance_status::cancelled);
    CHECK(s.visits[1] == 0);
  }
  SECTION("timeout first: its edge was followed before") {
    take(s, timeout);
    take(s, cancel);
    CHECK(s.visits[1] == 1);
    CHECK(s.is_closing());
  }
  SECTION("completion first: there is nothing to cancel") {
    take(s, signal);
    take(s, at(1210, node_succeeded{of(1), std::nullopt, {}}));
    take(s, at(1220, node_succeeded{of(1), std::nullopt, {}}));
    CHECK(s.status == instance_status::completed);
    CHECK(refused(s, cancel).code == errc::finished);
    CHECK_FALSE(s.timer);
  }
}

TEST_CASE("closing: nothing new is taken, in words that say why") {
  state s = started_at(1000);
  take(s, at(1100, cancelled{"", false, 100}));
  CHECK(choose_wait(w(), s, "", std::nullopt).failure().code == errc::finished);
  CHECK(choose_wait(w(), s, "", std::nullopt).failure().message == "the instance is being cancelled");
  const auto signal = check_signal(w(), s, {"go", nullptr, ""}, {});
  CHECK(signal.failure().code == errc::finished);
  CHECK(refused(s, at(1150, resumed{1, 1, nullptr, std::nullopt})).code == errc::finished);
  CHECK(refused(s, at(9999, instance_timed_out{100})).code == errc::finished);
}

TEST_CASE("closing: a repeated cancellation changes nothing, terminate ends it at once") {
  state s = started_at(1000);
  CHECK(*check_cancel(s, false) == cancel_verdict::fresh);
  take(s, at(1100, cancelled{"first", false, 100}));
  CHECK(*check_cancel(s, false) == cancel_verdict::duplicate);
  CHECK(*check_cancel(s, true) == cancel_verdict::fresh);
  take(s, at(1150, cancelled{"second", true, 100}));
  CHECK(s.status == instance_status::cancelled);
  CHECK(s.closing->reason == "first");
  CHECK(check_cancel(s, true).failure().code == errc::finished);
}

TEST_CASE("closing: each running attempt is given up in a step of its own, terminated or not") {
  const bool terminate = GENERATE(false, true);
  state s = with_runners(2);
  const step first = take(s, at(1100, cancelled{"", terminate, 100}));
  CHECK(first.result.has_value() == terminate);
  const timestamp_ms due = terminate ? 1100 : 1200;
  CHECK(s.wake_at(timeline::steady) == due);
  std::size_t unknown = terminate ? 1 : 0;
  while (s.status == instance_status::active) {
    const step lost = take(s, at(due, given_up{of(s.cursors.front().id), true}));
    REQUIRE(lost.result);
    CHECK(lost.result->error.rfind("Unknown: ", 0) == 0);
    ++unknown;
  }
  CHECK(unknown == 3);
  CHECK(s.status == instance_status::cancelled);
  CHECK_FALSE(s.wake_at(timeline::steady));
}

TEST_CASE("closing: the instance ends with its last running cursor") {
  state s = with_runners(2);
  take(s, at(1100, cancelled{"", false, 100}));
  take(s, at(1110, node_succeeded{of(2), std::nullopt, {}}));
  CHECK(s.is_closing());
  take(s, at(1120, node_failed{of(1), "Error: m", true, 3, 50}));
  CHECK(s.is_closing());
  take(s, at(1130, given_up{of(3), false}));
  CHECK(s.status == instance_status::cancelled);
}

TEST_CASE("instance timeout: is set with the start, fires when it is due, and fails the instance") {
  state s = started_at(1000);
  CHECK(s.wake_at(timeline::steady) == 6000);
  CHECK(refused(s, at(5999, instance_timed_out{100})).code == errc::invalid_argument);
  take(s, at(1100, pause(1, wait_kind::payload, std::nullopt)));
  const step done = take(s, at(6000, instance_timed_out{100}));
  CHECK(s.status == instance_status::failed);
  CHECK(s.closing->reason == "the instance's timeout of 5000 ms is over");
  CHECK(done.effects.empty());
  CHECK_FALSE(s.wake_at(timeline::steady));
}

TEST_CASE("instance timeout: what runs has the grace, and the first end that came stays") {
  state s = started_at(1000);
  take(s, at(6000, instance_timed_out{100}));
  CHECK(s.is_closing());
  CHECK(choose_wait(w(), s, "", std::nullopt).failure().message == "the instance is being ended, its timeout is over");
  SECTION("a result in time is kept, no edge is followed") {
    take(s, at(6050, node_succeeded{of(1), std::nullopt, {}}));
    CHECK(s.visits[1] == 0);
  }
  SECTION("no error edge either") { take(s, at(6050, node_failed{of(1), "Error: m", false, 0, 0})); }
  SECTION("terminated") { take(s, at(6050, cancelled{"enough", true, 100})); }
  SECTION("given up") { take(s, at(6100, given_up{of(1), true})); }
  CHECK(s.status == instance_status::failed);
  CHECK(s.closing->reason == "the instance's timeout of 5000 ms is over");
}

TEST_CASE("instance timeout: goes with an instance that ends by itself") {
  state s = started_at(1000);
  take(s, at(1100, node_succeeded{of(1), std::nullopt, {}}));
  CHECK(s.wake_at(timeline::steady) == 6000);
  const step done = take(s, at(1200, node_succeeded{of(1), std::nullopt, {}}));
  CHECK(s.status == instance_status::completed);
  CHECK(done.instance_timer_changed);
  CHECK_FALSE(s.timer);
}

TEST_CASE("closing: after a restart nothing runs, only the timer is set") {
  state s = started_at(1000);
  take(s, at(1100, cancelled{"", false, 100}));
  CHECK(pending_effects(s) == std::vector<effect>{set_timer{0, 1200}});
}

} // namespace core_closing_test
