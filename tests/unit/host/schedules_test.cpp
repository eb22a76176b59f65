// Schedules in a runtime, in virtual time: the first Friday is 2027-01-15T08:00:00Z.
#include "runtime/host/schedules.hpp"
#include "tests/support/given.hpp"
#include "tests/support/virtual_host.hpp"

#include <caf/all.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace host_schedules_test {

using namespace pawl;
using namespace pawl::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr std::int64_t first_ms = 1'800'000'000'000;
constexpr std::int64_t hour_ms = 3'600'000;
const char* const job = R"({"id": "job", "nodes": [{"id": "t", "type": "trigger"}], "edges": []})";
const char* const long_job = R"({"id": "job", "nodes": [{"id": "w", "type": "wait"}], "edges": []})";

schedule_spec hourly(const std::string& id = "s") {
  schedule_spec spec;
  spec.id = id;
  spec.definition_id = "job";
  spec.cron = "@hourly";
  return spec;
}

schedule_spec hourly_with(overlap_policy overlap, missed_policy missed = missed_policy::last) {
  schedule_spec spec = hourly();
  spec.overlap = overlap;
  spec.missed = missed;
  return spec;
}

host::engine& open(virtual_host& host, const char* definition = job) {
  host::engine& engine = host.open();
  given(engine.load_definition(definition, ""));
  return engine;
}

schedule_info add(virtual_host& host, const schedule_spec& spec, const json& input = json::object()) {
  auto added = given(host.engine().add_schedule(spec, input, {}));
  host.settle();
  return added;
}

std::vector<std::string> instances(virtual_host& host) {
  std::vector<std::string> ids;
  const auto rows = host.store().list(0, 100'000);
  for (const auto& row : *rows)
    ids.push_back(row.uid);
  return ids;
}

schedule_info info(virtual_host& host, const std::string& id = "s") { return given(host.engine().find_schedule(id)); }

void end(virtual_host& host, const std::string& id) {
  const json payload;
  given(host.engine().resume(id, &payload, {}));
  host.settle();
}

std::string run_at(int hour) {
  return "s-2027-01-15T" + std::string(hour < 10 ? "0" : "") + std::to_string(hour) + ":00:00Z";
}

using ids = std::vector<std::string>;

} // namespace

TEST_CASE("schedules: a run starts when it is due with an id of its own") {
  virtual_host host;
  open(host);
  const schedule_info added = add(host, hourly(), {{"n", 1}});
  CHECK(added.next_due_ms == first_ms + hour_ms);
  CHECK_FALSE(added.last_due_ms);
  host.pass_until(first_ms + hour_ms - 1);
  CHECK(instances(host).empty());
  host.pass(1ms);
  CHECK(instances(host) == ids{run_at(9)});
  CHECK(host.engine().query(run_at(9))->document().at("input") == json{{"n", 1}});
  host.pass(2h);
  CHECK(instances(host) == ids{run_at(9), run_at(10), run_at(11)});
  const schedule_info now = info(host);
  CHECK(now.started == 3);
  CHECK(now.last_instance == run_at(11));
  CHECK(now.last_due_ms == first_ms + 3 * hour_ms);
  CHECK(now.next_due_ms == first_ms + 4 * hour_ms);
  CHECK(now.skipped + now.missed + now.failed == 0);
  CHECK(now.last_error.empty());
}

TEST_CASE("schedules: nothing is due before the wall clock is trusted") {
  virtual_host host;
  open(host);
  add(host, hourly());
  options opts;
  opts.clock_is_trusted = false;
  host.open(opts);
  host.pass(2h);
  CHECK(instances(host).empty());
  host.engine().clock_trusted();
  host.settle();
  CHECK(instances(host) == ids{run_at(10)}); // the last one that was missed
  host.pass(1h);
  CHECK(instances(host) == ids{run_at(10), run_at(11)});
}

TEST_CASE("schedules: an interval keeps to its multiples") {
  virtual_host host;
  open(host);
  schedule_spec spec = hourly();
  spec.cron.clear();
  spec.every_ms = 7'250;
  CHECK(add(host, spec).spec.start_at_ms == first_ms);
  host.pass(30s);
  CHECK(instances(host) == ids{"s-2027-01-15T08:00:07.250Z", "s-2027-01-15T08:00:14.500Z", "s-2027-01-15T08:00:21.750Z",
                               "s-2027-01-15T08:00:29Z"});
}

TEST_CASE("schedules: the calendar of a time zone counts") {
  virtual_host host;
  open(host);
  schedule_spec spec = hourly();
  spec.cron = "30 2 * * *";
  spec.time_zone = "Asia/Kolkata";
  CHECK(add(host, spec).next_due_ms == first_ms + 13 * hour_ms); // 21:00 in UTC
}

TEST_CASE("schedules: where the hour of a run is left out or comes twice it starts once") {
  // In Berlin clocks go from 2:00 to 3:00 on 2027-03-28, and from 3:00 to 2:00 on 2027-10-31, both at 1:00 UTC.
  constexpr std::int64_t spring_ms = 1'806'195'600'000;
  constexpr std::int64_t autumn_ms = 1'824'944'400'000;
  virtual_host host;
  host.clock().set_wall(spring_ms - hour_ms);
  open(host);
  schedule_spec spec = hourly();
  spec.cron = "30 2 * * *";
  spec.time_zone = "Europe/Berlin";
  add(host, spec);
  host.pass_until(spring_ms - 1);
  CHECK(instances(host).empty());
  host.pass(2h);
  CHECK(instances(host) == ids{"s-2027-03-28T01:00:00Z"}); // there was no 2:30
  virtual_host later;
  later.clock().set_wall(autumn_ms - hour_ms);
  open(later);
  add(later, spec);
  later.pass(6h);
  CHECK(instances(later) == ids{"s-2027-10-31T00:30:00Z"}); // 2:30 came at 0:30 UTC and again at 1:30
}

TEST_CASE("schedules: with skip a run is dropped while the one before has not ended") {
  virtual_host host;
  open(host, long_job);
  add(host, hourly());
  host.pass(3h);
  CHECK(instances(host) == ids{run_at(9)});
  CHECK(info(host).skipped == 2);
  end(host, run_at(9));
  host.pass(1h);
  CHECK(instances(host) == ids{run_at(9), run_at(12)});
  CHECK(info(host).skipped == 2);
}

TEST_CASE("schedules: with queue a run waits until the one before has ended") {
  virtual_host host;
  open(host, long_job);
  add(host, hourly_with(overlap_policy::queue));
  host.pass(3h);
  CHECK(instances(host) == ids{run_at(9)});
  CHECK(info(host).waiting_ms == std::vector<std::int64_t>{first_ms + 2 * hour_ms, first_ms + 3 * hour_ms});
  end(host, run_at(9));
  host.pass(1s);
  CHECK(instances(host) == ids{run_at(9), run_at(10)});
  host.pass(5s);
  CHECK(instances(host) == ids{run_at(9), run_at(10)});
  end(host, run_at(10));
  host.pass(1s);
  CHECK(instances(host) == ids{run_at(9), run_at(10), run_at(11)});
  CHECK(info(host).waiting_ms.empty());
  CHECK(info(host).skipped == 0);
}

TEST_CASE("schedules: with allow runs are side by side") {
  virtual_host host;
  open(host, long_job);
  add(host, hourly_with(overlap_policy::allow));
  host.pass(3h);
  CHECK(instances(host) == ids{run_at(9), run_at(10), run_at(11)});
}

TEST_CASE("schedules: what waits is there after a restart") {
  virtual_host host;
  open(host, long_job);
  add(host, hourly_with(overlap_policy::queue));
  host.pass(2h);
  open(host, long_job);
  CHECK(info(host).waiting_ms.size() == 1);
  CHECK(instances(host) == ids{run_at(9)});
  end(host, run_at(9));
  host.pass(1s);
  CHECK(instances(host) == ids{run_at(9), run_at(10)});
}

TEST_CASE("schedules: what was missed while nothing ran is made up as the policy says") {
  struct row {
    missed_policy missed;
    ids made_up;
    std::int64_t missed_count;
  };
  const row rows[]{{missed_policy::none, {}, 5},
                   {missed_policy::last, {run_at(13)}, 4},
                   {missed_policy::all, {run_at(11), run_at(12), run_at(13)}, 2}};
  for (const row& r : rows) {
    INFO(to_string(r.missed));
    virtual_host host;
    open(host);
    schedule_spec spec = hourly();
    spec.overlap = overlap_policy::allow;
    spec.missed = r.missed;
    spec.catch_up_window_ms = 3 * hour_ms;
    add(host, spec);
    host.close();
    host.pass(5h + 10min);
    open(host);
    CHECK(instances(host) == r.made_up);
    CHECK(info(host).missed == r.missed_count);
    host.pass(50min);
    CHECK(instances(host).back() == run_at(14));
    CHECK(instances(host).size() == r.made_up.size() + 1);
  }
}

TEST_CASE("schedules: a clock that jumps ahead is as time off and one that jumps back makes nothing twice") {
  virtual_host host;
  open(host);
  add(host, hourly_with(overlap_policy::allow, missed_policy::all));
  host.clock().set_wall(host.clock().now_ms() + 3 * hour_ms + 60'000);
  host.pass(1s); // it sleeps no longer at a time, however far off the next run is
  CHECK(instances(host) == ids{run_at(9), run_at(10), run_at(11)});
  host.clock().set_wall(host.clock().now_ms() - 2 * hour_ms);
  host.pass(10min);
  open(host);
  host.pass(30min);
  CHECK(instances(host) == ids{run_at(9), run_at(10), run_at(11)});
  CHECK(info(host).started == 3);
}

TEST_CASE("schedules: paused nothing starts and nothing is made up") {
  virtual_host host;
  open(host);
  add(host, hourly_with(overlap_policy::skip, missed_policy::all));
  host.pass(1h);
  const auto paused = host.engine().set_schedule_paused("s", true);
  REQUIRE(paused);
  CHECK(paused->paused);
  CHECK_FALSE(paused->next_due_ms);
  CHECK(host.engine().set_schedule_paused("s", true));
  host.pass(3h);
  open(host);
  CHECK(instances(host) == ids{run_at(9)});
  const auto resumed = host.engine().set_schedule_paused("s", false);
  REQUIRE(resumed);
  CHECK(resumed->next_due_ms == first_ms + 5 * hour_ms);
  host.pass(1h);
  CHECK(instances(host) == ids{run_at(9), run_at(13)});
  CHECK(info(host).missed == 0);
  CHECK(host.engine().set_schedule_paused("none", true).failure().code == errc::not_found);
}

TEST_CASE("schedules: a run that waited when it was paused starts afterwards") {
  virtual_host host;
  open(host, long_job);
  add(host, hourly_with(overlap_policy::queue));
  host.pass(2h);
  REQUIRE(host.engine().set_schedule_paused("s", true));
  end(host, run_at(9));
  host.pass(10s);
  CHECK(instances(host) == ids{run_at(9)});
  REQUIRE(host.engine().set_schedule_paused("s", false));
  host.pass(1s);
  CHECK(instances(host) == ids{run_at(9), run_at(10)});
}

namespace {

bool holds_advance(const std::vector<storage::change>& batch) {
  return std::any_of(batch.begin(), batch.end(),
                     [](const auto& c) { return std::holds_alternative<storage::schedule_advance>(c); });
}
bool holds_start(const std::vector<storage::change>& batch) {
  return std::any_of(batch.begin(), batch.end(),
                     [](const auto& c) { return std::holds_alternative<storage::create_write>(c); });
}

} // namespace

TEST_CASE("schedules: a crash at any write loses no run and makes none twice") {
  for (const overlap_policy overlap : {overlap_policy::skip, overlap_policy::queue, overlap_policy::allow})
    for (int writes = 0; writes < 6; ++writes) {
      INFO(to_string(overlap) << ", dies before write " << writes);
      virtual_host host;
      open(host);
      add(host, hourly_with(overlap));
      int left = writes;
      host.dies_before = [&left](const auto&) { return left-- == 0; };
      host.pass(1h);
      host.pass(30s);
      CHECK(host.is_dead() == (writes < 4));
      host.dies_before = [](const auto&) { return false; };
      open(host);
      host.pass(30s);
      CHECK(instances(host) == ids{run_at(9)});
      CHECK(info(host).started == 1);
      CHECK(info(host).last_instance == run_at(9));
      CHECK(info(host).waiting_ms.empty());
      CHECK(info(host).skipped + info(host).missed + info(host).failed == 0);
    }
}

TEST_CASE("schedules: after a crash between start and note the run counts as running") {
  virtual_host host;
  open(host, long_job);
  add(host, hourly());
  bool has_started = false;
  host.dies_before = [&](const auto& batch) {
    const bool dies = has_started && holds_advance(batch);
    has_started = has_started || holds_start(batch);
    return dies;
  };
  host.pass(1h);
  CHECK(host.is_dead());
  host.dies_before = [](const auto&) { return false; };
  open(host, long_job);
  host.pass(1h);
  CHECK(instances(host) == ids{run_at(9)});
  CHECK(info(host).started == 1);
  CHECK(info(host).skipped == 1);
}

TEST_CASE("schedules: a replacement between start and note knows the run that started") {
  const bool is_there = GENERATE(true, false);
  virtual_host host;
  open(host, long_job);
  add(host, hourly());
  bool has_started = !is_there; // else it dies before the start itself
  host.dies_before = [&](const auto& batch) {
    const bool dies = is_there ? has_started && holds_advance(batch) : holds_start(batch);
    has_started = has_started || holds_start(batch);
    return dies;
  };
  host.pass(1h);
  CHECK(host.is_dead());
  host.dies_before = [](const auto&) { return false; };
  host.close();
  schedule_spec other = hourly();
  other.cron = "30 * * * *";
  auto row = host::row_of(other, host.now());
  REQUIRE(row);
  row->input = "{}";
  const auto replaced = host::put_schedule(host.store(), *row, false, {true}, host.now());
  REQUIRE(replaced);
  CHECK(replaced->started == (is_there ? 1 : 0));
  CHECK(replaced->skipped == (is_there ? 0 : 1));
  CHECK(replaced->last_instance == run_at(9));
  open(host, long_job);
  host.pass(1h);
  CHECK(instances(host) == ids{is_there ? run_at(9) : "s-2027-01-15T09:30:00Z"});
}

TEST_CASE("schedules: what keeps a run from starting is shown and the next one goes on") {
  const char* const picky = R"({"id": "job", "input": {"type": "object", "required": ["n"]},
                                "nodes": [{"id": "t", "type": "trigger"}], "edges": []})";
  virtual_host host;
  open(host);
  add(host, hourly());
  REQUIRE(host.engine().load_definition(picky, ""));
  host.pass(1h);
  CHECK(instances(host).empty());
  CHECK(info(host).failed == 1);
  CHECK_THAT(info(host).last_error, Catch::Contains(run_at(9)) && Catch::Contains("invalid_payload"));
  CHECK(info(host).waiting_ms.empty());
  REQUIRE(host.engine().load_definition(job, ""));
  host.pass(1h);
  CHECK(instances(host) == ids{run_at(10)});
  CHECK(info(host).last_error.empty());
}

TEST_CASE("schedules: the definition is the latest one and comes from the store after a restart") {
  virtual_host host;
  open(host);
  add(host, hourly());
  host.open(); // nobody loads a definition
  host.pass(1h);
  CHECK(instances(host) == ids{run_at(9)});
}

TEST_CASE("schedules: a time zone that is gone is an error of that schedule only") {
  virtual_host host;
  open(host);
  add(host, hourly("good"));
  storage::schedule_row row = **host.store().schedule("good");
  row.id = "bad";
  row.time_zone = "Europe/Atlantis";
  REQUIRE(host.store().write({storage::schedule_write{row}})[0]);
  host.pass(2h);
  CHECK(info(host, "good").started == 2);
  CHECK_THAT(info(host, "bad").last_error, Catch::Contains("Europe/Atlantis"));
  CHECK(info(host, "bad").started == 0);
  storage::schedule_advance mended{"bad", row.created_at, (*host.store().schedule("bad"))->state};
  row.state = mended.state;
  ++row.state.revision;
  row.time_zone = "UTC";
  REQUIRE(host.store().write({storage::schedule_write{row}})[0]); // the zone is back: the policy decides
  host.pass(2min);
  CHECK(info(host, "bad").started == 1);
  CHECK(info(host, "bad").missed == 1);
  CHECK(info(host, "bad").last_error.empty());
}

TEST_CASE("schedules: adding is idempotent, another content is a conflict unless it replaces") {
  virtual_host host;
  host::engine& engine = open(host);
  schedule_spec spec = hourly();
  add(host, spec, {{"a", 1}, {"b", 2}});
  host.pass(1h);
  CHECK(add(host, spec, {{"b", 2}, {"a", 1}}).started == 1);
  CHECK(engine.add_schedule(spec, json::array(), {}).failure().code == errc::conflict);
  spec.cron = "30 * * * *";
  CHECK(engine.add_schedule(spec, {{"a", 1}, {"b", 2}}, {}).failure().code == errc::conflict);
  const auto replaced = engine.add_schedule(spec, {{"a", 1}, {"b", 2}}, {.replace = true});
  REQUIRE(replaced);
  CHECK(replaced->started == 1);
  CHECK(replaced->next_due_ms == first_ms + hour_ms + hour_ms / 2);
  host.pass(30min);
  CHECK(instances(host) == ids{run_at(9), "s-2027-01-15T09:30:00Z"});
}

TEST_CASE("schedules: an interval without a beginning is the same when it is added again") {
  virtual_host host;
  open(host);
  schedule_spec spec = hourly();
  spec.cron.clear();
  spec.every_ms = 60'000;
  add(host, spec);
  host.pass(10s);
  CHECK(add(host, spec).spec.start_at_ms == first_ms);
  spec.start_at_ms = first_ms + 1;
  CHECK(host.engine().add_schedule(spec, json::object(), {}).failure().code == errc::conflict);
}

TEST_CASE("schedules: what cannot be is refused when it is added") {
  virtual_host host;
  host::engine& engine = open(host);
  const auto refused = [&](const std::function<void(schedule_spec&)>& change) {
    schedule_spec spec = hourly();
    change(spec);
    const auto added = engine.add_schedule(spec, json::object(), {});
    return added ? std::string("added") : to_string(added.failure().code) + (" " + added.failure().where);
  };
  CHECK(refused([](auto& s) { s.id.clear(); }) == "invalid_argument ");
  CHECK(refused([](auto& s) { s.id = std::string(151, 'a'); }) == "invalid_argument ");
  CHECK(refused([](auto& s) { s.id = "a\nb"; }) == "invalid_argument ");
  CHECK(refused([](auto& s) { s.definition_id.clear(); }) == "invalid_argument ");
  CHECK(refused([](auto& s) { s.definition_id = "other"; }) == "unknown_definition ");
  CHECK(refused([](auto& s) { s.cron = "0 25 * * *"; }) == "invalid_argument byte 2, hour");
  CHECK(refused([](auto& s) { s.cron.clear(); }) == "invalid_argument ");
  CHECK(refused([](auto& s) { s.every_ms = 60'000; }) == "invalid_argument ");
  CHECK(refused([](auto& s) { s.start_at_ms = 0; }) == "invalid_argument ");
  CHECK(refused([](auto& s) { s.time_zone = "Europe/Atlantis"; }) == "invalid_argument ");
  CHECK(refused([](auto& s) { s.catch_up_window_ms = 0; }) == "invalid_argument ");
  CHECK(refused([](auto& s) { s.catch_up_window_ms = std::int64_t{366} * 86'400'000 + 1; }) == "invalid_argument ");
  CHECK(refused([](auto& s) { s.overlap = static_cast<overlap_policy>(7); }) == "invalid_argument ");
  CHECK(refused([](auto& s) { s.labels[""] = "x"; }) == "invalid_argument ");
  CHECK(refused([](auto& s) { s.id = std::string(150, 'a'); }) == "added");
  CHECK(engine.list_schedules(10, "")->size() == 1);
}

TEST_CASE("schedules: removed it starts nothing more and its instances stay") {
  virtual_host host;
  host::engine& engine = open(host);
  add(host, hourly());
  add(host, hourly("t"));
  host.pass(1h);
  REQUIRE(engine.remove_schedule("s"));
  CHECK(engine.remove_schedule("s").failure().code == errc::not_found);
  CHECK(engine.find_schedule("s").failure().code == errc::not_found);
  host.pass(1h);
  CHECK(instances(host).size() == 3);
  CHECK(engine.list_schedules(10, "")->front().spec.id == "t");
  CHECK(engine.list_schedules(10, "t")->empty());
}

TEST_CASE("schedules: labels reach the instances") {
  virtual_host host;
  open(host);
  schedule_spec spec = hourly();
  spec.labels = {{"site", "north"}};
  CHECK(add(host, spec).spec.labels == spec.labels);
  host.pass(1h);
  CHECK(host.engine().query(run_at(9))->document().at("labels") == json{{"site", "north"}});
}

TEST_CASE("schedules: the actor that starts them may die") {
  virtual_host host;
  open(host);
  add(host, hourly());
  caf::anon_send_exit(host.engine().shared().schedules.get(), caf::exit_reason::kill);
  host.settle();
  host.pass(1h);
  CHECK(instances(host) == ids{run_at(9)});
}

TEST_CASE("schedules: many that are due at once all start") {
  virtual_host host;
  open(host);
  for (int i = 0; i < 150; ++i)
    add(host, hourly("many-" + std::to_string(i)));
  host.pass(1h);
  CHECK(instances(host).size() == 150);
  const auto all = host.engine().list_schedules(1000, "");
  REQUIRE(all->size() == 150);
  for (const schedule_info& one : *all)
    CHECK(one.started == 1);
}

TEST_CASE("schedules: what finds no room is tried again") {
  virtual_host host;
  options opts;
  opts.active_instances_max = 1;
  host::engine& engine = host.open(std::move(opts));
  REQUIRE(engine.load_definition(job, ""));
  add(host, hourly_with(overlap_policy::allow, missed_policy::all));
  add(host, hourly("t"));
  host.pass(1h);
  host.pass(5s);
  CHECK(instances(host).size() == 2);
  CHECK(info(host).started == 1);
  CHECK(info(host, "t").started == 1);
}

} // namespace host_schedules_test
