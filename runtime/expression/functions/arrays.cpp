// Functions on arrays; length, slice and reverse also take texts.
#include "runtime/expression/functions/call.hpp"
#include "runtime/expression/functions/slices.hpp"
#include "runtime/expression/json_text.hpp"
#include "runtime/expression/operators.hpp"
#include "runtime/expression/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <set>

namespace pawl::expression {

namespace {

bool first(call& c) { return c.array(0) && c.give(c.at(0).at(0)); }

bool last(call& c) {
  if (!c.array(0)) return false;
  const auto count = c.at(0).size();
  return c.give(count == 0 ? value() : c.at(0).at(count - 1));
}

bool length(call& c) {
  if (c.at(0).is_container()) return c.give(static_cast<double>(c.at(0).size()));
  std::string_view text;
  if (!c.at(0).is(kind::text)) return c.wrong_kind(0, "a text, an array or an object");
  return c.text(0, text) && c.give(static_cast<double>(utf16_length(text)));
}

bool read_stretch(call& c, std::size_t all, stretch& out) {
  double from = 0;
  auto to = static_cast<double>(all);
  if (!c.lacks(1) && !c.number(1, from)) return false;
  if (!c.lacks(2) && !c.number(2, to)) return false;
  out.from = slice_position(from, all);
  out.to = std::max(out.from, slice_position(to, all));
  return true;
}

bool slice(call& c) {
  stretch wanted;
  if (c.at(0).is(kind::text)) {
    std::string_view text;
    value out;
    return c.text(0, text) && read_stretch(c, utf16_length(text), wanted) &&
           c.make_text(out, utf16_slice(text, wanted)) && c.give(std::move(out));
  }
  if (!c.at(0).is(kind::array)) return c.wrong_kind(0, "a text or an array");
  if (!read_stretch(c, c.at(0).size(), wanted)) return false;
  std::vector<value> items;
  for (auto i = wanted.from; i < wanted.to; ++i)
    if (!c.add_item(items, c.at(0).at(i))) return false;
  return c.give(std::move(items));
}

bool reverse_text(call& c) {
  std::string_view text;
  if (!c.text(0, text) || !c.cost().build_text(text.size())) return false;
  std::string out(text.size(), '\0');
  for (std::size_t at = 0; at < text.size();) {
    const auto bytes = std::max<std::size_t>(decode(text, at).bytes, 1);
    text.copy(out.data() + (text.size() - at - bytes), bytes, at);
    at += bytes;
  }
  return c.give(std::move(out));
}

bool reverse(call& c) {
  if (c.at(0).is(kind::text)) return reverse_text(c);
  if (!c.at(0).is(kind::array)) return c.wrong_kind(0, "a text or an array");
  std::vector<value> items;
  for (auto i = c.at(0).size(); i > 0; --i)
    if (!c.add_item(items, c.at(0).at(i - 1))) return false;
  return c.give(std::move(items));
}

/// Where a kind stands when kinds are mixed.
int rank(const value& v) noexcept {
  switch (v.type()) {
    case kind::null: return 0;
    case kind::boolean: return 1;
    case kind::number: return std::isnan(v.as_number()) ? 3 : 2;
    case kind::big_integer: return 2;
    case kind::text: return 4;
    case kind::array: return 5;
    case kind::object: return 6;
    case kind::undefined: break;
  }
  return 7;
}

/// A total order; pays for comparing texts. Arrays among themselves are equal, and so are objects.
class sorter {
public:
  sorter(meter& cost, bool descending) noexcept : cost_(cost), descending_(descending) {}

  bool operator()(const std::pair<value, value>& left, const std::pair<value, value>& right) {
    if (cost_.has_failed() || !cost_.step()) return false;
    const value& a = left.first;
    const value& b = right.first;
    // What is not there comes last, whichever way the rest is sorted.
    if (a.is(kind::undefined) || b.is(kind::undefined)) return rank(a) < rank(b);
    return descending_ ? less(b, a) : less(a, b);
  }

private:
  bool less(const value& a, const value& b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    if (a.is(kind::boolean)) return !a.as_boolean() && b.as_boolean();
    if (a.is(kind::number)) return a.as_number() < b.as_number();
    if (!a.is(kind::text)) return false;
    return cost_.read_text(std::min(a.as_text().size(), b.as_text().size())) && a.as_text() < b.as_text();
  }

  meter& cost_;
  bool descending_;
};

bool read_direction(call& c, bool& descending) {
  std::string_view direction = "asc";
  if (!c.lacks(2) && !c.text(2, direction)) return false;
  descending = direction == "desc";
  return descending || direction == "asc" || c.refuse(2, "must be 'asc' or 'desc'");
}

/// `sort('desc')` of items that have no properties means the direction.
bool is_direction(call& c, std::string_view by) {
  if (c.count() != 2 || (by != "asc" && by != "desc")) return false;
  return c.at(0).each_item([](const value& item) { return !item.is_container(); });
}

bool sort(call& c) {
  std::string_view by;
  bool descending = false;
  bool has_key = !c.lacks(1);
  if (!c.array(0) || (has_key && !c.text(1, by)) || !read_direction(c, descending)) return false;
  if (!c.cost().steps(c.at(0).size() / 16)) return false;
  if (is_direction(c, by)) {
    descending = by == "desc";
    has_key = false;
  }
  if (!c.cost().build_array(c.at(0).size()) || !c.cost().allocate(3 * c.at(0).size() * sizeof(value))) return false;
  std::vector<std::pair<value, value>> keyed;
  keyed.reserve(c.at(0).size());
  const bool ok = c.at(0).each_item([&](const value& item) {
    const value key = has_key ? item.member(by) : item;
    if (key.is(kind::big_integer))
      return c.fail(fmt::format(
          "item {} of argument 1 (array) cannot be put in order: an integer too large to be exact", keyed.size()));
    keyed.emplace_back(key, item);
    return c.cost().step();
  });
  if (!ok) return false;
  std::stable_sort(
      keyed.begin(), keyed.end(),
      [&, compare = sorter(c.cost(), descending)](const auto& a, const auto& b) mutable { return compare(a, b); });
  if (c.cost().has_failed()) return false;
  std::vector<value> items;
  items.reserve(keyed.size());
  for (auto& [key, item] : keyed)
    items.push_back(std::move(item));
  return c.give(std::move(items));
}

/// What two equal values have in common: their JSON, or a word for what has none.
bool identity(call& c, const value& v, std::string& out) {
  if (v.is(kind::undefined)) return c.append(out, "undefined");
  if (v.is(kind::number) && !std::isfinite(v.as_number())) return append_text(out, v, c.cost());
  return append_json(out, v, c.cost());
}

bool unique(call& c) {
  std::string_view by;
  const bool has_key = !c.lacks(1);
  if (!c.array(0) || (has_key && !c.text(1, by))) return false;
  std::set<std::string> seen;
  std::vector<value> items;
  const bool ok = c.at(0).each_item([&](const value& item) {
    std::string key;
    if (!c.cost().allocate(2 * sizeof(std::string)) || !identity(c, has_key ? item.member(by) : item, key))
      return false;
    // Looking up compares with as many keys as the tree is high; short ones cost next to nothing.
    if (!c.cost().steps(2 + std::bit_width(seen.size()) * (key.size() / 64))) return false;
    return !seen.insert(std::move(key)).second || c.add_item(items, item);
  });
  return ok && c.give(std::move(items));
}

bool flatten_into(call& c, std::vector<value>& out, const value& array, double levels, std::size_t depth) {
  if (depth > value_depth_max) return c.cost().fail(errc::limit, "a value is nested too deeply to be flattened");
  return array.each_item([&](const value& item) {
    if (!c.cost().step()) return false;
    if (!item.is(kind::array) || levels < 1) return c.add_item(out, item);
    return flatten_into(c, out, item, levels - 1, depth + 1);
  });
}

bool flatten(call& c) {
  double levels = 1;
  if (!c.array(0) || (!c.lacks(1) && !c.number(1, levels))) return false;
  std::vector<value> items;
  return flatten_into(c, items, c.at(0), levels, 0) && c.give(std::move(items));
}

bool map(call& c) {
  std::string_view property;
  if (!c.array(0) || !c.text(1, property)) return false;
  std::vector<value> items;
  return c.at(0).each_item([&](const value& item) { return c.add_item(items, item.member(property)); }) &&
         c.give(std::move(items));
}

bool group_by(call& c) {
  std::string_view property;
  if (!c.array(0) || !c.text(1, property)) return false;
  std::map<std::string, std::vector<value>> groups;
  const bool ok = c.at(0).each_item([&](const value& item) {
    std::string key;
    if (!append_text(key, item.member(property), c.cost())) return false;
    if (!c.cost().steps(std::bit_width(groups.size()) * (1 + key.size() / 64))) return false;
    const auto place = groups.try_emplace(std::move(key)).first;
    return c.add_item(place->second, item);
  });
  if (!ok) return false;
  value::members all;
  for (auto& [key, items] : groups)
    if (!c.add_member(all, key, value::array(std::move(items)))) return false;
  return c.give(std::move(all));
}

} // namespace

chapter array_chapter() {
  return {
      "Arrays",
      {
          {"first(array)", "The first item, undefined of an empty array.", "", {{"[7, 8]|first", "7"}}, first},
          {"last(array)", "The last item, undefined of an empty array.", "", {{"[7, 8]|last", "8"}}, last},
          {"length(x)",
           "How many UTF-16 units a text has, items an array, members an object.",
           "",
           {{"'né😀'|length", "4"}, {"[1, 2]|length", "2"}, {"{a: 1}|length", "1"}},
           length},
          {"slice(x, start?, end?)",
           "The part of a text or an array from `start` up to, but without, `end`.",
           "Negative positions count from the end. Of a text they count UTF-16 units; a character of two that is cut "
           "in "
           "the middle is left out.",
           {{"'workflow'|slice(0, 4)", "\"work\""},
            {"'workflow'|slice(-4)", "\"flow\""},
            {"[1, 2, 3, 4]|slice(1, -1)", "[2,3]"},
            {"'a😀b'|slice(0, 2)", "\"a\""}},
           slice},
          {"reverse(x)",
           "An array or a text from its end to its start.",
           "Texts go by characters.",
           {{"[1, 2, 3]|reverse", "[3,2,1]"}, {"'a😀'|reverse", "\"😀a\""}},
           reverse},
          {"sort(array, by?, direction?)",
           "The array in order: by the items, or by their property `by`; `'desc'` turns the order round.",
           "Stable. `sort('desc')` of plain items sorts them by themselves. Numbers by size, texts by code point. "
           "Mixed kinds come as null, false, true, numbers, NaN, texts, "
           "arrays, objects; undefined is always last.",
           {{"[10, 9, 1]|sort", "[1,9,10]"},
            {"[3, 1, 2]|sort('desc')", "[3,2,1]"},
            {"list|sort", R"([null,true,2,"a","b"])", R"({"list": ["b", 2, null, "a", true]})"},
            {"items|sort('n', 'desc')|map('n')", "[3,2,1]", R"({"items": [{"n": 2}, {"n": 3}, {"n": 1}]})"}},
           sort},
          {"unique(array, by?)",
           "The array without items that equal an earlier one, or whose property `by` does.",
           "Arrays and objects are equal when all they hold is.",
           {{"[1, '1', 1, [2], [2]]|unique", R"([1,"1",[2]])"},
            {"[{a: 1, b: 1}, {a: 1, b: 2}]|unique('a')", R"([{"a":1,"b":1}])"}},
           unique},
          {"flatten(array, levels?)",
           "The array with the items of its arrays in their place, one level deep unless said otherwise.",
           "",
           {{"[1, [2, [3]]]|flatten", "[1,2,[3]]"}, {"[1, [2, [3]]]|flatten(9)", "[1,2,3]"}},
           flatten},
          {"map(array, property)",
           "That property of each item; undefined where an item has none.",
           "",
           {{"[{a: 1}, {a: 2}]|map('a')", "[1,2]"}},
           map},
          {"groupBy(array, property)",
           "An object: for each value of the property, as text, the array of the items that have it.",
           "Items without it are under `undefined`. The groups come in the order of their names.",
           {{"[{t: 'b', n: 1}, {t: 'a', n: 2}, {t: 'b', n: 3}]|groupBy('t')",
             R"({"a":[{"n":2,"t":"a"}],"b":[{"n":1,"t":"b"},{"n":3,"t":"b"}]})"}},
           group_by},
      }};
}

} // namespace pawl::expression
