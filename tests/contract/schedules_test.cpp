// What every store keeps of schedules.
#include "tests/contract/tested_store.hpp"

namespace schedules_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace {

schedule_row row_of(const std::string& id, std::optional<timestamp_ms> next_due = 2000) {
  schedule_row row;
  row.id = id;
  row.definition_id = "flow";
  row.cron = "*/5 * * * *";
  row.time_zone = "Europe/Berlin";
  row.every_ms = 0;
  row.anchor = 17;
  row.overlap = 1;
  row.missed = 2;
  row.window_ms = 3'600'000;
  row.created_at = 1000;
  row.input = R"({"n":1})";
  row.labels = R"({"site":"north"})";
  row.state.revision = 1;
  row.state.last_due = 1000;
  row.state.next_due = next_due;
  return row;
}

schedule_advance advance_of(const schedule_row& row, const std::function<void(schedule_state&)>& change) {
  schedule_advance made{row.id, row.created_at, row.state};
  ++made.state.revision;
  change(made.state);
  return made;
}

std::vector<std::string> ids(const result<std::vector<schedule_row>>& rows) {
  REQUIRE(rows);
  std::vector<std::string> names;
  for (const schedule_row& row : *rows)
    names.push_back(row.id);
  return names;
}

void check_same(const schedule_row& a, const schedule_row& b) {
  CHECK(a.id == b.id);
  CHECK(a.definition_id == b.definition_id);
  CHECK(a.cron == b.cron);
  CHECK(a.time_zone == b.time_zone);
  CHECK(a.every_ms == b.every_ms);
  CHECK(a.anchor == b.anchor);
  CHECK(a.overlap == b.overlap);
  CHECK(a.missed == b.missed);
  CHECK(a.window_ms == b.window_ms);
  CHECK(a.created_at == b.created_at);
  CHECK(a.input == b.input);
  CHECK(a.labels == b.labels);
  CHECK(a.unreadable == b.unreadable);
  CHECK(a.state.revision == b.state.revision);
  CHECK(a.state.paused == b.state.paused);
  CHECK(a.state.last_due == b.state.last_due);
  CHECK(a.state.next_due == b.state.next_due);
  CHECK(a.state.pending == b.state.pending);
  CHECK(a.state.started == b.state.started);
  CHECK(a.state.skipped == b.state.skipped);
  CHECK(a.state.missed == b.state.missed);
  CHECK(a.state.failed == b.state.failed);
  CHECK(a.state.last_instance == b.state.last_instance);
  CHECK(a.state.last_error == b.state.last_error);
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("schedule rows: come back with every field") {
  tested_store s(any_kind());
  schedule_row row = row_of("nightly");
  row.state = {1, true, 1500, std::nullopt, {1200, 1500}, 3, 4, 5, 6, "nightly-1", "it failed"};
  REQUIRE(s->write({schedule_write{row}})[0]);
  check_same(**s->schedule("nightly"), row);
  const schedule_row plain = [] {
    schedule_row r = row_of("other");
    r.labels.clear();
    return r;
  }();
  REQUIRE(s->write({schedule_write{plain}})[0]);
  check_same(**s->schedule("other"), plain);
  CHECK_FALSE(s->schedule("none")->has_value());
}

TEST_CASE("schedule rows: a state is written without the rest, on the revision before it") {
  tested_store s(any_kind());
  schedule_row row = row_of("a");
  REQUIRE(s->write({schedule_write{row}})[0]);
  const auto next = advance_of(row, [](schedule_state& now) {
    now.pending = {2000};
    now.next_due = 3000;
    now.skipped = 1;
  });
  REQUIRE(s->write({next})[0]);
  row.state = next.state;
  check_same(**s->schedule("a"), row);
  CHECK(s->write({next})[0].failure().code == errc::conflict);
  auto later = advance_of(row, [](schedule_state& now) { ++now.revision; });
  CHECK(s->write({later})[0].failure().code == errc::conflict);
  auto of_another = advance_of(row, [](schedule_state&) {});
  of_another.created_at = 999;
  CHECK(s->write({of_another})[0].failure().code == errc::conflict);
  of_another.id = "none";
  CHECK(s->write({of_another})[0].failure().code == errc::not_found);
  check_same(**s->schedule("a"), row);
}

TEST_CASE("schedule rows: a new one needs a free id, one in its place the revision before") {
  tested_store s(any_kind());
  schedule_row row = row_of("a");
  const auto twice = s->write({schedule_write{row}, schedule_write{row}});
  CHECK(twice[0]);
  CHECK(twice[1].failure().code == errc::conflict);
  row.cron.clear();
  row.every_ms = 60'000;
  row.input = "[]";
  row.state.revision = 2;
  row.state.next_due = 5000;
  REQUIRE(s->write({schedule_write{row}})[0]);
  check_same(**s->schedule("a"), row);
  CHECK(ids(s->due_schedules(4999, 10)).empty());
  CHECK(ids(s->due_schedules(5000, 10)) == names{"a"});
}

TEST_CASE("schedule rows: removed they are gone and their id is free") {
  tested_store s(any_kind());
  schedule_row row = row_of("a");
  row.state.pending = {1000};
  REQUIRE(s->write({schedule_write{row}})[0]);
  REQUIRE(s->write({schedule_remove{"a"}})[0]);
  CHECK(s->write({schedule_remove{"a"}})[0].failure().code == errc::not_found);
  CHECK_FALSE(s->schedule("a")->has_value());
  CHECK(ids(s->schedules("", 10)).empty());
  CHECK(ids(s->due_schedules(INT64_MAX, 10)).empty());
  CHECK(ids(s->waiting_schedules("", 10)).empty());
  CHECK(s->write({advance_of(row, [](schedule_state&) {})})[0].failure().code == errc::not_found);
  CHECK(s->write({schedule_write{row}})[0]);
}

TEST_CASE("schedule rows: those that are due come in the order of their times") {
  tested_store s(any_kind());
  REQUIRE(
      s->write({schedule_write{row_of("c", 2000)}, schedule_write{row_of("b", 3000)}, schedule_write{row_of("a", 3000)},
                schedule_write{row_of("d", std::nullopt)}, schedule_write{row_of("e", 4000)}})[4]);
  CHECK(ids(s->due_schedules(1999, 10)).empty());
  CHECK(ids(s->due_schedules(3000, 10)) == names{"c", "a", "b"});
  CHECK(ids(s->due_schedules(3000, 2)) == names{"c", "a"});
  CHECK(*s->next_schedule_due(INT64_MIN) == 2000);
  CHECK(*s->next_schedule_due(2000) == 3000);
  CHECK(*s->next_schedule_due(3000) == 4000);
  CHECK_FALSE(s->next_schedule_due(4000)->has_value());
  CHECK(ids(s->schedules("", 10)) == names{"a", "b", "c", "d", "e"});
  CHECK(ids(s->schedules("b", 2)) == names{"c", "d"});
}

TEST_CASE("schedule rows: those with runs that wait are found") {
  tested_store s(any_kind());
  schedule_row a = row_of("a");
  schedule_row b = row_of("b");
  schedule_row c = row_of("c", std::nullopt);
  b.state.pending = {1, 2};
  c.state.pending = {3};
  c.state.paused = true;
  REQUIRE(s->write({schedule_write{a}, schedule_write{b}, schedule_write{c}})[2]);
  CHECK(ids(s->waiting_schedules("", 10)) == names{"b", "c"});
  CHECK(ids(s->waiting_schedules("", 1)) == names{"b"});
  CHECK(ids(s->waiting_schedules("b", 10)) == names{"c"});
  REQUIRE(s->write({advance_of(b, [](schedule_state& now) { now.pending.clear(); })})[0]);
  CHECK(ids(s->waiting_schedules("", 10)) == names{"c"});
}

TEST_CASE("schedule rows: there is a bound to how many there are") {
  tested_store s(GENERATE(store_kind::memory, store_kind::sqlite));
  std::vector<change> batch;
  for (std::size_t i = 0; i < schedules_max + 1; ++i)
    batch.emplace_back(schedule_write{row_of("s" + std::to_string(i))});
  const auto answers = s->write(batch);
  CHECK(answers[schedules_max - 1]);
  CHECK(answers[schedules_max].failure().code == errc::limit);
  schedule_row again = row_of("s0");
  again.state.revision = 2;
  CHECK(s->write({schedule_write{again}})[0]);
}

TEST_CASE("schedule rows: a refused one hinders no other change") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  const auto answers = s->write({schedule_remove{"none"}, step_of(key, 2, "a", "1"), schedule_write{row_of("a")}});
  CHECK(answers[0].failure().code == errc::not_found);
  CHECK(answers[1]);
  CHECK(answers[2]);
}

TEST_CASE("schedule rows: encrypted inputs are in no file, and who has no key may still pause") {
  const temp_folder folder;
  const std::string file = folder.file("store.db");
  const secrets_options keys = sealed_in(folder.path());
  schedule_row row = row_of("a");
  row.input = R"({"n":"an input to be seen"})";
  row.labels = R"({"site":"a label to be seen"})";
  {
    auto store = *open_sqlite_store(file, 0, encrypting(keys));
    REQUIRE(store->write({schedule_write{row}})[0]);
    CHECK_FALSE(is_in_files(file, "to be seen"));
  }
  {
    payload_protection blind;
    blind.is_without_keys = true;
    auto store = *open_sqlite_store(file, 0, blind);
    const auto unreadable = store->schedule("a");
    REQUIRE(unreadable);
    CHECK_THAT((*unreadable)->unreadable, Catch::Contains("encrypted with key 1"));
    const auto paused = advance_of(row, [](schedule_state& now) {
      now.paused = true;
      now.next_due.reset();
    });
    REQUIRE(store->write({paused})[0]);
    row.state = paused.state;
  }
  auto store = *open_sqlite_store(file, 0, encrypting(keys));
  check_same(**store->schedule("a"), row);
}

} // namespace schedules_test
