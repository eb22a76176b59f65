// Civil dates by std::chrono's calendar, which needs no time zone database.
#include "runtime/expression/functions/time_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace pawl::expression {

namespace {

namespace chrono = std::chrono;

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t minute_ms = 60'000;

constexpr std::array month_names{"January", "February", "March",     "April",   "May",      "June",
                                 "July",    "August",   "September", "October", "November", "December"};
constexpr std::array day_names{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

std::int64_t floor_divide(std::int64_t a, std::int64_t b) noexcept { return a / b - (a % b < 0 ? 1 : 0); }

chrono::year_month_day date_of(const calendar_time& t) noexcept {
  return {chrono::year(static_cast<int>(t.year)), chrono::month(static_cast<unsigned>(t.month)),
          chrono::day(static_cast<unsigned>(t.day))};
}

std::string_view weekday(const calendar_time& t) noexcept {
  return day_names[chrono::weekday(chrono::sys_days(date_of(t))).c_encoding()];
}

/// `least` to `most` digits off the front.
std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t least, std::size_t most) noexcept {
  std::int64_t n = 0;
  std::size_t count = 0;
  for (; count < most && count < text.size() && text[count] >= '0' && text[count] <= '9'; ++count)
    n = n * 10 + (text[count] - '0');
  if (count < least) return std::nullopt;
  text.remove_prefix(count);
  return n;
}

bool take(std::string_view& text, std::string_view any_of) noexcept {
  if (text.empty() || any_of.find(text.front()) == any_of.npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> take_offset(std::string_view& text) noexcept {
  if (take(text, "Zz")) return 0;
  const bool is_west = !text.empty() && text.front() == '-';
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_digits(text, 2, 2);
  take(text, ":");
  const auto minutes = take_digits(text, 2, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const auto offset = *hours * 60 + *minutes;
  return is_west ? -offset : offset;
}

std::string offset_text(std::int64_t minutes, bool with_colon) {
  const auto all = minutes < 0 ? -minutes : minutes;
  return fmt::format("{}{:02}{}{:02}", minutes < 0 ? '-' : '+', all / 60, with_colon ? ":" : "", all % 60);
}

bool take_time(std::string_view& text, calendar_time& t) noexcept {
  const auto hour = take_digits(text, 2, 2);
  if (!hour || !take(text, ":")) return false;
  const auto minute = take_digits(text, 2, 2);
  if (!minute) return false;
  t.hour = *hour;
  t.minute = *minute;
  if (!take(text, ":")) return true;
  const auto second = take_digits(text, 2, 2);
  if (!second) return false;
  t.second = *second;
  if (!take(text, ".")) return true;
  const auto before = text.size();
  auto fraction = take_digits(text, 1, 3);
  if (!fraction) return false;
  for (auto digits = before - text.size(); digits < 3; ++digits)
    *fraction *= 10;
  t.millisecond = *fraction;
  (void)take_digits(text, 0, 15); // finer than milliseconds
  return true;
}

/// Where a piece's number goes, and how many digits it may have.
struct number_field {
  std::string_view letters;
  std::int64_t calendar_time::*where;
  std::size_t least;
  std::size_t most;
};

constexpr std::array number_fields{
    number_field{"yyyy", &calendar_time::year, 4, 4}, number_field{"MM", &calendar_time::month, 2, 2},
    number_field{"M", &calendar_time::month, 1, 2},   number_field{"dd", &calendar_time::day, 2, 2},
    number_field{"d", &calendar_time::day, 1, 2},     number_field{"HH", &calendar_time::hour, 2, 2},
    number_field{"H", &calendar_time::hour, 1, 2},    number_field{"mm", &calendar_time::minute, 2, 2},
    number_field{"m", &calendar_time::minute, 1, 2},  number_field{"ss", &calendar_time::second, 2, 2},
    number_field{"s", &calendar_time::second, 1, 2},  number_field{"SSS", &calendar_time::millisecond, 3, 3},
};

const number_field* find_field(std::string_view letters) noexcept {
  const auto* found = std::find_if(number_fields.begin(), number_fields.end(),
                                   [letters](const number_field& f) { return f.letters == letters; });
  return found == number_fields.end() ? nullptr : found;
}

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

} // namespace

calendar_time to_calendar(std::int64_t ms, std::int64_t offset_minutes) noexcept {
  const auto local = ms + offset_minutes * minute_ms;
  const auto days = floor_divide(local, day_ms);
  const auto rest = local - days * day_ms;
  const chrono::year_month_day date{chrono::sys_days(chrono::days(static_cast<int>(days)))};
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          rest / 3'600'000,
          rest / minute_ms % 60,
          rest / 1000 % 60,
          rest % 1000,
          offset_minutes};
}

std::optional<std::int64_t> to_moment(const calendar_time& t) noexcept {
  // The end of a day may be written as its 24:00, and a leap second as the 60th, which is the next second then.
  const bool is_end = t.hour == 24 && t.minute == 0 && t.second == 0 && t.millisecond == 0;
  const auto in_utc = ((t.hour * 60 + t.minute - t.offset_minutes) % 1440 + 1440) % 1440;
  const bool is_leap = t.second == 60 && in_utc == 1439;
  const bool is_time = t.year >= 0 && t.year <= 9999 && t.month >= 1 && t.month <= 12 && t.day >= 1 && t.hour >= 0 &&
                       (t.hour < 24 || is_end) && t.minute >= 0 && t.minute < 60 && t.second >= 0 &&
                       (t.second < 60 || is_leap);
  if (!is_time || !date_of(t).ok()) return std::nullopt;
  const std::int64_t days = chrono::sys_days(date_of(t)).time_since_epoch().count();
  const auto ms = days * day_ms + t.hour * 3'600'000 + (t.minute - t.offset_minutes) * minute_ms + t.second * 1000 +
                  (is_leap ? 0 : t.millisecond);
  if (ms < first_moment || ms > last_moment) return std::nullopt;
  return ms;
}

calendar_time add_months(calendar_time t, std::int64_t months) noexcept {
  const auto all = t.year * 12 + t.month - 1 + months;
  t.year = floor_divide(all, 12);
  t.month = all - t.year * 12 + 1;
  if (t.year < 0 || t.year > 9999) return t; // no moment: to_moment says so
  const chrono::year_month_day_last end{chrono::year(static_cast<int>(t.year)),
                                        chrono::month_day_last(chrono::month(static_cast<unsigned>(t.month)))};
  t.day = std::min(t.day, static_cast<std::int64_t>(static_cast<unsigned>(end.day())));
  return t;
}

std::optional<std::int64_t> read_offset(std::string_view text) noexcept {
  const auto offset = take_offset(text);
  return text.empty() ? offset : std::nullopt;
}

std::optional<calendar_time> read_rfc3339(std::string_view text) noexcept {
  calendar_time t;
  const auto year = take_digits(text, 4, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2, 2);
  if (!day) return std::nullopt;
  t.year = *year;
  t.month = *month;
  t.day = *day;
  if (text.empty()) return t;
  if (!take(text, "Tt ") || !take_time(text, t)) return std::nullopt;
  if (text.empty()) return t;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  t.offset_minutes = *offset;
  return t;
}

std::string write_rfc3339(const calendar_time& t) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}{}", t.year, t.month, t.day, t.hour, t.minute, t.second,
                     t.millisecond, t.offset_minutes == 0 ? "Z" : offset_text(t.offset_minutes, true));
}

pattern_piece next_piece(std::string_view& pattern) {
  pattern_piece piece;
  const char first = pattern.front();
  if (is_letter(first)) {
    const auto end = std::min(pattern.find_first_not_of(first), pattern.size());
    piece.letters = pattern.substr(0, end);
    pattern.remove_prefix(end);
    return piece;
  }
  if (first != '\'') {
    piece.plain = first;
    pattern.remove_prefix(1);
    return piece;
  }
  const bool is_empty = pattern.substr(0, 2) == "''";
  for (pattern.remove_prefix(1); !pattern.empty(); pattern.remove_prefix(1)) {
    if (pattern.front() == '\'') {
      pattern.remove_prefix(1);
      if (is_empty || pattern.empty() || pattern.front() != '\'') break;
    }
    piece.plain += pattern.front();
  }
  if (is_empty) piece.plain.assign(1, '\''); // two in a row are one, inside quotes as well
  return piece;
}

bool write_piece(std::string& out, std::string_view letters, const calendar_time& t) {
  if (const auto* field = find_field(letters)) {
    out += fmt::format("{:0{}}", t.*field->where, field->least);
    return true;
  }
  const auto half = t.hour % 12 == 0 ? 12 : t.hour % 12;
  const std::string_view month = month_names[static_cast<std::size_t>(t.month - 1)];
  if (letters == "yy") {
    out += fmt::format("{:02}", t.year % 100);
  } else if (letters == "MMM") {
    out += month.substr(0, 3);
  } else if (letters == "MMMM") {
    out += month;
  } else if (letters == "EEE") {
    out += weekday(t).substr(0, 3);
  } else if (letters == "EEEE") {
    out += weekday(t);
  } else if (letters == "h" || letters == "hh") {
    out += fmt::format("{:0{}}", half, letters.size());
  } else if (letters == "a") {
    out += t.hour < 12 ? "AM" : "PM";
  } else if (letters == "ZZ" || letters == "ZZZ") {
    out += offset_text(t.offset_minutes, letters == "ZZ");
  } else {
    return false;
  }
  return true;
}

piece_fit read_piece(std::string_view& text, std::string_view letters, calendar_time& t) noexcept {
  if (const auto* field = find_field(letters)) {
    const auto n = take_digits(text, field->least, field->most);
    if (n) t.*field->where = *n;
    return n ? piece_fit::fits : piece_fit::differs;
  }
  if (letters != "ZZ" && letters != "ZZZ") return piece_fit::no_such_letters;
  const auto offset = take_offset(text);
  if (offset) t.offset_minutes = *offset;
  return offset ? piece_fit::fits : piece_fit::differs;
}

} // namespace pawl::expression
