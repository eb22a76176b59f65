// Reads cron expressions, five fields by hand, and finds the next minute that one names by a walk over days.
#include "runtime/core/cron.hpp"

#include "runtime/expression/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace pawl::core {
namespace {

constexpr std::string_view month_names = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
constexpr std::string_view day_names = "SUNMONTUEWEDTHUFRISAT";
constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t days_searched_max = 146'097; ///< of 400 years, after which the calendar repeats

struct field_kind {
  const char* name;
  unsigned first;
  unsigned last;
  std::string_view names; ///< three letters each, the first one stands for `first`
};
// 7 is a second name of Sunday.
constexpr std::array<field_kind, 5> kinds{{{"minute", 0, 59, {}},
                                           {"hour", 0, 23, {}},
                                           {"day of month", 1, 31, {}},
                                           {"month", 1, 12, month_names},
                                           {"day of week", 0, 7, day_names}}};

struct nickname {
  std::string_view name;
  std::string_view meaning;
};
constexpr std::array<nickname, 7> nicknames{{{"@yearly", "0 0 1 1 *"},
                                             {"@annually", "0 0 1 1 *"},
                                             {"@monthly", "0 0 1 * *"},
                                             {"@weekly", "0 0 * * 0"},
                                             {"@daily", "0 0 * * *"},
                                             {"@midnight", "0 0 * * *"},
                                             {"@hourly", "0 * * * *"}}};

using expression::ascii::is_digit, expression::ascii::is_letter;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return expression::ascii::lower(x) == expression::ascii::lower(y); });
}

std::string allowed_in(const field_kind& kind) {
  std::string text = fmt::format("{} to {}", kind.first, kind.last);
  if (kind.names == month_names) text += " or JAN to DEC";
  if (kind.names == day_names) text += " (0 and 7 are Sunday) or SUN to SAT";
  return text + ", as *, a-b, */step, a-b/step and lists with commas";
}

struct field_value {
  std::uint64_t set = 0;
  bool begins_with_star = false;
};

// One field; `at_` is a place in the whole text, so that errors can name it.
class field_reader {
public:
  field_reader(std::string_view text, std::size_t begin, std::size_t end, const field_kind& kind)
      : text_(text), at_(begin), end_(end), kind_(kind) {}

  result<field_value> read() {
    field_value value;
    value.begins_with_star = is('*');
    for (;;) {
      if (auto part = read_part(); part)
        value.set |= *part;
      else
        return part.failure();
      if (at_ == end_) return value;
      if (!take(',')) return unexpected();
    }
  }

private:
  struct number {
    unsigned value = 0;
    std::size_t begin = 0;
  };

  bool is(char c) const { return at_ < end_ && text_[at_] == c; }
  bool take(char c) {
    if (!is(c)) return false;
    ++at_;
    return true;
  }

  result<std::uint64_t> read_part() {
    if (take('*')) return stepped(kind_.first, last_of_all(), true);
    const auto from = read_value();
    if (!from) return from.failure();
    if (!take('-')) {
      if (is('/'))
        return refuse(at_, fmt::format("a step needs a range before it: write {}-{}/step", from->value, kind_.last));
      return stepped(from->value, from->value, false);
    }
    auto to = read_value();
    if (!to) return to.failure();
    const bool may_end_in_sunday = kind_.names == day_names && to->value == 0; // FRI-SUN
    if (may_end_in_sunday && from->value > 0) to->value = 7;
    if (to->value < from->value)
      return refuse(from->begin,
                    fmt::format("the range {}-{} runs backwards; write it as a list of two", from->value, to->value));
    return stepped(from->value, to->value, true);
  }

  // `*` means each day of the week once.
  unsigned last_of_all() const { return kind_.names == day_names ? 6 : kind_.last; }

  result<std::uint64_t> stepped(unsigned from, unsigned to, bool may_have_step) {
    unsigned step = 1;
    if (may_have_step && take('/')) {
      const auto given = read_number();
      if (!given) return given.failure();
      if (given->value == 0) return refuse(given->begin, "a step is 1 or more");
      step = given->value;
    }
    std::uint64_t set = 0;
    for (unsigned n = from; n <= to; n += step)
      set |= std::uint64_t{1} << (kind_.names == day_names && n == 7 ? 0 : n);
    return set;
  }

  result<number> read_value() {
    if (at_ < end_ && is_letter(text_[at_]) && !kind_.names.empty()) return read_name();
    auto given = read_number();
    if (given && (given->value < kind_.first || given->value > kind_.last))
      return refuse(given->begin, fmt::format("{} is out of range", given->value));
    return given;
  }

  result<number> read_number() {
    number n{0, at_};
    while (at_ < end_ && is_digit(text_[at_]) && at_ - n.begin < 4)
      n.value = n.value * 10 + static_cast<unsigned>(text_[at_++] - '0');
    if (at_ == n.begin) return unexpected();
    if (at_ < end_ && is_digit(text_[at_])) return refuse(n.begin, "the number is too long");
    return n;
  }

  result<number> read_name() {
    const std::size_t begin = at_;
    while (at_ < end_ && is_letter(text_[at_]))
      ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    for (std::size_t i = 0; i * 3 < kind_.names.size(); ++i)
      if (same_letters(word, kind_.names.substr(i * 3, 3)))
        return number{kind_.first + static_cast<unsigned>(i), begin};
    return refuse(begin, "there is no such name (three letters each; L and W of other crons are not known)");
  }

  error unexpected() const {
    if (at_ == end_) return refuse(at_, "something is missing");
    const char c = text_[at_];
    if (c == '?' || c == '#' || c == 'L' || c == 'W' || c == 'l' || c == 'w')
      return refuse(at_, fmt::format("'{}' of other crons is not known", c));
    return refuse(at_, "this does not belong here");
  }

  error refuse(std::size_t at, const std::string& why) const {
    return {errc::invalid_argument, fmt::format("cron, {}: {}; allowed is {}", kind_.name, why, allowed_in(kind_)),
            fmt::format("byte {}, {}", at, kind_.name)};
  }

  std::string_view text_;
  std::size_t at_;
  std::size_t end_;
  const field_kind& kind_;
};

error refused(std::size_t at, std::string why) {
  return {errc::invalid_argument, std::move(why), fmt::format("byte {}", at)};
}

struct span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

result<std::array<span, 5>> split(std::string_view text) {
  std::array<span, 5> parts;
  std::size_t count = 0;
  for (std::size_t at = 0;;) {
    while (at < text.size() && is_blank(text[at]))
      ++at;
    if (at == text.size()) break;
    if (count == parts.size())
      return refused(at, "cron: there are five fields (minute, hour, day of month, month, day of week), no seconds and "
                         "no years; this is a sixth");
    parts[count].begin = at;
    while (at < text.size() && !is_blank(text[at]))
      ++at;
    parts[count++].end = at;
  }
  if (count < parts.size())
    return refused(text.size(), fmt::format("cron: five fields are needed (minute, hour, day of month, month, day of "
                                            "week), there are {}",
                                            count));
  return parts;
}

result<std::string_view> without_nickname(std::string_view text) {
  const auto first = std::find_if_not(text.begin(), text.end(), is_blank);
  if (first == text.end() || *first != '@') return text;
  const auto last = std::find_if_not(text.rbegin(), text.rend(), is_blank).base();
  const std::string_view word(&*first, static_cast<std::size_t>(last - first));
  for (const nickname& known : nicknames)
    if (same_letters(word, known.name)) return known.meaning;
  return refused(
      static_cast<std::size_t>(first - text.begin()),
      "cron: known are @yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly; what runs every "
      "so many seconds or minutes is an interval, no cron");
}

// Every day of a month falls on every day of the week in some year, so only days that no month has never come.
bool ever_happens(const cron_fields& c) {
  constexpr std::array<unsigned, 13> days_in{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool weekday_is_enough = !c.days_begin_with_star && !c.weekdays_begin_with_star;
  if (weekday_is_enough) return true;
  for (unsigned month = 1; month <= 12; ++month) {
    const std::uint64_t its_days = ((std::uint64_t{1} << (days_in.at(month) + 1)) - 1) & ~std::uint64_t{1};
    if ((c.months >> month & 1) != 0 && (c.days & its_days) != 0) return true;
  }
  return false;
}

// The first minute of a day at or after `from` (0 to 1,439) that is meant; -1: none.
int next_minute(const cron_fields& c, int from) {
  for (int hour = from / 60; hour < 24; ++hour) {
    if ((c.hours >> hour & 1) == 0) continue;
    for (int minute = hour == from / 60 ? from % 60 : 0; minute < 60; ++minute)
      if ((c.minutes >> minute & 1) != 0) return hour * 60 + minute;
  }
  return -1;
}

bool is_meant(const cron_fields& c, const std::chrono::year_month_day& date, std::chrono::sys_days day) {
  const bool by_day = (c.days >> static_cast<unsigned>(date.day()) & 1) != 0;
  const bool by_weekday = (c.weekdays >> std::chrono::weekday(day).c_encoding() & 1) != 0;
  if (c.days_begin_with_star || c.weekdays_begin_with_star) return by_day && by_weekday;
  return by_day || by_weekday;
}

} // namespace

result<cron_fields> parse_cron(std::string_view given) {
  if (given.size() > cron_bytes_max)
    return refused(cron_bytes_max, fmt::format("cron: an expression has at most {} bytes", cron_bytes_max));
  const auto text = without_nickname(given);
  if (!text) return text.failure();
  const auto parts = split(*text);
  if (!parts) return parts.failure();
  std::array<field_value, 5> values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto value = field_reader(*text, (*parts)[i].begin, (*parts)[i].end, kinds.at(i)).read();
    if (!value) return value.failure();
    values.at(i) = *value;
  }
  cron_fields c;
  c.minutes = values[0].set;
  c.hours = static_cast<std::uint32_t>(values[1].set);
  c.days = static_cast<std::uint32_t>(values[2].set);
  c.months = static_cast<std::uint32_t>(values[3].set);
  c.weekdays = static_cast<std::uint32_t>(values[4].set);
  c.days_begin_with_star = values[2].begins_with_star;
  c.weekdays_begin_with_star = values[4].begins_with_star;
  c.is_time_of_day = !values[0].begins_with_star && !values[1].begins_with_star;
  if (!ever_happens(c))
    return error{errc::invalid_argument, "cron: this never happens: no month that is meant has such a day",
                 fmt::format("byte {}, day of month", (*parts)[2].begin)};
  return c;
}

std::optional<local_seconds> next_match(const cron_fields& c, local_seconds from, local_seconds end) {
  using namespace std::chrono;
  if (from >= end) return std::nullopt;
  std::int64_t day = floor_div(from, day_s);
  const std::int64_t last = std::min(floor_div(end - 1, day_s), day + days_searched_max);
  int minute = static_cast<int>((from - day * day_s + 59) / 60);
  while (day <= last) {
    const sys_days here{days(day)};
    const year_month_day date(here);
    if ((c.months >> static_cast<unsigned>(date.month()) & 1) == 0) {
      const year_month_day next_month = year_month_day(date.year(), date.month(), std::chrono::day(1)) + months(1);
      day = sys_days(next_month).time_since_epoch().count();
      minute = 0;
      continue;
    }
    const int found = minute < 1440 && is_meant(c, date, here) ? next_minute(c, minute) : -1;
    if (found >= 0) {
      const local_seconds at = day * day_s + found * std::int64_t{60};
      return at < end ? std::optional(at) : std::nullopt;
    }
    ++day;
    minute = 0;
  }
  return std::nullopt;
}

} // namespace pawl::core
