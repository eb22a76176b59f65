// For each class: must it be rejected, must it be undefined, or must a case with harmless names behave alike?
#include "tests/conformance/accidents.hpp"

#include "runtime/expression/lexer.hpp"

#include <algorithm>
#include <array>

namespace conformance {

namespace {

using stage = outcome::stage;
using classes = std::vector<std::string>;

bool holds(const classes& all, std::initializer_list<const char*> some) {
  return std::any_of(all.begin(), all.end(), [&](const std::string& c) {
    return std::any_of(some.begin(), some.end(), [&](const char* s) { return c == s; });
  });
}

bool must_be_rejected(const classes& all) {
  if (holds(all, {"string-backtrack", "escape-first-only"})) return false; // conventional escapes may make it valid
  return holds(all, {"double-minus", "elision", "empty-group", "unclosed-group", "missing-alternate",
                     "empty-filter-unevaluated", "missing-object-value-unevaluated", "method-call-drops-target",
                     "call-on-value", "relative-call", "relative-without-use", "unterminated-string"});
}

bool denies_access(const classes& all) {
  return holds(all, {"string-method", "array-method", "primitive-method", "proto-access", "function-property",
                     "function-value"});
}

/// A mere chain of properties, so that a denied access is all there is to the result.
bool is_chain(const std::string& source) {
  using expression::token_kind;
  expression::lexer tokens(source);
  auto t = tokens.next();
  if (t.kind != token_kind::name && t.kind != token_kind::text) return false;
  for (t = tokens.next(); t.kind != token_kind::end; t = tokens.next()) {
    const bool is_bracket = t.kind == token_kind::open_square;
    if (!is_bracket && t.kind != token_kind::dot) return false;
    t = tokens.next();
    if (t.kind != token_kind::name && !(is_bracket && t.kind == token_kind::text)) return false;
    if (is_bracket && tokens.next().kind != token_kind::close_square) return false;
  }
  return true;
}

/// Names of Object.prototype become harmless names of the same shape.
std::string rename(std::string text) {
  constexpr std::array<const char*, 12> names = {
      "constructor",      "hasOwnProperty",   "isPrototypeOf",    "propertyIsEnumerable",
      "toLocaleString",   "toString",         "valueOf",          "__proto__",
      "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"};
  for (const std::string name : names) {
    for (auto at = text.find(name); at != text.npos; at = text.find(name, at + name.size()))
      text[at] = 'Q';
  }
  return text;
}

json renamed(const json& j) { return json::parse(rename(j.dump())); }

bool behaves_alike(const outcome& one, const outcome& other) {
  if (one.reached != other.reached) return false;
  return one.reached != stage::evaluated || renamed(notation(one.value)) == renamed(notation(other.value));
}

bool shows_host_code(const outcome& got) {
  const auto text = notation(got.value).dump();
  return text.find("[native code]") != text.npos || text.find("function ") != text.npos;
}

/// Nothing: what the rulings owe is not what happened.
std::optional<std::string> violated(const json& c, const classes& all, const outcome& got, const char*& owed) {
  const std::string source = c.at("expr");
  const auto& context = c.at("context");
  const auto require = [&](bool holds, const char* what) {
    owed = what;
    return holds ? std::optional<std::string>("") : std::nullopt;
  };
  if (must_be_rejected(all)) return require(got.reached == stage::rejected, "rejected when it is parsed");
  if (holds(all, {"reserved-proto-name"})) {
    const bool named = got.reached == stage::rejected || got.extensions.has(expression::extension::reserved_names);
    return require(named && behaves_alike(got, evaluate_case(rename(source), renamed(context))), "an ordinary name");
  }
  if (holds(all, {"own-toString", "key-coercion"})) {
    return require(ignores_own_coercion(c, got), "[object Object]");
  }
  if (holds(all, {"relative-not-propagated"})) {
    return require(got.extensions.has(expression::extension::nested_relative_names),
                   "a relative filter, recorded as one");
  }
  if (holds(all, {"utf16-order"})) return require(got.value.is(expression::kind::boolean), "an order by code points");
  if (denies_access(all)) {
    if (shows_host_code(got)) return require(false, "no host code");
    const bool is_undefined = got.reached != stage::evaluated || got.value.is(expression::kind::undefined);
    if (is_chain(source)) return require(is_undefined, "undefined, or an error behind it");
  }
  return ""; // no independent expectation: the class only says that the reference's result does not count
}

} // namespace

bool ignores_own_coercion(const json& c, const outcome& got) {
  return behaves_alike(got, evaluate_case(c.at("expr"), renamed(c.at("context"))));
}

std::optional<std::string> judge_accident(const json& c, const json& rulings, const outcome& got, bool as_expected,
                                          std::string& why) {
  const auto all = accident_classes(c);
  const auto decisive = std::find_if(all.begin(), all.end(), [&](const std::string& name) {
    return rulings.contains(name) && rulings.at(name).at("ruling") != "support";
  });
  if (decisive == all.end()) {
    if (as_expected) return "";
    const auto expected = c.at("expect").value("value", json());
    const bool is_half = holds(all, {"string-index"}) && expected == "\xEF\xBF\xBD";
    why = "the reference's result";
    return is_half && got.value.is(expression::kind::undefined) ? std::optional<std::string>("string-index")
                                                                : std::nullopt;
  }
  const char* owed = "";
  if (!violated(c, all, got, owed)) {
    why = owed;
    return std::nullopt;
  }
  return as_expected ? "" : *decisive;
}

} // namespace conformance
