// Creating and advancing instances: what every store promises.
#include "runtime/core/hash.hpp"
#include "tests/contract/tested_store.hpp"
#include "tests/support/given.hpp"

namespace write_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

TEST_CASE("create: all rows are there, found by the readable id") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("order-1");
  CHECK(s->find("order-1")->value() == key);
  CHECK_FALSE(s->find("order-2")->has_value());
  const auto rows = s->load(key);
  REQUIRE(rows);
  CHECK(rows->uid == "order-1");
  CHECK(rows->definition_id == "flow");
  CHECK(rows->definition_hash == "h1");
  CHECK(rows->input == "{\"n\":1}");
  CHECK(rows->input_hash == "in1");
  CHECK(rows->created_at == 1001);
  CHECK(rows->header.revision == 1);
  CHECK(rows->header.in_flight);
  REQUIRE(rows->cursors.size() == 1);
  CHECK(rows->cursors[0].node == "a");
  CHECK(rows->cursors[0].key == "0123456789abcdef0123456789abcdef");
  REQUIRE(rows->visits.size() == 1);
  CHECK(rows->visits[0].count == 1);
  CHECK(s->history(key, 0, 10)->size() == 1);
}

TEST_CASE("create: the same start again changes nothing, in one batch too") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  REQUIRE(s->write({step_of(key, 2, "a", "1")})[0]);
  const auto again = s->write({create_of("a"), create_of("b"), create_of("b")});
  REQUIRE(again[0]);
  CHECK(again[0]->existed);
  CHECK(again[0]->instance == key);
  REQUIRE(again[1]);
  CHECK_FALSE(again[1]->existed);
  REQUIRE(again[2]);
  CHECK(again[2]->existed);
  CHECK(again[2]->instance == again[1]->instance);
  CHECK(s->load(key)->header.revision == 2);
}

TEST_CASE("create: another definition or input under the same id is a conflict") {
  tested_store s(any_kind());
  s.with_instance("a");
  REQUIRE(s->save_definition(definition("other", "h2"), 2));
  create_write other_input = create_of("a");
  other_input.input_hash = "in2";
  create_write other_definition = create_of("a");
  other_definition.definition_id = "other";
  other_definition.definition_hash = "h2";
  const auto answers = s->write({other_input, other_definition});
  CHECK(answers[0].failure().code == errc::conflict);
  CHECK(answers[1].failure().code == errc::conflict);
}

TEST_CASE("create: a newer text of the same definition finds the old instance") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  REQUIRE(s->save_definition(definition("flow", "h2"), 2));
  create_write newer = create_of("a");
  newer.definition_hash = "h2";
  const auto answer = s->write({newer})[0];
  REQUIRE(answer);
  CHECK(answer->existed);
  CHECK(s->load(key)->definition_hash == "h1");
}

TEST_CASE("create: a definition that was never saved is refused") {
  tested_store s(any_kind());
  const auto answers = s->write({create_of("a")});
  CHECK(answers[0].failure().code == errc::unknown_definition);
  CHECK_FALSE(s->find("a")->has_value());
}

TEST_CASE("step: only the next revision is taken") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  CHECK(s->write({step_of(key, 3, "a", "1")})[0].failure().code == errc::conflict);
  CHECK(s->write({step_of(key, 1, "a", "1")})[0].failure().code == errc::conflict);
  REQUIRE(s->write({step_of(key, 2, "a", "1")})[0]);
  CHECK(s->write({step_of(key, 2, "a", "1")})[0].failure().code == errc::conflict);
  CHECK(s->write({step_of(key + 1, 2, "a", "1")})[0].failure().code == errc::not_found);
  CHECK(s->load(key)->header.revision == 2);
  CHECK(s->history(key, 0, 10)->size() == 2);
}

TEST_CASE("step: a bad one in the middle of a batch hinders no other and leaves nothing") {
  tested_store s(any_kind());
  const auto keys = s.with_instances({"a", "b", "c"});
  step_write bad = step_of(keys[1], 9, "never", "1");
  bad.visits_set.push_back({"never", 5});
  const auto answers = s->write({step_of(keys[0], 2, "a", "1"), bad, step_of(keys[2], 2, "a", "3"), create_of("d"),
                                 step_of(keys[0], 3, "a", "2")});
  REQUIRE(answers.size() == 5);
  CHECK(answers[0]);
  CHECK(answers[1].failure().code == errc::conflict);
  CHECK(answers[2]);
  CHECK(answers[3]);
  CHECK(answers[4]);
  CHECK(s->load(keys[0])->header.revision == 3);
  CHECK(s->load(keys[1])->header.revision == 1);
  CHECK(s->load(keys[1])->visits.size() == 1);
  CHECK(s->load(keys[2])->header.revision == 2);
  CHECK(s->find("d")->has_value());
}

TEST_CASE("step: every field of every row comes back") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  step_write w = step_of(key, 2, "n", "{\"x\":1}");
  w.header = {2, 7, instance_status::error, false, 8, 9, 10, 11, 12, 13, 14, 15, true, 16, 18};
  w.step = {2, 2002, 3, 4, 5, 6, "n", 7, 8, "out", true, "{\"x\":1}", "Error: no", "{\"d\":1}", "a note"};
  cursor_row c{5,  "n",        7,     6, 2, "k", 1, "for rain", 44, 3, 55, "null", "{\"s\":[]}", true, "{\"const\":1}",
               17, "[\"go\"]", "went"};
  w.cursors_set = {c};
  w.timers_set = {{5, 16, 500, core::timeline::calendar}};
  w.cursors_gone = {1};
  REQUIRE(s->write({w})[0]);

  const auto rows = s->load(key);
  REQUIRE(rows);
  const instance_row& h = rows->header;
  CHECK(h.version == 7);
  CHECK(h.status == instance_status::error);
  CHECK_FALSE(h.in_flight);
  CHECK(h.next_cursor == 8);
  CHECK(h.next_scope == 9);
  CHECK(h.steps == 10);
  CHECK(h.step_limit == 11);
  CHECK(h.updated_at == 12);
  CHECK(h.last_started_at == 13);
  CHECK(h.execution_ms == 14);
  CHECK(h.retry_reason == 15);
  CHECK(h.step_limit_exceeded);
  CHECK(h.wake_at == 16);
  CHECK(h.wake_on == 18);
  REQUIRE(rows->cursors.size() == 1);
  const cursor_row& back = rows->cursors[0];
  CHECK(back.cursor == 5);
  CHECK(back.node == "n");
  CHECK(back.visit == 7);
  CHECK(back.scope == 6);
  CHECK(back.phase == 2);
  CHECK(back.key == "k");
  CHECK(back.wait_kind == 1);
  CHECK(back.wait_reason == "for rain");
  CHECK(back.wait_since == 44);
  CHECK(back.retry_attempts == 3);
  CHECK(back.retry_at == 55);
  CHECK(back.payload == "null");
  CHECK(back.node_state == "{\"s\":[]}");
  CHECK(back.timer_fired);
  CHECK(back.payload_schema == "{\"const\":1}");
  CHECK(back.wait_order == 17);
  CHECK(back.wait_signals == "[\"go\"]");
  CHECK(back.signal == "went");
  REQUIRE(rows->timers.size() == 1);
  CHECK(rows->timers[0].cursor == 5);
  CHECK(rows->timers[0].due_at == 16);
  CHECK(rows->timers[0].duration_ms == 500);
  CHECK(rows->timers[0].line == core::timeline::calendar);

  const auto history = s->history(key, 1, 10);
  REQUIRE(history);
  REQUIRE(history->size() == 1);
  const step_row& step = history->front();
  CHECK(step.revision == 2);
  CHECK(step.at == 2002);
  CHECK(step.core_version == 3);
  CHECK(step.kind == 4);
  CHECK(step.cursor == 5);
  CHECK(step.scope == 6);
  CHECK(step.node == "n");
  CHECK(step.visit == 7);
  CHECK(step.attempt == 8);
  CHECK(step.handle == "out");
  CHECK(step.is_result);
  CHECK(step.output == "{\"x\":1}");
  CHECK(step.error == "Error: no");
  CHECK(step.detail == "{\"d\":1}");
  CHECK(step.note == "a note");
}

TEST_CASE("step: timers and cursors go again") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  REQUIRE(s->write({parked_until(key, 2, 5000)})[0]);
  CHECK(s->load(key)->timers.size() == 1);
  step_write end = step_of(key, 3, "a", "1");
  end.cursors_set.clear();
  end.cursors_gone = {1};
  end.timers_gone = {1};
  REQUIRE(s->write({end})[0]);
  CHECK(s->load(key)->timers.empty());
  CHECK(s->load(key)->cursors.empty());
}

TEST_CASE("signals: kept by number until they are taken, and known by their keys") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  step_write w = step_of(key, 2, "a", "1");
  w.signals_set = {{2, 2002, "go", "{\"n\":1}"}, {1, 2001, "stop", std::nullopt}};
  w.signal_keys_set = {"k2", "k1"};
  REQUIRE(s->write({w})[0]);
  const auto rows = s->load(key);
  REQUIRE(rows);
  REQUIRE(rows->signals.size() == 2);
  CHECK(rows->signals[0].number == 1);
  CHECK_FALSE(rows->signals[0].payload);
  CHECK(rows->signals[1].at == 2002);
  CHECK(rows->signals[1].name == "go");
  CHECK(rows->signals[1].payload == "{\"n\":1}");
  for (const char* known : {"k1", "k2"})
    CHECK(given(s->has_signal_key(key, known)));
  CHECK_FALSE(given(s->has_signal_key(key, "k3")));
  CHECK(s->has_signal_key(key + 1, "k1").failure().code == errc::not_found);

  step_write next = step_of(key, 3, "a", "1");
  next.signals_gone = {1};
  REQUIRE(s->write({next})[0]);
  REQUIRE(s->load(key)->signals.size() == 1);
  CHECK(s->load(key)->signals[0].number == 2);

  step_write again = step_of(key, 4, "a", "1");
  again.signal_keys_set = {"k1"};
  again.signals_gone = {2};
  const auto known = given(s->write({again})[0]);
  CHECK(known.existed);
  CHECK(s->load(key)->header.revision == 3);
  CHECK(s->load(key)->signals.size() == 1);
}

TEST_CASE("signals: keys are forgotten when they are old and beyond the newest, not before") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  for (std::int64_t n = 2; n <= 6; ++n) { // k2 … k6, at 2000 … 6000
    step_write w = step_of(key, n, "a", "1");
    w.step.at = n * 1000;
    w.signal_keys_set = {"k" + std::to_string(n)};
    REQUIRE(s->write({w})[0]);
  }
  const auto left_by = [&](std::int64_t revision, signal_keys_limit limit) {
    step_write w = step_of(key, revision, "a", "1");
    w.signal_keys_gone = limit;
    REQUIRE(s->write({w})[0]);
    std::string left;
    for (int n = 2; n <= 6; ++n)
      if (given(s->has_signal_key(key, "k" + std::to_string(n)))) left += std::to_string(n);
    return left;
  };
  CHECK(left_by(7, {5, 9000}) == "23456"); // as many as are kept
  CHECK(left_by(8, {2, 3000}) == "3456");  // k3 is young enough
  CHECK(left_by(9, {3, 9000}) == "456");
  CHECK(left_by(10, {0, 4001}) == "56");
  CHECK(left_by(11, {0, 9000}).empty());
}

TEST_CASE("identity: it stays until it is renewed, and the seed of keys is of it and the instance's number") {
  tested_store s(any_kind());
  const instance_key a = s.with_instance("a");
  const std::string identity = given(s->facts()).identity;
  CHECK(identity.size() == 32);
  CHECK(given(s->load(a)).key_seed == core::key_seed(identity, a));
  const std::string other = given(s->renew_identity());
  CHECK(other != identity);
  CHECK(given(s->facts()).identity == other);
  CHECK(given(s->load(a)).key_seed == core::key_seed(other, a));
}

TEST_CASE("create: an instance gets the number that it asks for, and the next ones lie behind it") {
  tested_store s(any_kind());
  const instance_key first = s.with_instance("a");
  CHECK(given(s->last_instance()) == first);
  create_write b = create_of("b");
  b.first.instance = first + 7;
  CHECK(given(s->write({b})[0]).instance == first + 7);
  create_write c = create_of("c");
  c.first.instance = first + 3; // two that began together need not be written in their order
  CHECK(given(s->write({c})[0]).instance == first + 3);
  CHECK(given(s->last_instance()) == first + 7);
  CHECK(given(s->write({create_of("d")})[0]).instance > first + 7);
}

TEST_CASE("closing: the end from outside and the instance's own timer are kept") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  CHECK_FALSE(s->load(key)->closing);
  step_write begun = step_of(key, 2, "a", "1");
  begun.closing_set = closing_row{instance_status::failed, "too long"};
  begun.timers_set = {{0, 5000, 3000}};
  begun.header.wake_at = 5000;
  begun.header.in_flight = false;
  REQUIRE(s->write({begun})[0]);
  const auto rows = s->load(key);
  REQUIRE(rows);
  REQUIRE(rows->closing);
  CHECK(rows->closing->end == instance_status::failed);
  CHECK(rows->closing->reason == "too long");
  REQUIRE(rows->timers.size() == 1);
  CHECK(rows->timers[0].cursor == 0);
  CHECK(rows->timers[0].due_at == 5000);
  CHECK(rows->timers[0].duration_ms == 3000);
  CHECK(s->due(core::timeline::steady, {}, 5000, 10)->size() == 1);

  step_write ended = step_of(key, 3, "a", "1");
  ended.timers_gone = {0};
  ended.header.status = instance_status::failed;
  ended.header.in_flight = false;
  REQUIRE(s->write({ended})[0]);
  CHECK(s->load(key)->timers.empty());
  CHECK(s->load(key)->closing->reason == "too long");
  CHECK(s->due(core::timeline::steady, {}, 5000, 10)->empty());
  REQUIRE(s->write({remove_write{key}})[0]);
  while (*s->clean_up()) {
  }
  const instance_key next = s.with_instance("a");
  CHECK_FALSE(s->load(next)->closing);
}

TEST_CASE("memory: kept by scope, node and name until it is forgotten") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  step_write first = step_of(key, 2, "a", "1");
  first.memories_set = {
      {0, "b", "next", "1"}, {0, "a", "next", "2"}, {0, "a", "items", "[1]"}, {3, "a", "next", "null"}};
  REQUIRE(s->write({first})[0]);
  step_write second = step_of(key, 3, "a", "1");
  second.memories_set = {{0, "a", "next", "5"}, {0, "b", "next", std::nullopt}, {0, "b", "never", std::nullopt}};
  REQUIRE(s->write({second})[0]);
  const auto rows = s->load(key);
  REQUIRE(rows);
  REQUIRE(rows->memories.size() == 3);
  CHECK(rows->memories[0].name == "items");
  CHECK(rows->memories[0].value == "[1]");
  CHECK(rows->memories[1].node == "a");
  CHECK(rows->memories[1].value == "5");
  CHECK(rows->memories[2].scope == 3);
  CHECK(rows->memories[2].value == "null");
}

TEST_CASE("texts: any bytes come back as they were, a megabyte too") {
  tested_store s(any_kind());
  const std::string uid = std::string("z\xC3\xBCrich\0\xF0\x9F\x90\x89", 12);
  const instance_key key = s.with_instance(uid);
  CHECK(s->find(uid)->value() == key);
  CHECK_FALSE(s->find(std::string("z\xC3\xBCrich"))->has_value());
  const std::string output = "\"" + std::string(1 << 20, 'o') + std::string("\0 end\"", 6);
  REQUIRE(s->write({step_of(key, 2, "a'; DROP TABLE step; --", output)})[0]);
  const auto last = s->last_results(key, {"a'; DROP TABLE step; --"});
  REQUIRE(last);
  REQUIRE(last->size() == 1);
  CHECK((*last)[0].output == output);
  CHECK(s->load(key)->uid == uid);
}

TEST_CASE("time: the latest time of any step is known") {
  tested_store s(any_kind());
  CHECK(*s->last_time() == 0);
  const auto keys = s.with_instances({"a", "b"});
  step_write later = step_of(keys[0], 2, "a", "1");
  later.step.at = 9000;
  step_write earlier = step_of(keys[1], 2, "a", "1");
  earlier.step.at = 8000;
  REQUIRE(s->write({later, earlier})[0]);
  CHECK(*s->last_time() == 9000);
  step_write refused = step_of(keys[1], 7, "a", "1");
  refused.step.at = 99'000;
  REQUIRE_FALSE(s->write({refused})[0]);
  CHECK(*s->last_time() == 9000);
}

TEST_CASE("batch: an empty one has no answers") {
  tested_store s(any_kind());
  CHECK(s->write({}).empty());
}

} // namespace write_test
