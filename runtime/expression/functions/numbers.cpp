// Functions on numbers, after JavaScript's Math.
#include "runtime/expression/numbers.hpp"

#include "runtime/expression/functions/call.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace pawl::expression {

namespace {

/// Math.round: halves go up, also below zero.
double round_half_up(double n) noexcept {
  const double below = std::floor(n);
  return n - below >= 0.5 ? below + 1 : below;
}

/// n * 10^digits by its shortest decimal digits, so that 1.005 * 100 is 100.5.
double shift_decimal(double n, std::int64_t digits) {
  std::string text = number_to_text(std::fabs(n));
  std::int64_t exponent = 0;
  if (const auto e = text.find('e'); e != text.npos) {
    const char* first = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
    std::from_chars(first, text.data() + text.size(), exponent);
    text.resize(e);
  }
  const double shifted = parse_decimal(text + "e" + std::to_string(exponent + digits));
  return n < 0 ? -shifted : shifted;
}

bool round(call& c) {
  double n = 0;
  std::int64_t digits = 0;
  if (!c.number(0, n) || (!c.lacks(1) && !c.whole(1, -100, 100, digits))) return false;
  if (!std::isfinite(n)) return c.give(n);
  if (digits == 0) return c.give(round_half_up(n));
  const double shifted = shift_decimal(n, digits);
  if (!std::isfinite(shifted)) return c.give(n); // as exact as it can be already
  return c.give(shift_decimal(round_half_up(shifted), -digits));
}

template <double (*F)(double)> bool change(call& c) {
  double n = 0;
  return c.number(0, n) && c.give(F(n));
}

double floor_of(double n) { return std::floor(n); }
double ceil_of(double n) { return std::ceil(n); }
double abs_of(double n) { return std::fabs(n); }

/// Calls f(n) for each item of the only argument when that is an array, else for each argument.
template <class F> bool each_number(call& c, F&& f) {
  if (c.count() == 1 && c.at(0).is(kind::array)) {
    std::size_t index = 0;
    return c.at(0).each_item([&](const value& item) {
      if (!c.cost().step()) return false;
      if (!item.is(kind::number)) return c.wrong_item(0, index, item, "a number");
      f(item.as_number());
      ++index;
      return true;
    });
  }
  if (c.count() == 1 && !c.at(0).is(kind::number)) return c.wrong_kind(0, "a number or an array of numbers");
  for (std::size_t i = 0; i < c.count(); ++i) {
    double n = 0;
    if (!c.number(i, n)) return false;
    f(n);
  }
  return true;
}

/// Math.min and Math.max: NaN wins, -0 is below 0. Of nothing: undefined.
bool extreme(call& c, bool smallest) {
  bool is_first = true;
  double best = 0;
  const auto is_better = [&](double n) {
    if (std::isnan(n) || std::isnan(best)) return std::isnan(n);
    if (n == best) return smallest ? std::signbit(n) : !std::signbit(n);
    return smallest ? n < best : n > best;
  };
  if (!each_number(c, [&](double n) {
        if (is_first || is_better(n)) best = n;
        is_first = false;
      }))
    return false;
  return c.give(is_first ? value() : value::number(best));
}

bool min(call& c) { return extreme(c, true); }
bool max(call& c) { return extreme(c, false); }

bool sum(call& c) {
  double total = 0;
  return each_number(c, [&](double n) { total += n; }) && c.give(total);
}

bool avg(call& c) {
  double total = 0;
  double count = 0;
  if (!each_number(c, [&](double n) {
        total += n;
        ++count;
      }))
    return false;
  return c.give(count == 0 ? value() : value::number(total / count));
}

bool range(call& c) {
  double start = 0;
  double end = 0;
  double step = 1;
  if (c.lacks(1) ? !c.number(0, end) : !c.number(0, start) || !c.number(1, end)) return false;
  if (!c.lacks(2) && !c.number(2, step)) return false;
  if (!std::isfinite(start) || !std::isfinite(end) || !std::isfinite(step)) return c.fail("the numbers must be finite");
  if (step == 0) return c.refuse(2, "must not be 0");
  const double count = std::ceil((end - start) / step);
  if (!(count > 0)) return c.give(std::vector<value>());
  const auto most = static_cast<double>(c.cost().allowed().array_items_max);
  if (count > most) return c.cost().build_array(c.cost().allowed().array_items_max + 1);
  std::vector<value> items;
  for (double i = 0; i < count; ++i)
    if (!c.add_item(items, value::number(start + i * step))) return false;
  return c.give(std::move(items));
}

} // namespace

chapter number_chapter() {
  return {"Numbers",
          {
              {"round(number, digits?)",
               "The nearest whole number, or the nearest with so many decimal digits.",
               "Halves go up, as in JavaScript, and are seen in the decimal digits. Negative digits round to tens and "
               "more.",
               {{"2.5|round", "3"}, {"-2.5|round", "-2"}, {"1.005|round(2)", "1.01"}, {"1234|round(-2)", "1200"}},
               round},
              {"floor(number)", "The next whole number below.", "", {{"-1.5|floor", "-2"}}, change<floor_of>},
              {"ceil(number)", "The next whole number above.", "", {{"1.2|ceil", "2"}}, change<ceil_of>},
              {"abs(number)", "The number without its sign.", "", {{"abs(0 - 3)", "3"}}, change<abs_of>},
              {"min(numbers...)",
               "The smallest of several numbers, or of an array of numbers.",
               "Of an empty array: undefined.",
               {{"[3, 1, 2]|min", "1"}, {"min(3, 1)", "1"}, {"[]|min", "undefined"}},
               min},
              {"max(numbers...)",
               "The largest of several numbers, or of an array of numbers.",
               "Of an empty array: undefined.",
               {{"[3, 1, 2]|max", "3"}, {"max(3, price)", "7", R"({"price": 7})"}},
               max},
              {"sum(numbers...)",
               "All numbers added, or all of an array.",
               "Of an empty array: 0.",
               {{"items|map('price')|sum", "12.5", R"({"items": [{"price": 10}, {"price": 2.5}]})"}, {"[]|sum", "0"}},
               sum},
              {"avg(numbers...)",
               "The average of several numbers, or of an array of numbers.",
               "Of an empty array: undefined.",
               {{"[1, 2, 6]|avg", "3"}},
               avg},
              {"range(start, end?, step?)",
               "The numbers from `start` up to, but without, `end`; with one argument from 0 up to it.",
               "A negative step counts down.",
               {{"range(3)", "[0,1,2]"}, {"range(2, 5)", "[2,3,4]"}, {"range(6, 0, -2)", "[6,4,2]"}},
               range},
          }};
}

} // namespace pawl::expression
