// Reading: results, lists, history, what is due. What every store promises.
#include "tests/contract/tested_store.hpp"

namespace read_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace {

std::vector<std::string> uids_of(const result<std::vector<due_row>>& rows) {
  std::vector<std::string> uids;
  for (const due_row& row : *rows)
    uids.push_back(row.uid);
  return uids;
}

std::vector<std::string> uids_of(const result<std::vector<summary_row>>& rows) {
  std::vector<std::string> uids;
  for (const summary_row& row : *rows)
    uids.push_back(row.uid);
  return uids;
}

using texts = std::vector<std::string>;
constexpr auto steady = core::timeline::steady;

} // namespace

TEST_CASE("results: the chain holds after 1,000 of them") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  std::vector<change> batch;
  batch.reserve(1000);
  for (int i = 0; i < 1000; ++i)
    batch.emplace_back(step_of(key, i + 2, i % 2 == 0 ? "even" : "odd", std::to_string(i)));
  for (const auto& answer : s->write(batch))
    REQUIRE(answer);

  const auto last = s->last_results(key, {"odd", "nobody", "even"});
  REQUIRE(last);
  REQUIRE(last->size() == 2);
  CHECK((*last)[0].node == "odd");
  CHECK((*last)[0].output == "999");
  CHECK((*last)[0].revision == 1001);
  CHECK((*last)[0].at == 2001);
  CHECK((*last)[0].attempt == 1);
  CHECK((*last)[1].output == "998");

  const auto even = s->results(key, "even", 500);
  REQUIRE(even);
  REQUIRE(even->size() == 500);
  for (std::size_t i = 0; i < 500; ++i)
    REQUIRE((*even)[i].output == std::to_string(2 * i));
  const auto too_many = s->results(key, "even", 499);
  CHECK(too_many.failure().code == errc::limit);
  CHECK(too_many.failure().message.find("history_too_large") != std::string::npos);
  CHECK(s->results(key, "nobody", 1)->empty());

  const auto context = s->context(key, 3);
  REQUIRE(context);
  REQUIRE(context->size() == 3);
  CHECK((*context)[0].output == "997");
  CHECK((*context)[2].output == "999");
  CHECK(s->context(key, 5000)->size() == 1000);
}

TEST_CASE("results: failures, undefined outputs and nodes that were never entered count too") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  step_write failed = step_of(key, 2, "b", "");
  failed.step.output.reset();
  failed.step.error = "Error: no";
  failed.visits_set.clear();
  step_write no_result = step_of(key, 3, "b", "");
  no_result.step.is_result = false;
  no_result.step.output.reset();
  REQUIRE(s->write({failed})[0]);
  REQUIRE(s->write({no_result})[0]);
  const auto rows = s->results(key, "b", 10);
  REQUIRE(rows);
  REQUIRE(rows->size() == 1);
  CHECK((*rows)[0].error == "Error: no");
  CHECK_FALSE((*rows)[0].output);
  CHECK(s->last_results(key, {"b"})->size() == 1);
}

TEST_CASE("results: of an instance that does not exist are not_found") {
  tested_store s(any_kind());
  CHECK(s->load(5).failure().code == errc::not_found);
  CHECK(s->history(5, 0, 1).failure().code == errc::not_found);
  CHECK(s->context(5, 1).failure().code == errc::not_found);
  CHECK(s->results(5, "a", 1).failure().code == errc::not_found);
  CHECK(s->last_results(5, {"a"}).failure().code == errc::not_found);
}

TEST_CASE("due: in the order of time and key, behind a mark") {
  tested_store s(any_kind());
  const auto keys = s.with_instances({"a", "b", "c", "d"});
  for (const auto& answer : s->write({parked_until(keys[0], 2, 300), parked_until(keys[1], 2, 100),
                                      parked_until(keys[2], 2, 100), parked_until(keys[3], 2, 400)}))
    REQUIRE(answer);
  CHECK(uids_of(s->due(steady, {}, 300, 10)) == texts{"b", "c", "a"});
  CHECK(uids_of(s->due(steady, {}, 300, 2)) == texts{"b", "c"});
  CHECK(uids_of(s->due(steady, {100, keys[1]}, 300, 10)) == texts{"c", "a"});
  CHECK(uids_of(s->due(steady, {100, keys[2]}, 99'999, 10)) == texts{"a", "d"});
  CHECK(uids_of(s->due(steady, {}, 99, 10)).empty());
  CHECK(s->due(steady, {}, 300, 1)->front().due_at == 100);
  CHECK(s->next_due(steady, {})->value() == 100);
  CHECK(s->next_due(steady, {100, keys[2]})->value() == 300);
  CHECK_FALSE(s->next_due(steady, {400, keys[3]})->has_value());
  CHECK(s->load(keys[0])->header.wake_at == 300);
}

TEST_CASE("due: a timer that moved or went is found in its new place only") {
  tested_store s(any_kind());
  const auto keys = s.with_instances({"a", "b"});
  REQUIRE(s->write({parked_until(keys[0], 2, 100)})[0]);
  REQUIRE(s->write({parked_until(keys[1], 2, 100)})[0]);
  REQUIRE(s->write({parked_until(keys[0], 3, 700)})[0]);
  REQUIRE(s->write({step_of(keys[1], 3, "a", "1")})[0]);
  CHECK(uids_of(s->due(steady, {}, 500, 10)).empty());
  CHECK(uids_of(s->due(steady, {}, 700, 10)) == texts{"a"});
}

TEST_CASE("due: the two timelines are apart, and an instance may have timers of both") {
  tested_store s(any_kind());
  const auto keys = s.with_instances({"a", "b"});
  auto both = parked_until(keys[0], 2, 300);
  both.header.wake_on = 200;
  both.timers_set[0].line = core::timeline::calendar;
  auto dated = step_of(keys[1], 2, "a", "1");
  dated.header.wake_on = 100;
  for (const auto& answer : s->write({both, dated}))
    REQUIRE(answer);
  constexpr auto calendar = core::timeline::calendar;
  CHECK(uids_of(s->due(steady, {}, 999, 10)) == texts{"a"});
  CHECK(uids_of(s->due(calendar, {}, 999, 10)) == texts{"b", "a"});
  CHECK(uids_of(s->due(calendar, {100, keys[1]}, 999, 10)) == texts{"a"});
  CHECK(uids_of(s->due(calendar, {}, 199, 10)) == texts{"b"});
  CHECK(s->next_due(calendar, {})->value() == 100);
  CHECK(s->load(keys[0])->timers[0].line == calendar);
  CHECK(s->load(keys[0])->header.wake_on == 200);
  const auto listed = s->list(0, 10);
  CHECK(listed->front().wake_on == 200);
  CHECK(listed->front().wake_at == 300);
  REQUIRE(s->write({step_of(keys[1], 3, "a", "1")})[0]);
  CHECK(uids_of(s->due(calendar, {}, 999, 10)) == texts{"a"});
}

TEST_CASE("offsets: what the last clock_write left, and where each step was on the three lines") {
  tested_store s(any_kind());
  CHECK(s->offsets().value() == core::clock_offsets{});
  REQUIRE(s->write({clock_write{{5}}})[0]);
  REQUIRE(s->write({clock_write{{-8}}})[0]);
  CHECK(s->offsets().value() == core::clock_offsets{-8});
  const instance_key key = s.with_instance("a");
  auto step = step_of(key, 2, "a", "1");
  step.step.at = core::moment(1010, 1000, 990);
  REQUIRE(s->write({step})[0]);
  const auto steps = s->history(key, 0, 10);
  CHECK(steps->at(0).at == core::moment(1001));
  CHECK(steps->at(1).at == core::moment(1010, 1000, 990));
  CHECK(s->last_time().value() == 1001); // on the steady line, of which 1000 is before the first step's
}

TEST_CASE("in_flight: the instances with a ready cursor") {
  tested_store s(any_kind());
  const auto keys = s.with_instances({"a", "b", "c"});
  CHECK(uids_of(s->in_flight(0, 10)) == texts{"a", "b", "c"});
  REQUIRE(s->write({parked_until(keys[1], 2, 100)})[0]);
  CHECK(uids_of(s->in_flight(0, 10)) == texts{"a", "c"});
  CHECK(uids_of(s->in_flight(0, 1)) == texts{"a"});
  CHECK(uids_of(s->in_flight(keys[0], 10)) == texts{"c"});
  REQUIRE(s->write({step_of(keys[1], 3, "a", "1")})[0]);
  CHECK(uids_of(s->in_flight(0, 10)) == texts{"a", "b", "c"});
}

TEST_CASE("list: pages by key") {
  tested_store s(any_kind());
  const auto keys = s.with_instances({"c", "a", "b"});
  REQUIRE(s->write({parked_until(keys[1], 2, 77)})[0]);
  CHECK(uids_of(s->list(0, 2)) == texts{"c", "a"});
  CHECK(uids_of(s->list(keys[1], 2)) == texts{"b"});
  CHECK(s->list(keys[2], 2)->empty());
  const summary_row row = s->list(keys[0], 1)->front();
  CHECK(row.instance == keys[1]);
  CHECK(row.definition_id == "flow");
  CHECK(row.status == instance_status::paused);
  CHECK(row.revision == 2);
  CHECK(row.created_at == 1001);
  CHECK(row.updated_at == 1002);
  CHECK(row.wake_at == 77);
}

TEST_CASE("history: pages by revision") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  for (int i = 2; i <= 5; ++i)
    REQUIRE(s->write({step_of(key, i, "a", "1")})[0]);
  const auto page = s->history(key, 1, 3);
  REQUIRE(page);
  REQUIRE(page->size() == 3);
  CHECK(page->front().revision == 2);
  CHECK(page->back().revision == 4);
  CHECK(s->history(key, 4, 3)->size() == 1);
  CHECK(s->history(key, 5, 3)->empty());
}

TEST_CASE("definitions: the one saved last is the latest, older ones stay") {
  tested_store s(any_kind());
  CHECK_FALSE(s->latest_definition("flow")->has_value());
  REQUIRE(s->save_definition(definition("flow", "h1"), 1));
  REQUIRE(s->save_definition(definition("flow", "h2"), 2));
  REQUIRE(s->save_definition(definition("other", "h3"), 3));
  CHECK(s->latest_definition("flow")->value().hash == "h2");
  CHECK(s->definition_by_hash("h1")->value().text == definition("flow", "h1").text);
  CHECK_FALSE(s->definition_by_hash("h9")->has_value());
  REQUIRE(s->save_definition(definition("flow", "h1"), 4));
  CHECK(s->latest_definition("flow")->value().hash == "h1");
  const auto all = s->latest_definitions();
  REQUIRE(all->size() == 2);
  CHECK((*all)[0].id == "flow");
  CHECK((*all)[0].hash == "h1");
  CHECK((*all)[1].id == "other");
}

TEST_CASE("definitions: one text under two ids is two definitions") {
  tested_store s(any_kind());
  REQUIRE(s->save_definition({"h1", "one", "{}"}, 1));
  REQUIRE(s->save_definition({"h1", "two", "{}"}, 2));
  CHECK(s->latest_definition("one")->value().hash == "h1");
  CHECK(s->latest_definition("two")->value().id == "two");
  CHECK(s->definition_by_hash("h1")->value().id == "one");
  CHECK(s->latest_definitions()->size() == 2);
}

TEST_CASE("checkpoint: harmless at any time") {
  tested_store s(any_kind());
  CHECK(s->checkpoint(0));
  const instance_key key = s.with_instance("a");
  CHECK(s->checkpoint(1 << 20));
  CHECK(s->checkpoint(1));
  CHECK(s->checkpoint(0));
  CHECK(s->load(key));
}

} // namespace read_test
