// The codec loses nothing: every event and every state comes back from its rows, and the stored events replay.
#include "runtime/core/hash.hpp"
#include "storage/codec.hpp"
#include "tests/support/given.hpp"
#include "tests/support/workflows.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

namespace storage_codec_test {

using namespace pawl;
using namespace pawl::core;
using namespace pawl::storage;
using pawl::test::given;

namespace {

// a --> b; b leaves by "timeout" to c.
const char* const graph = R"({
  "id": "w", "start": "a",
  "nodes": [{"id":"a","type":"task"}, {"id":"b","type":"task"}, {"id":"c","type":"task"}],
  "edges": [{"source":"a","target":"b"}, {"source":"b","target":"c","sourceHandle":"timeout"}]
})";

const workflow& w() {
  static const auto compiled = test::compile_good(graph);
  return *compiled;
}

node_index node(const char* id) { return *w().find(id); }

node_paused waits_for_signals() {
  node_paused paused{{1, 1, 1}, wait_kind::signal, "", 100, nullptr};
  paused.signals = {"other", "late"};
  return paused;
}

node_paused longer() {
  node_paused paused{{1, 1, 1}, wait_kind::payload, "", std::nullopt, nullptr};
  paused.until = 5000;
  paused.extends = true;
  return paused;
}

/// A life with every kind of event: failure, retry, pauses, memory, a payload, a timer, the end.
std::vector<event> life() {
  return {
      {1000, started{node("a"), share({{"x", nullptr}}), 50}},
      {1010, node_failed{{1, 1, 1}, "Error: no", true, 2.5, 40}},
      {1050, timer_fired{1, 1}},
      {1060, node_failed{{1, 1, 2}, "Error: again", true, std::numeric_limits<double>::infinity(), 40}},
      {1070, resumed{1, 1, nullptr, std::nullopt}},
      {1080, node_succeeded{{1, 1, 3},
                            std::nullopt,
                            {{"next", share(3)}, {"items", share(nlohmann::json::array({1, 2}))}, {"gone", nullptr}}}},
      {1090, node_paused{{1, 1, 1},
                         wait_kind::payload,
                         "for \xC3\xA4 word",
                         std::nullopt,
                         share(nullptr),
                         share({{"type", {"object", "null"}}})}},
      {1100, resumed{1, 1, share(nullptr), 7}},
      {1110, node_paused{{1, 1, 1}, wait_kind::timer, "", 500, nullptr}},
      {1610, timer_fired{1, 1}},
      {1620, node_paused{{1, 1, 1}, wait_kind::payload, "once more", 100, share({{"k", 1}})}},
      {1630, signalled{"early", share({{"n", 1}}), "key-1"}},
      {1640, signalled{"late", nullptr, ""}},
      {1720, timer_fired{1, 1}},
      {1725, waits_for_signals()},
      {1726, node_paused{{1, 1, 1}, wait_kind::payload, "", std::nullopt, nullptr}},
      {1727, resumed{1, 1, nullptr, std::nullopt}},
      {1728, waits_for_signals()},
      {1729, signalled{"never", share("x"), ""}},
      {1729, signalled{"other", nullptr, "key-2"}},
      {1729, longer()},
      {1729, resumed{1, 1, nullptr, std::nullopt}},
      {1730, node_succeeded{{1, 1, 1}, "unknown", {}}},
  };
}

bool equal(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// An event's every field; core has no use for comparing them.
struct same_event {
  bool operator()(const started& a, const started& b) const {
    return a.node == b.node && same(a.payload, b.payload) && a.step_limit == b.step_limit &&
           a.signal.has_value() == b.signal.has_value() && (!a.signal || (*this)(*a.signal, *b.signal));
  }
  bool operator()(const node_succeeded& a, const node_succeeded& b) const {
    bool alike = a.of == b.of && a.handle == b.handle && a.memory.size() == b.memory.size();
    for (std::size_t i = 0; alike && i < a.memory.size(); ++i)
      alike = a.memory[i].name == b.memory[i].name && same(a.memory[i].value, b.memory[i].value);
    return alike;
  }
  bool operator()(const node_failed& a, const node_failed& b) const {
    return a.of == b.of && a.error == b.error && a.retryable == b.retryable && equal(a.max_attempts, b.max_attempts) &&
           a.delay_ms == b.delay_ms;
  }
  bool operator()(const node_paused& a, const node_paused& b) const {
    return a.of == b.of && a.kind == b.kind && a.reason == b.reason && a.timer_ms == b.timer_ms &&
           same(a.node_state, b.node_state) && same(a.payload_schema, b.payload_schema) && a.signals == b.signals &&
           a.until == b.until && a.extends == b.extends;
  }
  bool operator()(const signalled& a, const signalled& b) const {
    return a.name == b.name && same(a.payload, b.payload) && a.key == b.key;
  }
  bool operator()(const resumed& a, const resumed& b) const {
    return a.cursor == b.cursor && a.visit == b.visit && same(a.payload, b.payload) && a.step_limit == b.step_limit;
  }
  bool operator()(const timer_fired& a, const timer_fired& b) const {
    return a.cursor == b.cursor && a.visit == b.visit;
  }
  template <class A, class B> bool operator()(const A&, const B&) const { return false; }
};

step carry_out(state& s, const event& e) {
  auto verdict = apply(w(), s, e);
  if (const auto* no = std::get_if<rejected>(&verdict)) FAIL(no->reason);
  return std::get<step>(std::move(verdict));
}

void save_life(store& to, std::size_t events) {
  REQUIRE(to.save_definition({"h", "w", graph}, 1));
  state s = initial_state(w(), "i", key_seed(given(to.facts()).identity, 1));
  const auto all = life();
  for (std::size_t n = 0; n < events; ++n) {
    const step done = carry_out(s, all[n]);
    step_write rows =
        encode_step(w(), s, all[n], done, done.result ? std::optional<std::string>("null") : std::nullopt);
    change wanted = rows;
    if (n == 0)
      wanted = create_write{"i", "w", "h", "{}", "hash", s.created_at, rows};
    else
      std::get<step_write>(wanted).instance = 1;
    given(to.write({wanted})[0]);
    const auto loaded = to.load(1);
    REQUIRE(loaded);
    const auto back = given(decode_state(w(), *loaded));
    CHECK(back == s);
  }
}

loaded_instance loaded_life(std::size_t events) {
  const auto s = open_memory_store();
  save_life(*s, events);
  return *s->load(1);
}

void check_corrupt(const loaded_instance& rows, const std::string& fault) {
  const auto back = decode_state(w(), rows);
  REQUIRE_FALSE(back);
  CHECK(back.failure().code == errc::corrupt);
  CHECK_THAT(back.failure().message, Catch::Contains(fault));
}

/// Hands out another store's rows with one thing changed.
class altered final : public reader {
public:
  explicit altered(reader& from) : from_(from) {}
  std::function<void(loaded_instance&)> change_rows = [](loaded_instance&) {};
  std::function<void(step_row&)> change_step = [](step_row&) {};

  result<std::optional<instance_key>> find(std::string_view uid) override { return from_.find(uid); }
  result<loaded_instance> load(instance_key i) override {
    auto rows = from_.load(i);
    if (rows) change_rows(*rows);
    return rows;
  }
  result<std::vector<summary_row>> list(instance_key a, std::size_t n) override { return from_.list(a, n); }
  result<std::vector<step_row>> history(instance_key i, std::int64_t a, std::size_t n) override {
    auto steps = from_.history(i, a, n);
    if (steps)
      for (step_row& row : *steps)
        change_step(row);
    return steps;
  }
  result<std::vector<result_row>> context(instance_key i, std::size_t n) override { return from_.context(i, n); }
  result<std::vector<result_row>> last_results(instance_key i, const std::vector<std::string>& n) override {
    return from_.last_results(i, n);
  }
  result<std::vector<result_row>> results(instance_key i, std::string_view node, const result_limits& n) override {
    return from_.results(i, node, n);
  }
  result<std::optional<definition_row>> definition_by_hash(std::string_view h) override {
    return from_.definition_by_hash(h);
  }
  result<std::optional<definition_row>> latest_definition(std::string_view i) override {
    return from_.latest_definition(i);
  }
  result<std::vector<definition_row>> latest_definitions() override { return from_.latest_definitions(); }
  result<std::vector<definition_version>> definitions(std::int64_t after, std::size_t limit) override {
    return from_.definitions(after, limit);
  }
  result<std::vector<summary_row>> list_by_uid(std::string_view after, std::size_t limit) override {
    return from_.list_by_uid(after, limit);
  }
  result<std::vector<secret_audit_entry>> secret_audit(std::int64_t after, std::size_t limit) override {
    return from_.secret_audit(after, limit);
  }
  result<std::vector<schedule_row>> schedules(std::string_view after, std::size_t limit) override {
    return from_.schedules(after, limit);
  }
  result<core::clock_offsets> offsets() override { return from_.offsets(); }
  result<store_facts> facts() override { return from_.facts(); }
  result<std::optional<schedule_row>> schedule(std::string_view id) override { return from_.schedule(id); }

private:
  reader& from_;
};

} // namespace

TEST_CASE("codec: every event comes back as it was") {
  state s = initial_state(w(), "i");
  for (const event& e : life()) {
    const step done = carry_out(s, e);
    const step_write rows = encode_step(w(), s, e, done, std::nullopt);
    CHECK(rows.step.revision == s.revision);
    CHECK(rows.step.is_result == done.result.has_value());
    const auto back = given(decode_event(w(), rows.step));
    INFO(name_of(e.what) << " " << s.revision);
    CHECK(back.at == e.at);
    CHECK(std::visit(same_event{}, back.what, e.what));
  }
}

TEST_CASE("codec: policy numbers that JSON lacks come back too") {
  for (const double number : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                              std::nan(""), 0.1, 1e300, 5e-324}) {
    state s = initial_state(w(), "i");
    carry_out(s, life()[0]);
    const event e{1010, node_failed{{1, 1, 1}, "Error: no", false, number, 1}};
    const step done = carry_out(s, e);
    const auto back = decode_event(w(), encode_step(w(), s, e, done, std::nullopt).step);
    REQUIRE(back);
    CHECK(std::visit(same_event{}, back->what, e.what));
  }
}

TEST_CASE("codec: text that is not UTF-8 is replaced and throws nothing") {
  state s = initial_state(w(), "i");
  carry_out(s, life()[0]);
  const event e{1010, node_paused{{1, 1, 1}, wait_kind::payload, "a\xFF", std::nullopt, nullptr}};
  const step done = carry_out(s, e);
  const auto back = decode_event(w(), encode_step(w(), s, e, done, std::nullopt).step);
  REQUIRE(back);
  CHECK(std::get<node_paused>(back->what).reason == "a\xEF\xBF\xBD");
}

TEST_CASE("codec: the state comes back after every event, and the history replays") {
  const auto s = open_memory_store();
  save_life(*s, life().size());
  given(check_replay(w(), *s, 1));
  CHECK(s->load(1)->header.status == instance_status::completed);
}

TEST_CASE("codec: rows that contradict themselves are corrupt, with the fault named") {
  loaded_instance rows = loaded_life(7);
  REQUIRE(decode_state(w(), rows));
  SECTION("a cursor's node") {
    rows.cursors[0].node = "zz";
    check_corrupt(rows, "'zz'");
  }
  SECTION("a visit's node") {
    rows.visits.push_back({"zz", 1});
    check_corrupt(rows, "'zz'");
  }
  SECTION("a memory's node") {
    rows.memories.push_back({0, "zz", "n", "1"});
    check_corrupt(rows, "'zz'");
  }
  SECTION("status") {
    rows.header.status = static_cast<instance_status>(77);
    check_corrupt(rows, "status 77");
  }
  SECTION("phase") {
    rows.cursors[0].phase = 9;
    check_corrupt(rows, "phase 9");
  }
  SECTION("wait kind") {
    rows.cursors[0].wait_kind = 9;
    check_corrupt(rows, "wait 9");
  }
  SECTION("a wait that is missing") {
    rows.cursors[0].wait_kind.reset();
    check_corrupt(rows, "contradict");
  }
  SECTION("JSON") {
    rows.cursors[0].node_state = "{";
    check_corrupt(rows, "stored node state");
  }
  SECTION("a timer without a cursor") {
    rows.timers.push_back({9, 1, 1});
    check_corrupt(rows, "cursor 9");
  }
  SECTION("the in-flight mark") {
    rows.header.in_flight = true;
    check_corrupt(rows, "in-flight");
  }
  SECTION("the waking time") {
    rows.header.wake_at = 5;
    check_corrupt(rows, "waking time");
  }
}

TEST_CASE("codec: hostile events are corrupt") {
  state s = initial_state(w(), "i");
  const step done = carry_out(s, life()[0]);
  step_row row = encode_step(w(), s, life()[0], done, std::nullopt).step;
  SECTION("kind") { row.kind = GENERATE(-1, 6, 1000); }
  SECTION("node") { row.node = "zz"; }
  SECTION("a newer version of the rules") { row.core_version = core_version + 1; }
  SECTION("detail") { row.detail = GENERATE(as<std::string>{}, "", "[", "[]", "7", R"({"limit":"x"})"); }
  SECTION("a failure without its fields") { row.kind = 2; }
  SECTION("a pause without its kind") { row.kind = 3; }
  SECTION("memory") {
    row.kind = 1;
    row.detail = GENERATE(as<std::string>{}, R"({"memory":7})", R"({"memory":[7]})", R"({"memory":[[7]]})",
                          R"({"memory":[["a",1,2]]})");
  }
  const auto back = decode_event(w(), row);
  REQUIRE_FALSE(back);
  CHECK(back.failure().code == errc::corrupt);
}

TEST_CASE("replay: the first difference is named") {
  const auto s = open_memory_store();
  save_life(*s, 7);
  altered a(*s);
  std::string fault;
  SECTION("version") {
    a.change_rows = [](loaded_instance& rows) { rows.header.version = 9; };
    fault = "version is stored as 9, 1 follows";
  }
  SECTION("a cursor's payload") {
    a.change_rows = [](loaded_instance& rows) { rows.cursors[0].payload = "1"; };
    fault = "cursor 1: the payload differs";
  }
  SECTION("a visit count") {
    a.change_rows = [](loaded_instance& rows) { rows.visits[0].count = 4; };
    fault = "the visit count is stored as 4";
  }
  SECTION("what a node remembers") {
    a.change_rows = [](loaded_instance& rows) { rows.memories.pop_back(); };
    fault = "remembers";
  }
  SECTION("a step that is gone") {
    a.change_step = [](step_row& row) { row.revision += row.revision > 3 ? 1 : 0; };
    fault = "revision 4 is missing";
  }
  SECTION("an event that means nothing there") {
    a.change_step = [](step_row& row) { row.visit = row.revision == 6 ? 5 : row.visit; };
    fault = "revision 6";
  }
  SECTION("a result that is no result") {
    a.change_step = [](step_row& row) { row.is_result = false; };
    fault = "revision 2: whether it has a result differs";
  }
  const auto found = check_replay(w(), a, 1);
  REQUIRE_FALSE(found);
  CHECK(found.failure().code == errc::corrupt);
  CHECK_THAT(found.failure().message, Catch::Contains(fault));
}

} // namespace storage_codec_test
