// Cron expressions against what other implementations say of them, and where they are refused.
#include "runtime/core/cron.hpp"
#include "runtime/core/recurrence.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>

namespace core_cron_test {

using namespace pawl;
using namespace pawl::core;
using nlohmann::json;

namespace {

std::vector<json> lines_of(const std::string& name) {
  std::ifstream file(pawl::test::source("tests/conformance/cron/" + name));
  std::vector<json> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(json::parse(line));
  return lines;
}

// In seconds, as the files have them; as many as the case has.
std::vector<std::int64_t> answers(const json& c) {
  const auto when = recurrence::of_cron(c.at("cron").get<std::string>(), c.at("zone").get<std::string>());
  if (!when) FAIL(c.dump() << ": " << to_string(when.failure()));
  std::vector<std::int64_t> found;
  std::int64_t at = c.at("after").get<std::int64_t>() * 1000;
  while (found.size() < c.at("next").size()) {
    const auto next = when->next_after(at);
    if (!next || !*next) break;
    at = **next;
    found.push_back(at / 1000);
  }
  return found;
}

std::size_t wrong_in(const std::vector<json>& cases) {
  std::size_t wrong = 0;
  for (const json& c : cases) {
    const auto found = answers(c);
    if (found == c.at("next").get<std::vector<std::int64_t>>()) continue;
    ++wrong;
    UNSCOPED_INFO(c.dump() << " but Pawl says " << json(found).dump());
  }
  return wrong;
}

error refused(std::string_view text) {
  const auto c = parse_cron(text);
  if (c) FAIL("accepted: " << text);
  return c.failure();
}

std::int64_t ms(int year, unsigned month, unsigned day, int hour, int minute) {
  using namespace std::chrono;
  const sys_days date{std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)};
  return duration_cast<milliseconds>(date.time_since_epoch() + hours(hour) + minutes(minute)).count();
}

std::vector<std::int64_t> times(const char* cron, const char* zone, std::int64_t after, std::size_t count) {
  const auto when = recurrence::of_cron(cron, zone);
  REQUIRE(when);
  std::vector<std::int64_t> found;
  while (found.size() < count) {
    const auto next = when->next_after(found.empty() ? after : found.back());
    REQUIRE(next);
    if (!*next) break;
    found.push_back(**next);
  }
  return found;
}

} // namespace

TEST_CASE("cron: what two other implementations agree on") {
  const auto cases = lines_of("cases.jsonl");
  CHECK(cases.size() >= 250);
  CHECK(wrong_in(cases) == 0);
}

TEST_CASE("cron: where croniter differs the walk over minutes is right") {
  const auto cases = lines_of("disagreements.jsonl");
  CHECK(cases.size() >= 100);
  CHECK(wrong_in(cases) == 0);
}

TEST_CASE("cron control: a case that is wrong is noticed") {
  json c = lines_of("cases.jsonl").front();
  c["next"][1] = c["next"][1].get<std::int64_t>() + 60;
  CHECK(wrong_in({c}) == 1);
}

TEST_CASE("cron: names in any case, Sunday as 0 and 7, and ranges that end in it") {
  CHECK(*parse_cron("0 0 * Jan,dec mOn-fri") == *parse_cron("0 0 * 1,12 1-5"));
  CHECK(*parse_cron("0 0 * * 7") == *parse_cron("0 0 * * 0"));
  CHECK(*parse_cron("0 0 * * FRI-SUN") == *parse_cron("0 0 * * 5,6,0"));
  CHECK(*parse_cron("0 0 * * SUN-TUE") == *parse_cron("0 0 * * 0-2"));
  CHECK(*parse_cron("  0\t0 * *  * ") == *parse_cron("0 0 * * *"));
  CHECK(*parse_cron(" @Daily ") == *parse_cron("0 0 * * *"));
}

TEST_CASE("cron: what is refused says at which byte of which field") {
  struct row {
    const char* text;
    const char* where;
    const char* says;
  };
  const row rows[]{
      {"60 * * * *", "byte 0, minute", "60 is out of range"},
      {"* 24 * * *", "byte 2, hour", "24 is out of range"},
      {"* * 0 * *", "byte 4, day of month", "0 is out of range"},
      {"* * 32 * *", "byte 4, day of month", "32 is out of range"},
      {"* * * 13 *", "byte 6, month", "13 is out of range"},
      {"* * * * 8", "byte 8, day of week", "8 is out of range"},
      {"5/10 * * * *", "byte 1, minute", "write 5-59/step"},
      {"*/0 * * * *", "byte 2, minute", "a step is 1 or more"},
      {"50-10 * * * *", "byte 0, minute", "runs backwards"},
      {"1, * * * *", "byte 2, minute", "something is missing"},
      {"1-2-3 * * * *", "byte 3, minute", "does not belong here"},
      {"* * L * *", "byte 4, day of month", "'L' of other crons"},
      {"* * 15W * *", "byte 6, day of month", "'W' of other crons"},
      {"* * ? * *", "byte 4, day of month", "'?' of other crons"},
      {"* * * * 5#2", "byte 9, day of week", "'#' of other crons"},
      {"* * * * 5L", "byte 9, day of week", "'L' of other crons"},
      {"* * * FOO *", "byte 6, month", "no such name"},
      {"* * * JANUARY *", "byte 6, month", "no such name"},
      {"* * * * MON-FOO", "byte 12, day of week", "no such name"},
      {"MON * * * *", "byte 0, minute", "does not belong here"},
      {"99999 * * * *", "byte 0, minute", "too long"},
      {"-5 * * * *", "byte 0, minute", "does not belong here"},
      {"* * * *", "byte 7", "there are 4"},
      {"", "byte 0", "there are 0"},
      {"0 * * * * *", "byte 10", "no seconds"},
      {"@reboot", "byte 0", "known are @yearly"},
      {"@every 5m", "byte 0", "an interval"},
      {"0 0 30 2 *", "byte 4, day of month", "never happens"},
      {"0 0 31 4,6,9,11 *", "byte 4, day of month", "never happens"},
      {"* * * *\n* *", "byte 7, month", "does not belong here"},
  };
  for (const row& r : rows) {
    INFO(r.text);
    const error e = refused(r.text);
    CHECK(e.code == errc::invalid_argument);
    CHECK_THAT(e.message, Catch::Contains(r.says));
    CHECK(e.where == r.where);
  }
  CHECK(refused(std::string(cron_bytes_max + 1, ' ')).code == errc::invalid_argument);
  CHECK(parse_cron(std::string(cron_bytes_max - 9, ' ') + "* * * * *"));
  CHECK(parse_cron("0 0 30 2 1")); // or on Mondays in February
}

TEST_CASE("cron: any bytes are refused or read but never crash") {
  std::uint64_t state = 20261128;
  UNSCOPED_INFO("seed " << state);
  const std::string letters = "0123456789*/-, \tMONJAN@#LW?\n";
  std::size_t read = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text = "*/5 1-3 1,2 JAN-MAR MON";
    for (int i = 0; i < 1 + round % 14; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const auto pick = static_cast<unsigned>(state >> 33);
      char& letter = text[pick % text.size()];
      letter = round % 4 == 0 ? static_cast<char>(pick >> 8) : letters[(pick >> 8) % letters.size()];
    }
    const auto c = parse_cron(text);
    if (!c) continue;
    ++read;
    (void)next_match(*c, 1'790'000'000, 1'800'000'000);
  }
  CHECK(read > 0);
}

TEST_CASE("cron: a time of the day that the clocks leave out happens once when they change") {
  const std::int64_t eve = ms(2026, 3, 28, 12, 0);
  const std::int64_t change = ms(2026, 3, 29, 1, 0); // Berlin goes from 2:00 to 3:00
  const auto next = times("30 2 * * *", "Europe/Berlin", eve, 2);
  CHECK(next == std::vector{change, ms(2026, 3, 30, 0, 30)});
  CHECK(times("0,30 2 * * *", "Europe/Berlin", eve, 2) == std::vector{change, ms(2026, 3, 30, 0, 0)});
  CHECK(times("0 3 * * *", "Europe/Berlin", eve, 1) == std::vector{change});
  CHECK(times("30 2 * * *", "Europe/Berlin", change, 1) == std::vector{ms(2026, 3, 30, 0, 30)});
  CHECK(times("30 2 * * *", "Europe/Berlin", change - 1, 1) == std::vector{change});
}

TEST_CASE("cron: a time of the day that comes twice happens the first time") {
  const std::int64_t eve = ms(2026, 10, 24, 12, 0); // Berlin shows 2:00 to 3:00 from 0:00 and from 1:00 UTC
  CHECK(times("30 2 * * *", "Europe/Berlin", eve, 2) == std::vector{ms(2026, 10, 25, 0, 30), ms(2026, 10, 26, 1, 30)});
  CHECK(times("30 2 * * *", "Europe/Berlin", ms(2026, 10, 25, 1, 10), 1) == std::vector{ms(2026, 10, 26, 1, 30)});
}

TEST_CASE("cron: a rhythm goes by every minute that comes") {
  CHECK(times("30 * * * *", "Europe/Berlin", ms(2026, 3, 29, 0, 0), 3) ==
        std::vector{ms(2026, 3, 29, 0, 30), ms(2026, 3, 29, 1, 30), ms(2026, 3, 29, 2, 30)});
  CHECK(times("30 * * * *", "Europe/Berlin", ms(2026, 10, 25, 0, 0), 3) ==
        std::vector{ms(2026, 10, 25, 0, 30), ms(2026, 10, 25, 1, 30), ms(2026, 10, 25, 2, 30)});
  CHECK(times("*/30 2 * * *", "Europe/Berlin", ms(2026, 3, 29, 0, 0), 1) == std::vector{ms(2026, 3, 30, 0, 0)});
  CHECK(times("*/30 2 * * *", "Europe/Berlin", ms(2026, 10, 25, 0, 0), 4) ==
        std::vector{ms(2026, 10, 25, 0, 30), ms(2026, 10, 25, 1, 0), ms(2026, 10, 25, 1, 30), ms(2026, 10, 26, 1, 0)});
}

TEST_CASE("recurrence: rare dates are found, and nothing is due behind the year 9999") {
  CHECK(times("0 0 29 2 *", "UTC", ms(2096, 3, 1, 0, 0), 1) == std::vector{ms(2104, 2, 29, 0, 0)});
  CHECK(times("0 0 29 2 */7", "UTC", ms(2088, 3, 1, 0, 0), 1) == std::vector{ms(2128, 2, 29, 0, 0)});
  CHECK(times("@yearly", "Europe/Berlin", recurrence_end_ms - 1, 1).empty());
  CHECK(times("@yearly", "UTC", INT64_MAX, 1).empty());
  CHECK(times("@yearly", "UTC", INT64_MIN, 1) == std::vector<std::int64_t>{0});
}

TEST_CASE("recurrence: an unknown zone is refused, UTC needs no database") {
  for (const char* zone : {"Europe/Atlantis", "../../etc/passwd", "europe/berlin", "\x01"}) {
    const auto when = recurrence::of_cron("* * * * *", zone);
    REQUIRE_FALSE(when);
    CHECK(when.failure().code == errc::invalid_argument);
  }
  CHECK(recurrence::of_cron("* * * * *", std::string(time_zone_bytes_max + 1, 'a')).failure().code ==
        errc::invalid_argument);
  CHECK(recurrence::of_cron("* * * * *", ""));
}

TEST_CASE("recurrence: intervals are whole multiples from their beginning") {
  const auto when = recurrence::of_interval(90'000, 1'000'000);
  REQUIRE(when);
  CHECK(**when->next_after(0) == 1'000'000);
  CHECK(**when->next_after(999'999) == 1'000'000);
  CHECK(**when->next_after(1'000'000) == 1'090'000);
  CHECK(**when->next_after(1'000'000 + 90'000 * 12'345 + 17) == 1'000'000 + std::int64_t{90'000} * 12'346);
  CHECK_FALSE(when->next_after(recurrence_end_ms)->has_value());
  CHECK_FALSE(recurrence::of_interval(interval_ms_min - 1, 0));
  CHECK(recurrence::of_interval(interval_ms_min, 0));
  CHECK(recurrence::of_interval(interval_ms_max, 0));
  CHECK_FALSE(recurrence::of_interval(interval_ms_max + 1, 0));
  CHECK_FALSE(recurrence::of_interval(1000, -1));
}

} // namespace core_cron_test
