// Signals in the pure core: exactly one of signal and timeout ends a wait, none is lost, and the gate refuses before
// anything changes.
#include "runtime/core/invariant.hpp"
#include "runtime/core/payload_gate.hpp"
#include "runtime/core/signal_gate.hpp"
#include "runtime/core/transition.hpp"
#include "tests/support/workflows.hpp"

#include <catch2/catch.hpp>

namespace core_signal_test {

using namespace pawl;
using namespace pawl::core;

namespace {

// a --> b --> c; a leaves by "timeout" to t.
const char* const graph = R"({
  "id": "w", "start": "a",
  "nodes": [{"id":"a","type":"task"}, {"id":"b","type":"task"}, {"id":"c","type":"task"}, {"id":"t","type":"task"}],
  "edges": [{"source":"a","target":"b"}, {"source":"b","target":"c"}, {"source":"a","target":"t","sourceHandle":"timeout"}]
})";

const char* const declared = R"({
  "id": "d", "start": "a", "signals": {"paid": {"type": "object", "required": ["amount"]}, "any": true},
  "nodes": [{"id":"a","type":"task"}], "edges": []
})";

const workflow& w() {
  static const auto compiled = test::compile_good(graph);
  return *compiled;
}
const workflow& with_schemas() {
  static const auto compiled = test::compile_good(declared);
  return *compiled;
}

step take(const workflow& of, state& s, timestamp_ms at, event_content what) {
  const auto verdict = apply(of, s, {at, std::move(what)});
  if (const auto* no = std::get_if<rejected>(&verdict)) FAIL(no->reason);
  REQUIRE(broken_invariant(of, s) == "");
  return std::get<step>(verdict);
}

errc refusal(state& s, timestamp_ms at, event_content what) {
  const state before = s;
  const auto verdict = apply(w(), s, {at, std::move(what)});
  REQUIRE(std::holds_alternative<rejected>(verdict));
  CHECK(s == before);
  return std::get<rejected>(verdict).code;
}

node_paused wait_for(std::vector<std::string> names, std::int64_t visit = 1, std::optional<std::int64_t> timer = {}) {
  node_paused paused{{1, visit, 1}, wait_kind::signal, "", timer, nullptr};
  paused.signals = std::move(names);
  return paused;
}

state running(const workflow& of = w()) {
  state s = initial_state(of, "i");
  take(of, s, 1000, started{0, nullptr, std::nullopt, {}});
  return s;
}

signalled named(std::string name, nlohmann::json payload = nullptr, std::string key = "") {
  return {std::move(name), share(std::move(payload)), std::move(key)};
}

} // namespace

TEST_CASE("signals: one that came before the wait and one that came after it lead to the same place") {
  state early = running();
  take(w(), early, 1010, named("go", 5));
  take(w(), early, 1020, wait_for({"go"}, 1, 500));
  state late = running();
  take(w(), late, 1010, wait_for({"go"}, 1, 500));
  take(w(), late, 1020, named("go", 5));
  CHECK(late.cursors.front().deadline); // the visit paused, and keeps it
  late.cursors.front().deadline.reset();
  CHECK(early.cursors == late.cursors);
  CHECK(early.signals == late.signals);
  CHECK(early.revision == late.revision);
  CHECK(early.status == instance_status::active);
  CHECK_FALSE(early.wake_at(timeline::steady));
}

TEST_CASE("signals: kept ones are taken in the order in which they came") {
  state s = running();
  for (const char* name : {"x", "y", "x"})
    take(w(), s, 1010, named(name, s.revision));
  take(w(), s, 1020, wait_for({"y", "x"}));
  CHECK(s.find(1)->signal == "x");
  CHECK(*s.find(1)->payload == 1);
  take(w(), s, 1030, wait_for({"x", "y"}));
  CHECK(s.find(1)->signal == "y");
  const step last = take(w(), s, 1040, wait_for({"x"}));
  CHECK(*s.find(1)->payload == 3);
  CHECK(last.signals_gone == std::vector<std::int64_t>{4});
  CHECK(s.signals.empty());
}

TEST_CASE("signals: of two waits the one that began first gets it") {
  state s = running();
  take(w(), s, 1010, wait_for({"go"}));
  cursor younger = s.cursors.front();
  younger.id = s.next_cursor++;
  cursor older = younger;
  older.id = s.next_cursor++;
  older.wait->order = s.find(1)->wait->order - 1; // it stands last in the list
  younger.wait->order += 1;
  s.cursors.push_back(younger);
  s.cursors.push_back(older);
  take(w(), s, 1020, named("go"));
  CHECK(s.find(older.id)->phase == phase::ready);
  take(w(), s, 1020, named("go"));
  CHECK(s.find(1)->phase == phase::ready);
  CHECK(s.find(younger.id)->phase == phase::waiting);
}

TEST_CASE("signals: a signal and a timeout of one wait never both count") {
  state first = running();
  take(w(), first, 1010, wait_for({"go"}, 1, 100));
  state second = first;

  take(w(), first, 1110, named("go", 1)); // overdue, but the timer has not fired
  CHECK(refusal(first, 1111, timer_fired{1, 1}) == errc::not_waiting);

  take(w(), second, 1110, timer_fired{1, 1});
  CHECK(w().nodes[second.find(1)->node].id == "t");
  take(w(), second, 1111, named("go", 1));
  CHECK(second.signals.size() == 1); // kept, not lost
}

TEST_CASE("signals: what is left at the end is told and stays") {
  state s = running();
  take(w(), s, 1010, named("go"));
  const step end = take(w(), s, 1020, node_succeeded{{1, 1, 1}, "nowhere", {}});
  CHECK(s.status == instance_status::completed);
  CHECK(s.signals.size() == 1);
  CHECK(end.note.find("1 signal was never consumed") != std::string::npos);
}

TEST_CASE("signals: one that came with the start waits for its wait") {
  state s = initial_state(w(), "i");
  const step first = take(w(), s, 1000, started{0, nullptr, std::nullopt, named("go", 7, "k")});
  CHECK(first.signal_keys_set == std::vector<std::string>{"k"});
  take(w(), s, 1010, wait_for({"go"}));
  CHECK(*s.find(1)->payload == 7);
}

TEST_CASE("signals: a wait that is answered by what was kept starts the fuse anew") {
  state s = running();
  s.steps = 99;
  take(w(), s, 1010, named("go"));
  take(w(), s, 1020, wait_for({"go"}));
  CHECK(s.steps == 0);
}

TEST_CASE("signals: a resume answers no wait for a signal and says so") {
  state s = running();
  take(w(), s, 1010, wait_for({"go"}));
  CHECK(refusal(s, 1020, resumed{1, 1, share(1), std::nullopt}) == errc::not_waiting);
  const auto refused = choose_wait(w(), s, "", std::nullopt);
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == errc::not_waiting);
  CHECK(refused.failure().message.find("signal") != std::string::npos);
}

TEST_CASE("signal gate: both sides of every limit") {
  state s = running();
  const std::string text(98, 'x'); // 100 bytes as JSON
  SECTION("how many are kept") {
    const signal_limits two{2, 1000};
    for (int i = 0; i < 2; ++i) {
      CHECK(check_signal(w(), s, named("go", text), two));
      take(w(), s, 1010, named("go", text));
    }
    CHECK(check_signal(w(), s, named("go"), two).failure().code == errc::full);
    take(w(), s, 1020, wait_for({"other"}));
    CHECK(check_signal(w(), s, named("other"), two)); // it is not kept: something waits for it
  }
  SECTION("how many bytes") {
    CHECK(check_signal(w(), s, named("go", text), {10, 100}));
    CHECK(check_signal(w(), s, named("go", text), {10, 99}).failure().code == errc::full);
    take(w(), s, 1010, named("go", text));
    CHECK(check_signal(w(), s, named("go", text), {10, 200}));
    CHECK(check_signal(w(), s, named("go", text), {10, 199}).failure().code == errc::full);
  }
}

TEST_CASE("signal gate: with declared signals only those come and their payloads fit") {
  const state s = running(with_schemas());
  const auto code = [&](const signalled& signal) {
    const auto verdict = check_signal(with_schemas(), s, signal, {});
    return verdict ? std::string("taken") : to_string(verdict.failure().code);
  };
  CHECK(code(named("paid", {{"amount", 1}})) == "taken");
  CHECK(code(named("paid", {{"sum", 1}})) == "invalid_payload");
  CHECK(code({"paid", nullptr, ""}) == "invalid_payload");
  CHECK(code(named("any", 1)) == "taken");
  CHECK(code({"any", nullptr, ""}) == "taken");
  CHECK(code(named("other")) == "unknown_signal");
  CHECK(check_declared(w(), named("anything goes")));
}

TEST_CASE("signal names: 1 to 256 bytes of plain text") {
  CHECK(is_signal_name("a"));
  CHECK(is_signal_name(std::string(256, 'a')));
  CHECK_FALSE(is_signal_name(std::string(257, 'a')));
  CHECK_FALSE(is_signal_name(""));
  CHECK_FALSE(is_signal_name("a\n"));
  CHECK_FALSE(is_signal_name("\xFF"));
}

} // namespace core_signal_test
