// Dates and times (RFC 3339), UUIDs, JSON pointers; the table of all formats.
#include "runtime/schema/formats.hpp"
#include "runtime/schema/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pawl::schema {
namespace {

using ascii::is_digit;

bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

// -1 when the text has no two digits there.
int two_digits(std::string_view text, std::size_t at) {
  if (at + 2 > text.size() || !is_digit(text[at]) || !is_digit(text[at + 1])) return -1;
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const int century = two_digits(text, 0);
  const int rest = two_digits(text, 2);
  const int month = two_digits(text, 5);
  const int day = two_digits(text, 8);
  if (century < 0 || rest < 0 || month < 1 || month > 12 || day < 1) return false;
  const int year = century * 100 + rest;
  const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return day <= days[static_cast<std::size_t>(month - 1)] + (month == 2 && is_leap ? 1 : 0);
}

// Minutes east of Greenwich; nothing that is no offset gets an answer within a day.
constexpr int no_offset = 10'000;

int offset_minutes(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return no_offset;
  const int hours = two_digits(text, 1);
  const int minutes = two_digits(text, 4);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return no_offset;
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

bool is_time(std::string_view text) {
  if (text.size() < 9 || text[2] != ':' || text[5] != ':') return false;
  const int hour = two_digits(text, 0);
  const int minute = two_digits(text, 3);
  const int second = two_digits(text, 6);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
  std::size_t zone = 8;
  if (text[zone] == '.') {
    ++zone;
    while (zone < text.size() && is_digit(text[zone]))
      ++zone;
    if (zone == 9) return false;
  }
  const int offset = offset_minutes(text.substr(zone));
  if (offset == no_offset) return false;
  // A leap second is the last of a day in UTC.
  return second < 60 || ((hour * 60 + minute - offset) % 1440 + 1440) % 1440 == 1439;
}

bool is_date_time(std::string_view text) {
  return text.size() > 11 && (text[10] == 'T' || text[10] == 't') && is_date(text.substr(0, 10)) &&
         is_time(text.substr(11));
}

// One or more numbers, each followed by its unit, the units in their order.
bool is_units(std::string_view text, std::string_view units) {
  if (text.empty()) return false;
  std::size_t from = 0;
  while (!text.empty()) {
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits]))
      ++digits;
    if (digits == 0 || digits == text.size()) return false;
    const std::size_t unit = units.find(text[digits], from);
    if (unit == std::string_view::npos) return false;
    from = unit + 1;
    text.remove_prefix(digits + 1);
  }
  return true;
}

bool is_duration(std::string_view text) {
  if (text.size() < 3 || text[0] != 'P') return false;
  text.remove_prefix(1);
  if (text.back() == 'W') return all_digits(text.substr(0, text.size() - 1));
  const std::size_t t = text.find('T');
  if (t == std::string_view::npos) return is_units(text, "YMD");
  return (t == 0 || is_units(text.substr(0, t), "YMD")) && is_units(text.substr(t + 1), "HMS");
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char lower = static_cast<char>(text[i] | 0x20);
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : !is_digit(text[i]) && (lower < 'a' || lower > 'f')) return false;
  }
  return true;
}

bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text[0] != '/') return false;
  for (std::size_t i = text.find('~'); i != std::string_view::npos; i = text.find('~', i + 1))
    if (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) return false;
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  const auto end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  if (end == 0 || (end > 1 && text[0] == '0')) return false;
  return text.substr(end) == "#" || is_json_pointer(text.substr(end));
}

constexpr std::array formats{
    format{"date", "a date (YYYY-MM-DD)", is_date},
    format{"time", "a time with its offset (hh:mm:ssZ)", is_time},
    format{"date-time", "a date and time with its offset (YYYY-MM-DDThh:mm:ssZ)", is_date_time},
    format{"duration", "a duration (P1DT2H)", is_duration},
    format{"email", "an e-mail address", is_email},
    format{"uuid", "a UUID", is_uuid},
    format{"ipv4", "an IPv4 address", is_ipv4},
    format{"ipv6", "an IPv6 address", is_ipv6},
    format{"hostname", "a host name", is_hostname},
    format{"uri", "a URI with its scheme", is_uri},
    format{"uri-reference", "a URI or a part of one", is_uri_reference},
    format{"iri", "an IRI with its scheme", is_iri},
    format{"iri-reference", "an IRI or a part of one", is_iri_reference},
    format{"json-pointer", "a JSON pointer", is_json_pointer},
    format{"relative-json-pointer", "a relative JSON pointer", is_relative_json_pointer},
};

} // namespace

const format* find_format(std::string_view name) {
  const auto* found = std::find_if(formats.begin(), formats.end(), [&](const format& f) { return f.name == name; });
  return found == formats.end() ? nullptr : found;
}

} // namespace pawl::schema
