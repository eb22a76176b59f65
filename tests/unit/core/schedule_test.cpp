// Which runs of a schedule start: overlap, missed runs and clocks that jump, as tables.
#include "runtime/core/schedule.hpp"
#include "tests/support/given.hpp"

#include <catch2/catch.hpp>

namespace core_schedule_test {

using namespace pawl;
using namespace pawl::core;
using pawl::test::given;

namespace {

constexpr std::int64_t minute = 60'000;
constexpr std::int64_t hour = 60 * minute;

recurrence every(std::int64_t ms) { return *recurrence::of_interval(ms, 0); }

schedule_decision decided(const recurrence& when, const schedule_policy& how, const schedule_moment& at) {
  return given(decide(when, how, at));
}

using runs = std::vector<timestamp_ms>;

} // namespace

TEST_CASE("schedule: a run that is due is accepted once, whatever the policy of missed ones") {
  for (const missed_policy missed : {missed_policy::none, missed_policy::last, missed_policy::all}) {
    const schedule_policy how{overlap_policy::skip, missed, hour};
    const auto early = decided(every(hour), how, {9 * hour, 10 * hour - 1, false, {}});
    CHECK(early.pending.empty());
    CHECK(early.considered == 9 * hour);
    CHECK(early.next_due == 10 * hour);
    const auto due = decided(every(hour), how, {9 * hour, 10 * hour + 5, false, {}});
    CHECK(due.pending == runs{10 * hour});
    CHECK(due.considered == 10 * hour);
    CHECK(due.next_due == 11 * hour);
    CHECK(due.missed == 0);
    CHECK(decided(every(hour), how, {due.considered, 10 * hour + 6, false, {}}).pending.empty());
  }
}

TEST_CASE("schedule: a clock that goes back makes no run twice") {
  const schedule_policy how{overlap_policy::allow, missed_policy::all, 24 * hour};
  const auto back = decided(every(hour), how, {10 * hour, 8 * hour, false, {}});
  CHECK(back.pending.empty());
  CHECK(back.considered == 10 * hour);
  CHECK(back.next_due == 11 * hour);
}

TEST_CASE("schedule: what was missed is made up as the policy says") {
  struct row {
    missed_policy missed;
    std::int64_t late; ///< of the newest run
    runs made_up;
    std::int64_t missed_count;
  };
  const std::int64_t window = 150 * minute;
  const row rows[]{
      {missed_policy::none, 10 * minute, {}, 5},
      {missed_policy::none, late_ms_max, {15 * hour}, 4},
      {missed_policy::none, late_ms_max + 1, {}, 5},
      {missed_policy::last, 10 * minute, {15 * hour}, 4},
      {missed_policy::all, 10 * minute, {13 * hour, 14 * hour, 15 * hour}, 2},
      {missed_policy::all, 30 * minute, {13 * hour, 14 * hour, 15 * hour}, 2}, // 13:00 is just within the window
      {missed_policy::all, 30 * minute + 1, {14 * hour, 15 * hour}, 3},
  };
  for (const row& r : rows) {
    INFO(to_string(r.missed) << ", " << r.late);
    const auto made =
        decided(every(hour), {overlap_policy::allow, r.missed, window}, {10 * hour, 15 * hour + r.late, false, {}});
    CHECK(made.pending == r.made_up);
    CHECK(made.missed == r.missed_count);
    CHECK(made.skipped == 0);
    CHECK(made.considered == 15 * hour);
    CHECK(made.next_due == 16 * hour);
  }
}

TEST_CASE("schedule: nothing within the window falls away and is not asked for again") {
  const auto made =
      decided(every(24 * hour), {overlap_policy::allow, missed_policy::all, hour}, {24 * hour, 50 * hour, false, {}});
  CHECK(made.pending.empty());
  CHECK(made.missed == 1);
  CHECK(made.considered == 50 * hour);
  CHECK(made.next_due == 72 * hour);
}

TEST_CASE("schedule: at most a thousand runs are made up, the newest, and ten thousand counted") {
  const timestamp_ms now = 300 * 24 * hour;
  const auto made =
      decided(every(minute), {overlap_policy::allow, missed_policy::all, window_ms_max}, {0, now, false, {}});
  REQUIRE(made.pending.size() == made_up_runs_max);
  CHECK(made.pending.back() == now);
  CHECK(made.pending.front() == now - static_cast<std::int64_t>(made_up_runs_max - 1) * minute);
  CHECK(made.missed == missed_count_max);
  CHECK(made.next_due == now + minute);
}

TEST_CASE("schedule: a rare rhythm after a long time off is found") {
  const auto when = recurrence::of_cron("* 3 * * MON", "Europe/Berlin");
  REQUIRE(when);
  const timestamp_ms now = 1'790'000'000'000;
  const auto made = decided(*when, {overlap_policy::allow, missed_policy::all, window_ms_max},
                            {now - 200 * 24 * hour, now, false, {}});
  CHECK(made.pending.size() == made_up_runs_max);
  CHECK(std::is_sorted(made.pending.begin(), made.pending.end()));
}

TEST_CASE("schedule: runs that overlap are dropped, wait or start") {
  struct row {
    overlap_policy overlap;
    bool is_running;
    runs pending, after;
    std::int64_t skipped;
  };
  const row rows[]{
      {overlap_policy::skip, false, {}, {14 * hour}, 1},
      {overlap_policy::skip, true, {}, {}, 2},
      {overlap_policy::skip, false, {hour}, {hour}, 2}, // accepted before, not started yet
      {overlap_policy::queue, false, {}, {14 * hour, 15 * hour}, 0},
      {overlap_policy::queue, true, {}, {14 * hour, 15 * hour}, 0},
      {overlap_policy::queue, true, {hour}, {hour, 14 * hour, 15 * hour}, 0},
      {overlap_policy::allow, true, {hour}, {hour, 14 * hour, 15 * hour}, 0},
  };
  for (const row& r : rows) {
    INFO(to_string(r.overlap) << ", running " << r.is_running);
    const auto made = decided(every(hour), {r.overlap, missed_policy::all, 90 * minute},
                              {13 * hour, 15 * hour, r.is_running, r.pending});
    CHECK(made.pending == r.after);
    CHECK(made.skipped == r.skipped);
    CHECK(made.missed == 0);
  }
}

TEST_CASE("schedule: a hundred runs wait and no more") {
  const auto made =
      decided(every(minute), {overlap_policy::queue, missed_policy::all, 24 * hour}, {0, 150 * minute, true, {}});
  REQUIRE(made.pending.size() == queued_runs_max);
  CHECK(made.pending.front() == minute);
  CHECK(made.skipped == 50);
}

TEST_CASE("schedule: how many may start") {
  CHECK(startable(overlap_policy::skip, 1, false) == 1);
  CHECK(startable(overlap_policy::skip, 1, true) == 0);
  CHECK(startable(overlap_policy::queue, 3, false) == 1);
  CHECK(startable(overlap_policy::queue, 3, true) == 0);
  CHECK(startable(overlap_policy::allow, 3, true) == 3);
  CHECK(startable(overlap_policy::queue, 0, false) == 0);
}

TEST_CASE("schedule: the id of a run is the schedule's and its time") {
  CHECK(run_id("nightly", 1'795'831'200'000) == "nightly-2026-11-28T02:00:00Z");
  CHECK(run_id("n", 1'795'831'200'250) == "n-2026-11-28T02:00:00.250Z");
  CHECK(run_id("", 0) == "-1970-01-01T00:00:00Z");
}

TEST_CASE("schedule: the times that are to come") {
  schedule_spec spec;
  spec.cron = "0 2 * * *";
  spec.time_zone = "Europe/Berlin";
  const auto times = next_times(spec, 1'795'831'200'000, 2);
  REQUIRE(times);
  CHECK(*times == std::vector<std::int64_t>{1'795'914'000'000, 1'796'000'400'000});
  spec.cron = "";
  spec.every_ms = 5000;
  CHECK(*next_times(spec, 1000, 2) == std::vector<std::int64_t>{6000, 11'000});
  spec.every_ms = 1;
  CHECK(next_times(spec, 0).failure().code == errc::invalid_argument);
}

} // namespace core_schedule_test
