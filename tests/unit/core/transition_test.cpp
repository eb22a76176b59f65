// transition() as one table: which event means what in which state. Every pair that the table does not name must be
// rejected and leave the state as it was.
#include "runtime/core/invariant.hpp"
#include "runtime/core/payload_gate.hpp"
#include "runtime/core/transition.hpp"
#include "tests/support/workflows.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <map>

namespace core_transition_test {

using namespace pawl;
using namespace pawl::core;

namespace {

// a --> b; a leaves by "bad" to c, by "timeout" to d, by its error to e.
const char* const graph = R"({
  "id": "w", "start": "a", "stepLimit": 3,
  "nodes": [{"id":"a","type":"task"}, {"id":"b","type":"task"}, {"id":"c","type":"task"}, {"id":"d","type":"task"},
            {"id":"e","type":"task"}],
  "edges": [{"source":"a","target":"b"}, {"source":"a","target":"c","sourceHandle":"bad"},
            {"source":"a","target":"d","sourceHandle":"timeout"}, {"source":"c","target":"e","sourceHandle":"error"},
            {"source":"d","target":"d"}]
})";

const workflow& w() {
  static const auto compiled = test::compile_good(graph);
  return *compiled;
}

node_index node(const char* id) { return *w().find(id); }

state after(state s, const std::vector<event>& events) {
  for (const event& e : events) {
    const auto verdict = apply(w(), s, e);
    if (const auto* no = std::get_if<rejected>(&verdict)) FAIL(no->reason);
    REQUIRE(broken_invariant(w(), s) == "");
  }
  return s;
}

event at(timestamp_ms time, event_content what) { return {time, std::move(what)}; }
attempt_ref first() { return {1, 1, 1}; }
event begin(const char* where = "a") { return at(1000, started{node(where), share(7), std::nullopt}); }
node_paused pause(wait_kind kind, std::optional<std::int64_t> timer_ms) {
  return {first(), kind, "why", timer_ms, share("kept")};
}
node_paused pause_for(std::vector<std::string> names, std::optional<std::int64_t> timer_ms) {
  node_paused paused = pause(wait_kind::signal, timer_ms);
  paused.signals = std::move(names);
  return paused;
}
node_failed failure(attempt_ref of, double max_attempts, bool retryable = true) {
  return {of, "Error: m", retryable, max_attempts, 50};
}

using states = std::map<std::string, state>;
states all_states() {
  const state fresh = initial_state(w(), "i");
  states all;
  all["fresh"] = fresh;
  all["running"] = after(fresh, {begin()});
  all["second attempt"] = after(fresh, {begin(), at(1100, failure(first(), 3)), at(1150, timer_fired{1, 1})});
  all["retry wait"] = after(fresh, {begin(), at(1100, failure(first(), 3))});
  all["pause"] = after(fresh, {begin(), at(1100, pause(wait_kind::payload, std::nullopt))});
  all["pause with timeout"] = after(fresh, {begin(), at(1100, pause(wait_kind::payload, 50))});
  all["delay"] = after(fresh, {begin(), at(1100, pause(wait_kind::timer, 50))});
  all["signal wait"] = after(fresh, {begin(), at(1100, pause_for({"go", "stop"}, std::nullopt))});
  all["signal wait with timeout"] = after(fresh, {begin(), at(1100, pause_for({"go"}, 50))});
  all["running, signal kept"] = after(fresh, {begin(), at(1050, signalled{"go", share(9), "k"})});
  all["closing"] = after(fresh, {begin(), at(1100, cancelled{"why", false, 100})});
  all["closing, second attempt"] = after(all["second attempt"], {at(1160, cancelled{"", false, 0})});
  all["cancelled"] = after(all["pause"], {at(1150, cancelled{"why", false, 100})});
  all["completed"] = after(fresh, {begin("b"), at(1100, node_succeeded{first(), std::nullopt, {}})});
  all["failed"] = after(fresh, {begin("b"), at(1100, failure(first(), 0))});
  return all;
}

std::map<std::string, event> all_events() {
  return {
      {"start", begin()},
      {"success", at(1200, node_succeeded{first(), std::nullopt, {}})},
      {"success by bad", at(1200, node_succeeded{first(), "bad", {}})},
      {"success by nowhere", at(1200, node_succeeded{first(), "nowhere", {}})},
      {"success of attempt 2", at(1200, node_succeeded{{1, 1, 2}, std::nullopt, {}})},
      {"success of visit 2", at(1200, node_succeeded{{1, 2, 1}, std::nullopt, {}})},
      {"success of cursor 2", at(1200, node_succeeded{{2, 1, 1}, std::nullopt, {}})},
      {"failure, 3 retries", at(1200, failure(first(), 3))},
      {"failure, no retry", at(1200, failure(first(), 0))},
      {"failure for good", at(1200, failure(first(), 3, false))},
      {"failure of attempt 2, 1 retry", at(1200, failure({1, 1, 2}, 1))},
      {"pause for payload", at(1200, pause(wait_kind::payload, std::nullopt))},
      {"pause for payload with timeout", at(1200, pause(wait_kind::payload, 50))},
      {"pause for time", at(1200, pause(wait_kind::timer, 50))},
      {"pause for time without a time", at(1200, pause(wait_kind::timer, std::nullopt))},
      {"pause for a retry", at(1200, pause(wait_kind::retry, 50))},
      {"pause for a signal", at(1200, pause_for({"stop", "go"}, 50))},
      {"pause for another signal", at(1200, pause_for({"stop"}, 50))},
      {"pause for no signal", at(1200, pause_for({}, 50))},
      {"signal", at(1200, signalled{"go", share(9), "k"})},
      {"signal of another name", at(1200, signalled{"come", nullptr, "l"})},
      {"signal of no name", at(1200, signalled{"", nullptr, ""})},
      {"resume", at(1200, resumed{1, 1, share(8), std::nullopt})},
      {"resume without payload", at(1200, resumed{1, 1, nullptr, std::nullopt})},
      {"resume of visit 2", at(1200, resumed{1, 2, share(8), std::nullopt})},
      {"resume of cursor 2", at(1200, resumed{2, 1, share(8), std::nullopt})},
      {"timer", at(1200, timer_fired{1, 1})},
      {"timer too early", at(1149, timer_fired{1, 1})},
      {"timer of visit 2", at(1200, timer_fired{1, 2})},
      {"cancel", at(1200, cancelled{"why", false, 100})},
      {"terminate", at(1200, cancelled{"why", true, 100})},
      {"instance timeout", at(1200, instance_timed_out{100})},
      {"give up", at(1200, given_up{first(), true})},
      {"give up attempt 2", at(1200, given_up{{1, 1, 2}, true})},
      {"not begun", at(1200, given_up{first(), false})},
  };
}

struct namer {
  std::string operator()(const run_node& e) const { return "run " + std::to_string(e.cursor); }
  std::string operator()(const set_timer& e) const { return "timer " + std::to_string(e.due_at); }
};

// "status at node, version, attempt, payload; result; effects": what a reader wants to know of a transition.
std::string told(const transitioned& t) {
  std::string text = to_string(t.next.status);
  if (const cursor* c = t.next.deciding_cursor()) {
    text +=
        " at " + w().nodes[c->node].id + "." + std::to_string(c->visit) + " attempt " + std::to_string(c->attempt());
    if (c->payload) text += " payload " + c->payload->dump();
    if (c->node_state) text += " kept";
    if (c->timer_fired) text += " by timer";
    if (!c->signal.empty()) text += " by signal " + c->signal;
  }
  for (const buffered_signal& b : t.next.signals)
    text += ", has " + b.name;
  if (t.next.is_closing()) text += ", closing";
  text += ", version " + std::to_string(t.next.version);
  if (t.step.result) text += t.step.result->error.empty() ? "; result" : "; error " + t.step.result->error;
  for (const effect& e : t.step.effects)
    text += "; " + std::visit(namer{}, e);
  return text;
}

// A signal that nothing waited for: it changes nothing else.
bool kept(const transitioned& t) { return !t.step.signals_set.empty(); }

const std::string terminated =
    "Unknown: the instance was terminated before the attempt answered; whether it had its effect is not known";
const std::string unanswered =
    "Unknown: the instance was cancelled before the attempt answered; whether it had its effect is not known";

using table = std::map<std::pair<std::string, std::string>, std::string>;

const table expected{
    {{"fresh", "start"}, "active at a.1 attempt 1 payload 7, version 0; run 1"},

    {{"running", "success"}, "active at b.1 attempt 1, version 1; result; run 1"},
    {{"running", "success by bad"}, "active at c.1 attempt 1, version 1; result; run 1"},
    {{"running", "success by nowhere"}, "completed, version 1; result"},
    {{"running", "failure, 3 retries"}, "error at a.1 attempt 2 payload 7, version 0; error Error: m; timer 1250"},
    {{"running", "failure, no retry"}, "failed at a.1 attempt 1 payload 7, version 0; error Error: m"},
    {{"running", "failure for good"}, "failed at a.1 attempt 1 payload 7, version 0; error Error: m"},
    {{"running", "pause for payload"}, "paused at a.1 attempt 1 payload 7 kept, version 0"},
    {{"running", "pause for payload with timeout"}, "paused at a.1 attempt 1 payload 7 kept, version 0; timer 1250"},
    {{"running", "pause for time"}, "paused at a.1 attempt 1 payload 7 kept, version 0; timer 1250"},

    {{"running", "pause for a signal"}, "paused at a.1 attempt 1 payload 7 kept, version 0; timer 1250"},
    {{"running", "pause for another signal"}, "paused at a.1 attempt 1 payload 7 kept, version 0; timer 1250"},
    {{"running", "signal"}, "active at a.1 attempt 1 payload 7, has go, version 0"},
    {{"running", "signal of another name"}, "active at a.1 attempt 1 payload 7, has come, version 0"},

    {{"running, signal kept", "success"}, "active at b.1 attempt 1, has go, version 1; result; run 1"},
    {{"running, signal kept", "success by bad"}, "active at c.1 attempt 1, has go, version 1; result; run 1"},
    {{"running, signal kept", "success by nowhere"}, "completed, has go, version 1; result"},
    {{"running, signal kept", "failure, 3 retries"},
     "error at a.1 attempt 2 payload 7, has go, version 0; error Error: m; timer 1250"},
    {{"running, signal kept", "failure, no retry"},
     "failed at a.1 attempt 1 payload 7, has go, version 0; error Error: m"},
    {{"running, signal kept", "failure for good"},
     "failed at a.1 attempt 1 payload 7, has go, version 0; error Error: m"},
    {{"running, signal kept", "pause for payload"}, "paused at a.1 attempt 1 payload 7 kept, has go, version 0"},
    {{"running, signal kept", "pause for payload with timeout"},
     "paused at a.1 attempt 1 payload 7 kept, has go, version 0; timer 1250"},
    {{"running, signal kept", "pause for time"},
     "paused at a.1 attempt 1 payload 7 kept, has go, version 0; timer 1250"},
    {{"running, signal kept", "pause for a signal"},
     "active at a.1 attempt 1 payload 9 kept by signal go, version 0; run 1"},
    {{"running, signal kept", "pause for another signal"},
     "paused at a.1 attempt 1 payload 7 kept, has go, version 0; timer 1250"},
    {{"running, signal kept", "signal"}, "active at a.1 attempt 1 payload 7, has go, has go, version 0"},
    {{"running, signal kept", "signal of another name"},
     "active at a.1 attempt 1 payload 7, has go, has come, version 0"},

    {{"signal wait", "signal"}, "active at a.1 attempt 1 payload 9 kept by signal go, version 0; run 1"},
    {{"signal wait", "signal of another name"}, "paused at a.1 attempt 1 payload 7 kept, has come, version 0"},
    {{"signal wait with timeout", "signal"}, "active at a.1 attempt 1 payload 9 kept by signal go, version 0; run 1"},
    {{"signal wait with timeout", "signal of another name"},
     "paused at a.1 attempt 1 payload 7 kept, has come, version 0"},
    {{"signal wait with timeout", "timer"}, "active at d.1 attempt 1, version 1; result; run 1"},

    {{"second attempt", "signal"}, "active at a.1 attempt 2 payload 7, has go, version 0"},
    {{"second attempt", "signal of another name"}, "active at a.1 attempt 2 payload 7, has come, version 0"},
    {{"retry wait", "signal"}, "error at a.1 attempt 2 payload 7, has go, version 0"},
    {{"retry wait", "signal of another name"}, "error at a.1 attempt 2 payload 7, has come, version 0"},
    {{"pause", "signal"}, "paused at a.1 attempt 1 payload 7 kept, has go, version 0"},
    {{"pause", "signal of another name"}, "paused at a.1 attempt 1 payload 7 kept, has come, version 0"},
    {{"pause with timeout", "signal"}, "paused at a.1 attempt 1 payload 7 kept, has go, version 0"},
    {{"pause with timeout", "signal of another name"}, "paused at a.1 attempt 1 payload 7 kept, has come, version 0"},
    {{"delay", "signal"}, "paused at a.1 attempt 1 payload 7 kept, has go, version 0"},
    {{"delay", "signal of another name"}, "paused at a.1 attempt 1 payload 7 kept, has come, version 0"},

    {{"second attempt", "success of attempt 2"}, "active at b.1 attempt 1, version 1; result; run 1"},
    {{"second attempt", "failure of attempt 2, 1 retry"},
     "failed at a.1 attempt 1 payload 7, version 0; error Error: m"},

    {{"retry wait", "resume"}, "active at a.1 attempt 2 payload 8, version 0; run 1"},
    {{"retry wait", "resume without payload"}, "active at a.1 attempt 2 payload 7, version 0; run 1"},
    {{"retry wait", "timer"}, "active at a.1 attempt 2 payload 7, version 0; run 1"},

    {{"pause", "resume"}, "active at a.1 attempt 1 payload 8 kept, version 0; run 1"},
    {{"pause", "resume without payload"}, "active at a.1 attempt 1 payload 7 kept, version 0; run 1"},

    {{"pause with timeout", "resume"}, "active at a.1 attempt 1 payload 8 kept, version 0; run 1"},
    {{"pause with timeout", "resume without payload"}, "active at a.1 attempt 1 payload 7 kept, version 0; run 1"},
    {{"pause with timeout", "timer"}, "active at d.1 attempt 1, version 1; result; run 1"},

    {{"delay", "timer"}, "active at a.1 attempt 1 payload 7 kept by timer, version 0; run 1"},

    // What waits ends with its timers; what runs may answer.
    {{"running", "cancel"}, "active at a.1 attempt 1 payload 7, closing, version 0; timer 1300"},
    {{"running, signal kept", "cancel"}, "active at a.1 attempt 1 payload 7, has go, closing, version 0; timer 1300"},
    {{"second attempt", "cancel"}, "active at a.1 attempt 2 payload 7, closing, version 0; timer 1300"},
    {{"retry wait", "cancel"}, "cancelled, version 0"},
    {{"pause", "cancel"}, "cancelled, version 0"},
    {{"pause with timeout", "cancel"}, "cancelled, version 0"},
    {{"delay", "cancel"}, "cancelled, version 0"},
    {{"signal wait", "cancel"}, "cancelled, version 0"},
    {{"signal wait with timeout", "cancel"}, "cancelled, version 0"},
    {{"running", "terminate"}, "cancelled, version 0; error " + terminated},
    {{"running, signal kept", "terminate"}, "cancelled, has go, version 0; error " + terminated},
    {{"second attempt", "terminate"}, "cancelled, version 0; error " + terminated},
    {{"retry wait", "terminate"}, "cancelled, version 0"},
    {{"pause", "terminate"}, "cancelled, version 0"},
    {{"pause with timeout", "terminate"}, "cancelled, version 0"},
    {{"delay", "terminate"}, "cancelled, version 0"},
    {{"signal wait", "terminate"}, "cancelled, version 0"},
    {{"signal wait with timeout", "terminate"}, "cancelled, version 0"},

    // A result is kept, no edge is followed, nothing is tried again.
    {{"closing", "success"}, "cancelled, version 1; result"},
    {{"closing", "success by bad"}, "cancelled, version 1; result"},
    {{"closing", "success by nowhere"}, "cancelled, version 1; result"},
    {{"closing", "failure, 3 retries"}, "cancelled, version 0; error Error: m"},
    {{"closing", "failure, no retry"}, "cancelled, version 0; error Error: m"},
    {{"closing", "failure for good"}, "cancelled, version 0; error Error: m"},
    {{"closing", "pause for payload"}, "cancelled, version 0"},
    {{"closing", "pause for payload with timeout"}, "cancelled, version 0"},
    {{"closing", "pause for time"}, "cancelled, version 0"},
    {{"closing", "pause for a signal"}, "cancelled, version 0"},
    {{"closing", "pause for another signal"}, "cancelled, version 0"},
    {{"closing", "terminate"}, "cancelled, version 0; error " + terminated},
    {{"closing", "give up"}, "cancelled, version 0; error " + unanswered},
    {{"closing", "not begun"}, "cancelled, version 0"},
    {{"closing, second attempt", "success of attempt 2"}, "cancelled, version 1; result"},
    {{"closing, second attempt", "failure of attempt 2, 1 retry"}, "cancelled, version 0; error Error: m"},
    {{"closing, second attempt", "terminate"}, "cancelled, version 0; error " + terminated},
    {{"closing, second attempt", "give up attempt 2"}, "cancelled, version 0; error " + unanswered},
};

} // namespace

TEST_CASE("transition: every state answers every event as the table says, or rejects it unchanged") {
  std::size_t named = 0;
  for (const auto& [state_name, before] : all_states()) {
    for (const auto& [event_name, what] : all_events()) {
      INFO("state: " << state_name << ", event: " << event_name);
      const auto verdict = transition(w(), before, what);
      const auto row = expected.find({state_name, event_name});
      if (row == expected.end()) {
        CHECK(std::holds_alternative<rejected>(verdict));
        state same = before;
        (void)apply(w(), same, what);
        CHECK(same == before);
        continue;
      }
      ++named;
      REQUIRE(std::holds_alternative<transitioned>(verdict));
      const auto& made = std::get<transitioned>(verdict);
      CHECK(told(made) == row->second);
      CHECK(made.next.revision == before.revision + 1);
      CHECK(broken_invariant(w(), made.next) == "");
    }
  }
  CHECK(named == expected.size());
}

TEST_CASE("transition: what a step asks for is what its state still asks for after a restart") {
  for (const auto& [state_name, before] : all_states())
    for (const auto& [event_name, what] : all_events()) {
      const auto verdict = transition(w(), before, what);
      const auto* made = std::get_if<transitioned>(&verdict);
      if (made == nullptr) continue;
      INFO("state: " << state_name << ", event: " << event_name);
      if (kept(*made)) {
        CHECK(made->step.effects.empty());
        CHECK(pending_effects(made->next) == pending_effects(before));
        continue;
      }
      CHECK(made->step.effects == pending_effects(made->next));
    }
}

TEST_CASE("transition: the replay law holds: the same events give the same state") {
  for (const auto& [state_name, s] : all_states())
    CHECK(all_states().at(state_name) == s);
}

TEST_CASE("transition: a late answer of an ended instance is rejected as finished") {
  const auto verdict = transition(w(), all_states().at("failed"), at(1200, node_succeeded{first(), std::nullopt, {}}));
  REQUIRE(std::holds_alternative<rejected>(verdict));
  CHECK(std::get<rejected>(verdict).code == errc::finished);
}

TEST_CASE("transition: an error edge takes the failure on and counts as leaving") {
  state s = after(initial_state(w(), "i"), {begin("c")});
  s = after(s, {at(1100, failure(first(), 0))});
  CHECK(s.status == instance_status::active);
  CHECK(w().nodes[s.deciding_cursor()->node].id == "e");
  CHECK(s.version == 1);
}

TEST_CASE("transition: a timeout without an edge for it is a failure that says so") {
  const auto b = after(initial_state(w(), "i"), {begin("b"), at(1100, pause(wait_kind::payload, 50))});
  const auto verdict = transition(w(), b, at(1150, timer_fired{1, 1}));
  CHECK(told(std::get<transitioned>(verdict)) ==
        "failed at b.1 attempt 1 payload 7 kept, version 0; error Timeout: nothing came within 50 ms");
}

TEST_CASE("transition: the fuse counts executions since the last event from outside") {
  const auto round = [](state s, std::int64_t visit) {
    return after(std::move(s), {at(1100, node_succeeded{{1, visit, 1}, std::nullopt, {}})});
  };
  state s = after(initial_state(w(), "i"), {begin("d")});
  s = round(round(s, 1), 2);
  CHECK(s.status == instance_status::active);

  SECTION("over the limit the instance fails at the node that did not run") {
    s = round(s, 3);
    CHECK(s.status == instance_status::failed);
    CHECK(s.step_limit_exceeded);
    CHECK(s.version == 3);
    CHECK(w().nodes[s.deciding_cursor()->node].id == "d");
    CHECK(s.deciding_cursor()->visit == 4);
  }
  SECTION("a resume starts the count anew") {
    s = after(s, {at(1200, node_paused{{1, 3, 1}, wait_kind::payload, "", std::nullopt, nullptr}),
                  at(1300, resumed{1, 3, nullptr, std::nullopt})});
    s = round(round(s, 3), 4);
    CHECK(s.status == instance_status::active);
    CHECK(round(s, 5).status == instance_status::failed);
  }
  SECTION("a limit that comes with a resume holds until the next one") {
    s = after(s, {at(1200, node_paused{{1, 3, 1}, wait_kind::payload, "", std::nullopt, nullptr}),
                  at(1300, resumed{1, 3, nullptr, 1})});
    CHECK(round(s, 3).status == instance_status::failed);
  }
}

TEST_CASE("transition: a rest of a second sets the fuse back, a shorter one does not") {
  const auto after_rest = [](std::optional<std::int64_t> timer_ms, std::optional<timestamp_ms> until,
                             timestamp_ms end) {
    state s = after(initial_state(w(), "i"), {begin("d")});
    s.steps = 2;
    node_paused rest{first(), wait_kind::timer, "", timer_ms, nullptr};
    rest.until = until;
    return after(s, {at(2000, rest), at(end, timer_fired{1, 1})}).steps;
  };
  CHECK(after_rest(0, std::nullopt, 2000) == 2);
  CHECK(after_rest(999, std::nullopt, 2999) == 2);
  CHECK(after_rest(1000, std::nullopt, 3000) == 0);
  CHECK(after_rest(std::nullopt, 2000, 2000) == 2);
  CHECK(after_rest(std::nullopt, 2999, 2999) == 2);
  CHECK(after_rest(std::nullopt, 3000, 3000) == 0);
}

TEST_CASE("transition: a deadline belongs to the visit, and only what says so makes it later") {
  struct row {
    const char* name;
    std::optional<std::int64_t> first_ms, second_ms;
    std::optional<timestamp_ms> second_until;
    bool extends;
    std::optional<timestamp_ms> due_at;
  };
  const std::vector<row> table = {
      {"the same again", 1000, 1000, {}, false, 2100},
      {"shorter", 1000, 100, {}, false, 1700},
      {"longer", 1000, 5000, {}, false, 2100},
      {"none any more", 1000, {}, {}, false, 2100},
      {"none at first", {}, 1000, {}, false, 2600},
      {"none ever", {}, {}, {}, false, {}},
      {"an earlier date", 1000, {}, 1800, false, 1800},
      {"a later date", 1000, {}, 9000, false, 2100},
      {"a later date that extends", 1000, {}, 9000, true, 9000},
  };
  for (const row& r : table) {
    INFO(r.name);
    node_paused second{first(), wait_kind::payload, "", r.second_ms, nullptr};
    second.until = r.second_until;
    second.extends = r.extends;
    const state s = after(initial_state(w(), "i"),
                          {begin("b"), at(1100, node_paused{first(), wait_kind::payload, "", r.first_ms, nullptr}),
                           at(1500, resumed{1, 1, nullptr, std::nullopt}), at(1600, second)});
    const auto& timer = s.find(1)->timer;
    REQUIRE(timer.has_value() == r.due_at.has_value());
    if (timer) CHECK(timer->due_at == *r.due_at);
    CHECK(timer == s.find(1)->deadline);
  }
}

TEST_CASE("transition: steps of an older Pawl keep the rules of their time") {
  const auto old = [](timestamp_ms when, event_content what) { return event{when, std::move(what), 1}; };
  const node_paused wait{first(), wait_kind::payload, "", 1000, nullptr};
  const state paused =
      after(initial_state(w(), "i"), {old(1000, started{node("b"), nullptr, std::nullopt}), old(1100, wait),
                                      old(1500, resumed{1, 1, nullptr, std::nullopt}), old(1600, wait)});
  CHECK(paused.find(1)->timer->due_at == 2600);
  CHECK_FALSE(paused.find(1)->deadline);
  state looping = after(initial_state(w(), "i"), {begin("d")});
  looping.steps = 2;
  CHECK(
      after(looping, {old(2000, node_paused{first(), wait_kind::timer, "", 0, nullptr}), old(2000, timer_fired{1, 1})})
          .steps == 0);
}

TEST_CASE("transition: a limit of nothing fails before the first node runs") {
  const state s = after(initial_state(w(), "i"), {at(1000, started{node("a"), nullptr, 0})});
  CHECK(s.status == instance_status::failed);
  CHECK(s.step_limit_exceeded);
  CHECK(s.version == 0);
}

TEST_CASE("transition: visits count up and every visit has a key of its own, kept through retries") {
  state s = after(initial_state(w(), "i"), {begin("d")});
  const std::string key_1 = s.deciding_cursor()->key;
  s = after(s, {at(1100, failure(first(), 3)), at(1200, timer_fired{1, 1})});
  CHECK(s.deciding_cursor()->key == key_1);
  s = after(s, {at(1300, node_succeeded{{1, 1, 2}, std::nullopt, {}})});
  CHECK(s.deciding_cursor()->visit == 2);
  CHECK(s.deciding_cursor()->key != key_1);
  CHECK(s.deciding_cursor()->attempt() == 1);
}

TEST_CASE("transition: what a node remembers is kept by name until it forgets it") {
  state s = after(initial_state(w(), "i"), {begin("d")});
  s = after(s, {at(1100, node_succeeded{first(), std::nullopt, {{"next", share(1)}, {"items", share("x")}}})});
  REQUIRE(s.memories.size() == 2);
  CHECK(s.memories[0].name == "items");
  s = after(s, {at(1200, node_succeeded{{1, 2, 1}, std::nullopt, {{"next", share(2)}, {"items", nullptr}}})});
  REQUIRE(s.memories.size() == 1);
  CHECK(*s.memories[0].value == 2);
}

TEST_CASE("transition: a hostile duration does not overflow the clock") {
  const auto s = after(initial_state(w(), "i"), {begin(), at(1100, pause(wait_kind::timer, INT64_MAX))});
  CHECK(*s.wake_at(timeline::steady) > 1100);
}

TEST_CASE("choose_wait: one wait needs no name, several need one, none is said") {
  const auto all = all_states();
  CHECK(choose_wait(w(), all.at("pause"), "", std::nullopt)->visit == 1);
  CHECK(choose_wait(w(), all.at("pause"), "a", 1)->cursor == 1);
  CHECK(choose_wait(w(), all.at("pause"), "a", 2).failure().code == errc::not_waiting);
  CHECK(choose_wait(w(), all.at("pause"), "b", std::nullopt).failure().code == errc::not_waiting);
  CHECK(choose_wait(w(), all.at("delay"), "", std::nullopt).failure().code == errc::not_waiting);
  CHECK(choose_wait(w(), all.at("running"), "", std::nullopt).failure().code == errc::not_waiting);
  CHECK(choose_wait(w(), all.at("retry wait"), "", std::nullopt)->visit == 1);
  CHECK(choose_wait(w(), all.at("failed"), "", std::nullopt).failure().code == errc::finished);

  state two = all.at("pause");
  cursor other = two.cursors.front();
  other.id = 2;
  other.node = node("b");
  two.cursors.push_back(other);
  const auto refused = choose_wait(w(), two, "", std::nullopt);
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == errc::ambiguous);
  CHECK(refused.failure().message.find("node 'a' visit 1, node 'b' visit 1") != std::string::npos);
}

TEST_CASE(
    "transition: what is relative is due by the steady line, a date by the calendar, and history by engine time") {
  const moment set_forward(9'000, 1100, 9'000); // somebody set the clock between the start and this
  node_paused for_time = pause(wait_kind::timer, 50);
  const auto relative = transition(w(), after(initial_state(w(), "i"), {begin()}), event{set_forward, for_time});
  const core::state& rests = std::get<transitioned>(relative).next;
  CHECK(rests.cursors[0].timer == timer_state{1150, 50, timeline::steady});
  CHECK(rests.cursors[0].wait->since == 9'000);
  CHECK(rests.updated_at == 9'000);
  CHECK(rests.wake_at(timeline::steady) == 1150);
  CHECK_FALSE(rests.wake_at(timeline::calendar));
  const timer_fired fired{1, 1};
  CHECK(std::holds_alternative<rejected>(transition(w(), rests, event{moment(9'049, 1149, 9'049), fired})));
  CHECK(std::holds_alternative<transitioned>(transition(w(), rests, event{moment(9'050, 1150, 0), fired})));

  node_paused until = pause(wait_kind::timer, std::nullopt);
  until.until = 20'000;
  const auto dated = transition(w(), after(initial_state(w(), "i"), {begin()}), event{set_forward, until});
  const core::state& waits = std::get<transitioned>(dated).next;
  CHECK(waits.cursors[0].timer == timer_state{20'000, 0, timeline::calendar});
  CHECK(waits.wake_at(timeline::calendar) == 20'000);
  CHECK_FALSE(waits.wake_at(timeline::steady));
  CHECK(std::holds_alternative<rejected>(transition(w(), waits, event{moment(30'000, 30'000, 19'999), fired})));
  CHECK(std::holds_alternative<transitioned>(transition(w(), waits, event{moment(30'000, 2000, 20'000), fired})));
}

TEST_CASE("transition: a pause ends once, after a time or at one") {
  node_paused both = pause(wait_kind::payload, 50);
  both.until = 20'000;
  CHECK(std::holds_alternative<rejected>(transition(w(), after(initial_state(w(), "i"), {begin()}), at(1100, both))));
}

TEST_CASE("transition: no date is too far for a timer") {
  const std::int64_t wanted = GENERATE(INT64_MIN, std::int64_t{-1}, INT64_MAX);
  node_paused until = pause(wait_kind::payload, std::nullopt);
  until.until = wanted;
  const auto dated = transition(w(), after(initial_state(w(), "i"), {begin()}), at(1100, until));
  CHECK(std::get<transitioned>(dated).next.cursors[0].timer->due_at == (wanted < 0 ? 0 : 253'402'300'799'999));
}

} // namespace core_transition_test
