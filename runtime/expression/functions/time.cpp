// Functions on moments, which are milliseconds since 1970 in UTC, as `run.time` is.
#include "runtime/expression/functions/call.hpp"
#include "runtime/expression/functions/time_pattern.hpp"

#include <array>
#include <cmath>

namespace pawl::expression {

namespace {

constexpr std::size_t time_pattern_bytes_max = 200;
constexpr std::int64_t offset_minutes_max = 24 * 60 - 1;

bool read_moment(call& c, std::size_t i, std::int64_t& ms) {
  double n = 0;
  if (!c.number(i, n)) return false;
  if (!(n >= static_cast<double>(first_moment) && n <= static_cast<double>(last_moment)))
    return c.refuse(i, "must be milliseconds since 1970, in the years 0 to 9999");
  ms = static_cast<std::int64_t>(std::floor(n));
  return true;
}

bool read_pattern(call& c, std::size_t i, std::string_view& pattern) {
  if (!c.text(i, pattern)) return false;
  if (pattern.empty()) return c.refuse(i, "must not be empty");
  return pattern.size() <= time_pattern_bytes_max ||
         c.cost().fail(errc::limit, "a pattern of a time is too long: more than 200 bytes");
}

bool offset_argument(call& c, std::size_t i, std::int64_t& minutes) {
  if (c.lacks(i)) return true;
  if (c.at(i).is(kind::number)) return c.whole(i, -offset_minutes_max, offset_minutes_max, minutes);
  std::string_view text;
  if (!c.at(i).is(kind::text)) return c.wrong_kind(i, "a text such as '+02:00', or minutes");
  if (!c.text(i, text)) return false;
  const auto offset = read_offset(text);
  if (!offset) return c.refuse(i, "must be like '+02:00' or 'Z'; names of time zones are not known");
  minutes = *offset;
  return true;
}

bool format_time(call& c) {
  std::int64_t ms = 0;
  std::int64_t offset = 0;
  std::string_view pattern;
  if (!read_moment(c, 0, ms) || !offset_argument(c, 2, offset)) return false;
  const std::int64_t local = ms + offset * 60'000;
  if (local < first_moment || local > last_moment) return c.fail("the time is outside of the years 0 to 9999");
  const calendar_time t = to_calendar(ms, offset);
  if (!c.cost().steps(8) || !c.cost().build_text(32)) return false;
  if (c.lacks(1)) return c.give(write_rfc3339(t));
  if (!read_pattern(c, 1, pattern)) return false;
  std::string out;
  while (!pattern.empty()) {
    const auto piece = next_piece(pattern);
    std::string written = piece.plain;
    if (!piece.letters.empty() && !write_piece(written, piece.letters, t))
      return c.refuse(1, "has letters that mean nothing; put text into '…'");
    if (!c.cost().steps(4) || !c.append(out, written)) return false;
  }
  return c.give(std::move(out));
}

bool give_moment(call& c, const calendar_time& t) {
  const auto ms = to_moment(t);
  if (!ms) return c.refuse(0, "is a date or time that does not exist, or outside of the years 0 to 9999");
  return c.give(static_cast<double>(*ms));
}

bool parse_time(call& c) {
  std::string_view text;
  std::string_view pattern;
  if (!c.text(0, text) || !c.cost().steps(8)) return false;
  if (c.lacks(1)) {
    const auto read = read_rfc3339(text);
    return read ? give_moment(c, *read) : c.refuse(0, "is no time such as 2025-01-31T12:00:00Z");
  }
  if (!read_pattern(c, 1, pattern)) return false;
  calendar_time t;
  while (!pattern.empty()) {
    if (!c.cost().steps(4)) return false;
    const auto piece = next_piece(pattern);
    piece_fit fit = piece_fit::fits;
    if (!piece.letters.empty()) {
      fit = read_piece(text, piece.letters, t);
    } else if (text.substr(0, piece.plain.size()) == piece.plain) {
      text.remove_prefix(piece.plain.size());
    } else {
      fit = piece_fit::differs;
    }
    if (fit == piece_fit::no_such_letters) return c.refuse(1, "has letters that mean nothing here; put text into '…'");
    if (fit == piece_fit::differs) return c.refuse(0, "does not look as the pattern says");
  }
  return text.empty() ? give_moment(c, t) : c.refuse(0, "goes on where the pattern ends");
}

struct unit {
  std::string_view name;
  double ms;           ///< 0: a calendar unit
  std::int64_t months; ///< of a calendar unit
};

constexpr std::array units{
    unit{"millisecond", 1, 0},  unit{"second", 1000, 0},      unit{"minute", 60'000, 0}, unit{"hour", 3'600'000, 0},
    unit{"day", 86'400'000, 0}, unit{"week", 604'800'000, 0}, unit{"month", 0, 1},       unit{"year", 0, 12},
};

const unit* find_unit(std::string_view name) noexcept {
  if (name == "ms") return units.data();
  if (!name.empty() && name.back() == 's') name.remove_suffix(1);
  for (const unit& u : units)
    if (u.name == name) return &u;
  return nullptr;
}

bool add_time(call& c) {
  std::int64_t ms = 0;
  double amount = 0;
  std::string_view name;
  if (!read_moment(c, 0, ms) || !c.number(1, amount) || !c.text(2, name)) return false;
  const unit* const u = find_unit(name);
  if (u == nullptr) return c.refuse(2, "must be milliseconds, seconds, minutes, hours, days, weeks, months or years");
  if (u->months == 0) {
    // Rounded to a millisecond before the sum: 4.1 hours are a hair less than 14,760,000 ms, 1.005 seconds than 1,005.
    const double sum = static_cast<double>(ms) + std::floor(amount * u->ms + 0.5);
    if (!(sum >= static_cast<double>(first_moment) && sum <= static_cast<double>(last_moment)))
      return c.fail("the sum is outside of the years 0 to 9999");
    return c.give(sum);
  }
  std::int64_t count = 0;
  if (!c.whole(1, -200'000, 200'000, count)) return false;
  const auto moved = to_moment(add_months(to_calendar(ms, 0), count * u->months));
  return moved ? c.give(static_cast<double>(*moved)) : c.fail("the sum is outside of the years 0 to 9999");
}

} // namespace

chapter time_chapter() {
  return {"Times",
          {
              {"formatTime(ms, pattern?, offset?)",
               "A moment as text: RFC 3339, or as the pattern says; in UTC, or at an offset such as `'+02:00'` (or "
               "minutes).",
               "A pattern has `yyyy yy MMMM MMM MM M dd d EEEE EEE HH H hh h mm m ss s SSS a`, `ZZ` (+02:00) and `ZZZ` "
               "(+0200); other letters go between single quotes. Names are English. The years 0 to 9999.",
               {{"formatTime(run.time)", "\"2025-01-31T12:00:00.123Z\"", R"({"run": {"time": 1738324800123}})"},
                {"1738324800123|formatTime('EEE d MMM yyyy, HH:mm ZZ', '+02:00')", "\"Fri 31 Jan 2025, 14:00 +02:00\""},
                {"0|formatTime(\"yyyy-MM-dd'T'HH\", -60)", "\"1969-12-31T23\""}},
               format_time},
              {"parseTime(text, pattern?)",
               "The moment that a text names, in milliseconds since 1970: RFC 3339, or as the pattern says.",
               "Without an offset in the text it is UTC; a date alone is its midnight; seconds may be left out; 24:00 "
               "is the next "
               "midnight, a leap second `23:59:60` the next second. Patterns as for formatTime, without "
               "names, `yy`, `h` and `a`.",
               {{"'2025-01-31T12:00:00.123Z'|parseTime", "1738324800123"},
                {"'2025-01-31T14:00:00+02:00'|parseTime", "1738324800000"},
                {"'2025-01-31T12:00Z'|parseTime", "1738324800000"},
                {"'31.1.2025 13:30'|parseTime('d.M.yyyy HH:mm')", "1738330200000"}},
               parse_time},
              {"addTime(ms, amount, unit)",
               "The moment so much later; a negative amount is earlier.",
               "Units: milliseconds, seconds, minutes, hours, days, weeks, months, years, also without the s, rounded "
               "to milliseconds. Months and "
               "years follow the calendar in UTC: a day that the month lacks becomes its last one.",
               {{"'2025-01-31T12:00:00Z'|parseTime|addTime(1, 'month')|formatTime", "\"2025-02-28T12:00:00.000Z\""},
                {"addTime(0, -1.5, 'hours')", "-5400000"},
                {"addTime(0, 4.1, 'hours')", "14760000"}},
               add_time},
          }};
}

} // namespace pawl::expression
