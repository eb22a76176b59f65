// Functions on objects. Members come in the order of their names; there is no prototype, `__proto__` is a name like
// any.
#include "runtime/expression/functions/call.hpp"

#include <bit>
#include <set>

namespace pawl::expression {

namespace {

bool keys(call& c) {
  if (!c.object(0)) return false;
  std::vector<value> items;
  const bool ok = c.at(0).each_member([&](std::string_view key, const value&) {
    value name;
    return c.make_text(name, key) && c.add_item(items, std::move(name));
  });
  return ok && c.give(std::move(items));
}

bool values(call& c) {
  if (!c.object(0)) return false;
  std::vector<value> items;
  return c.at(0).each_member([&](std::string_view, const value& member) { return c.add_item(items, member); }) &&
         c.give(std::move(items));
}

bool entries(call& c) {
  if (!c.object(0)) return false;
  std::vector<value> items;
  const bool ok = c.at(0).each_member([&](std::string_view key, const value& member) {
    value name;
    if (!c.make_text(name, key) || !c.cost().build_array(2)) return false;
    return c.add_item(items, value::array({std::move(name), member}));
  });
  return ok && c.give(std::move(items));
}

bool add_members(call& c, value::members& all, const value& from) {
  return from.each_member([&](std::string_view key, const value& member) { return c.add_member(all, key, member); });
}

bool merge(call& c) {
  value::members all;
  if (c.count() == 1 && c.at(0).is(kind::array)) {
    std::size_t index = 0;
    const bool ok = c.at(0).each_item([&](const value& item) {
      if (!item.is_nullish() && !item.is(kind::object)) return c.wrong_item(0, index, item, "an object");
      ++index;
      return c.cost().step() && add_members(c, all, item);
    });
    return ok && c.give(std::move(all));
  }
  for (std::size_t i = 0; i < c.count(); ++i) {
    if (c.at(i).is_nullish()) continue;
    if (!c.object(i) || !add_members(c, all, c.at(i))) return false;
  }
  return c.give(std::move(all));
}

using name_set = std::set<std::string_view>;

bool add_name(call& c, name_set& names, const value& name) {
  if (!c.cost().steps(1 + std::bit_width(names.size())) || !c.cost().allocate(64)) return false;
  names.insert(name.as_text());
  return true;
}

/// The names behind the first argument, each a text or an array of texts.
bool read_names(call& c, name_set& names) {
  for (std::size_t i = 1; i < c.count(); ++i) {
    if (c.at(i).is(kind::text)) {
      if (!add_name(c, names, c.at(i))) return false;
      continue;
    }
    if (!c.at(i).is(kind::array)) return c.wrong_kind(i, "a text or an array of texts");
    std::size_t index = 0;
    const bool ok = c.at(i).each_item([&](const value& item) {
      if (!item.is(kind::text)) return c.wrong_item(i, index, item, "a text");
      ++index;
      return add_name(c, names, item);
    });
    if (!ok) return false;
  }
  return true;
}

bool choose(call& c, bool wanted) {
  name_set names;
  if (!c.object(0) || !read_names(c, names)) return false;
  value::members all;
  const bool ok = c.at(0).each_member([&](std::string_view key, const value& member) {
    if (!c.cost().steps(1 + std::bit_width(names.size()))) return false;
    return names.count(key) != static_cast<std::size_t>(wanted) || c.add_member(all, key, member);
  });
  return ok && c.give(std::move(all));
}

bool pick(call& c) { return choose(c, true); }
bool omit(call& c) { return choose(c, false); }

} // namespace

chapter object_chapter() {
  return {
      "Objects",
      {
          {"keys(object)", "The names of its members.", "", {{"{b: 1, a: 2}|keys", R"(["a","b"])"}}, keys},
          {"values(object)",
           "Its members, in the order of their names.",
           "",
           {{"{b: 1, a: 2}|values", "[2,1]"}},
           values},
          {"entries(object)",
           "Its members as arrays of name and value.",
           "",
           {{"{b: 1, a: 2}|entries", R"([["a",2],["b",1]])"}},
           entries},
          {"merge(objects...)",
           "One object with the members of all; of two with one name the later stays.",
           "Members are replaced whole, not merged in turn. null and undefined count as empty. Takes an array of "
           "objects "
           "as well.",
           {{"{a: 1, b: {c: 1}}|merge({b: {d: 2}}, missing)", R"({"a":1,"b":{"d":2}})"},
            {"[{a: 1}, {b: 2}]|merge", R"({"a":1,"b":2})"}},
           merge},
          {"pick(object, names...)",
           "The object with these members only; names that it lacks are left out.",
           "Each name is a text, or an array of texts.",
           {{"{a: 1, b: 2, c: 3}|pick('a', 'c', 'x')", R"({"a":1,"c":3})"}, {"{a: 1, b: 2}|pick(['b'])", R"({"b":2})"}},
           pick},
          {"omit(object, names...)",
           "The object without these members.",
           "",
           {{"{a: 1, b: 2, c: 3}|omit('b')", R"({"a":1,"c":3})"}},
           omit},
      }};
}

} // namespace pawl::expression
