// What expressions mean, by tables: the quirks of Jexl that stay, the accidents that are ruled out.
#include "tests/unit/expression/support.hpp"

namespace expression_evaluate_test {

using namespace expression_tests;

namespace {

struct row {
  const char* source;
  const char* wanted;
};

const json context = json::parse(R"({
  "arr": [3, 1, 2], "none": [], "rows": [{"x": 1, "l": [1, 2]}, {"x": 2, "l": []}, null, 0],
  "obj": {"a": 1, "toString": 5}, "s": "a\ud83d\ude00b", "n": 5, "nil": null, "yes": true, "x": 9, "limit": 1
})");

} // namespace

TEST_CASE("expression: Jexl's quirks stay") {
  const row rows[] = {
      {"true || false && false", "false"},
      {"2 ^ 3 ^ 2", "64"},
      {"2 % 3 * 2", "4"},
      {"-2 ^ 2", "4"},
      {"a - -5 + 1 - -1", "JSON has no number that is NaN or infinite"},
      {"7 // 2 + -7 // 2", "-1"},
      {"arr.x", "undefined"},
      {"rows.x", "1"},
      {"none.x", "evaluation: cannot read 'x' of the first element of an empty array"},
      {"nil.x.y", "undefined"},
      {"nil['x']", "evaluation: cannot read 'x' of null or undefined"},
      {"missing[true]", "undefined"},
      {"missing[.x]", "[]"},
      {"n[. x == 1]", "[]"},
      {"arr[1 == 1]", "[3,1,2]"},
      {"arr['1'] + arr[2]", "3"},
      {"obj[['a']]", "1"},
      {"rows[.x > 1].x", "2"},
      {"rows[.l[.x]].x", "1"},
      {"{a: nosuch(), a: 2}", R"({"a":2})"},
      {"{a: 1,}", R"({"a":1})"},
      {"null == undefined", "true"},
      {"[1] == [1]", "false"},
      {"arr == arr", "true"},
      {"[1,[null,2]] + ''", R"("1,,2")"},
      {"{} + 1", R"("[object Object]1")"},
      {"'3' * '0x10'", "48"},
      {"1 / 3", "0.3333333333333333"},
      {"'' + 1e21 + 1e-7 + 0.1", R"("1e+211e-70.1")"},
      {"1 ^ (0/0)", "JSON has no number that is NaN or infinite"},
      {"'b' in 'abc'", "true"},
      {"2 in arr", "true"},
      {"'a' in obj", "false"},
      {"n ?: 1", "5"},
      {"nil ? 1 : n ? 2 : 3", "2"},
      {"false && nosuch()", "false"},
      {"nosuch()", "evaluation: unknown function 'nosuch'"},
      {"1|nosuch", "evaluation: unknown transform 'nosuch'"},
      {".n + n", "10"},
      {"'it\\'s \\\\ \\n'", R"("it's \\ \\n")"},
  };
  for (const auto& r : rows) {
    INFO(r.source);
    CHECK(run(r.source, context) == r.wanted);
  }
}

TEST_CASE("expression: JavaScript's accidents are ruled out") {
  const row rows[] = {
      {"s.trim", "undefined"},
      {"obj['constructor']", "undefined"},
      {"obj.__proto__", "undefined"},
      {"obj.toString", "5"},
      {"obj + ''", R"("[object Object]")"},
      {"s.length", "4"},
      {"s[0] + s[3]", R"("ab")"},
      {"s[1]", "undefined"},
      {"s['2']", "undefined"},
      {"arr['length']", "3"},
      {"arr.length", "undefined"},
      {"'\xF0\x9F\x98\x80' < '\xEF\xBF\xBF'", "false"},
      {"rows[.limit == 1]", "[]"},
      {"(!yes).n", "undefined"},
      {"rows[(.x > 1)].x", "2"},
      {"'\\\\\\\\'", R"("\\\\")"},
      {"true$", "undefined"},
  };
  for (const auto& r : rows) {
    INFO(r.source);
    CHECK(run(r.source, context) == r.wanted);
  }
}

TEST_CASE("expression: what does not parse says what and where") {
  struct fault {
    const char* source;
    const char* message;
    const char* where;
  };
  const fault faults[] = {
      {"", "the expression is empty", "byte 0"},
      {" \n ", "the expression is empty", "byte 3"},
      {"1 +", "the expression ends too early, expected a value", "byte 3"},
      {"1 2", "unexpected '2', expected an operator", "byte 2"},
      {"'a", "a text without its closing quote", "byte 0"},
      {"--5", "two minus signs in a row", "byte 1"},
      {"[1,]", "unexpected ']', expected a value", "byte 3"},
      {"[1,,2]", "unexpected ',', expected a value", "byte 3"},
      {"()", "the round brackets are empty", "byte 1"},
      {"arr[]", "the square brackets are empty", "byte 4"},
      {"(1", "the expression ends too early, expected ')'", "byte 2"},
      {"a ? 1 :", "the expression ends too early, expected a value", "byte 7"},
      {"{a:}", "unexpected '}', expected a value", "byte 3"},
      {"a.b(1)", "a property cannot be called", "byte 3"},
      {"a[0](1)", "only a function's plain name can be called", "byte 4"},
      {".f()", "a property cannot be called", "byte 2"},
      {"arr[.]", "unexpected ']', expected a property name after '.'", "byte 5"},
      {"a # b", "unexpected '#', expected an operator", "byte 2"},
      {"a = b", "unexpected '=', expected an operator", "byte 2"},
      {"+1", "unexpected '+', expected a value", "byte 0"},
      {"1.", "the expression ends too early, expected a property name after '.'", "byte 2"},
      {"\xFF", "the expression is not UTF-8", "byte 0"},
  };
  for (const auto& f : faults) {
    INFO(f.source);
    const auto compiled = compile(f.source);
    REQUIRE_FALSE(compiled);
    CHECK(compiled.failure().code == errc::bad_expression);
    CHECK(compiled.failure().message == f.message);
    CHECK(compiled.failure().where == f.where);
  }
}

TEST_CASE("expression: each extension works and is recorded, and nothing else is") {
  struct use {
    const char* source;
    const char* wanted;
    std::vector<extension> extensions;
  };
  functions known;
  known.add_function("f", [](std::span<const value>, call_context&) { return pawl::result<value>(value::number(1)); });
  environment with;
  with.known = &known;
  const use uses[] = {
      {"-n", "-5", {extension::unary_minus}},
      {"[1, -2]", "[1,-2]", {extension::unary_minus}},
      {"[-1][0]", "-1", {extension::bracket_anywhere}},
      {"{'a b': 1}['a b']", "1", {extension::quoted_keys, extension::bracket_anywhere}},
      {"f() ? 2 : 3", "2", {extension::ternary_after_call}},
      {"!f() ? 2 : 3", "3", {extension::ternary_after_call}},
      {"(f()) ? 2 : 3", "2", {}},
      {".5 + 1e2 + 1.5e-1", "100.65", {extension::number_forms}},
      {"\xCE\xB1", "undefined", {extension::unicode_names}},
      {"\xC3\xA9", "undefined", {}},
      {"toString", "undefined", {extension::reserved_names}},
      {"rows[(.x == 1)].x", "1", {extension::nested_relative_names}},
      {"rows[.x == 1 && (.x)].x", "1", {}},
      {"5.e1", "undefined", {}},
      {"a - -5 ? 1 : 2", "2", {}},
  };
  for (const auto& u : uses) {
    INFO(u.source);
    CHECK(run(u.source, context, with) == u.wanted);
    const auto compiled = compile(u.source);
    REQUIRE(compiled);
    CHECK(compiled->extensions_used().list() == u.extensions);
  }
}

TEST_CASE("expression: a big integer is passed on exactly and not computed with") {
  const json big = json::parse(
      R"({"id": 9007199254740993, "u": 18446744073709551615, "exact": 9007199254740992, "l": [9007199254740993]})");
  CHECK(run("id", big) == "9007199254740993");
  CHECK(run("{a: [id, u]}", big) == R"({"a":[9007199254740993,18446744073709551615]})");
  CHECK(run("'#' + id", big) == R"("#9007199254740993")");
  CHECK(run("id ? 1 : 2", big) == "1");
  CHECK(run("id == nosuch", big) == "false");
  CHECK(run("exact + 0", big) == "9007199254740992");
  for (const char* source : {"id + 1", "id * 2", "-id", "id == 1", "id < 2", "id == '1'", "id in [1]", "id in l"}) {
    INFO(source);
    CHECK(code_of(source, big) == errc::evaluation);
  }
}

TEST_CASE("expression: messages quote the source, never a value") {
  const json secret = json::parse(R"({"key": "s3cret", "nil": null, "t": "s3cret"})");
  for (const char* source : {"nil[key]", "nosuch(key)", "key|nosuch", "[][key].x.y.z['a']['b']"}) {
    INFO(source);
    CHECK(run(source, secret).find("s3cret") == std::string::npos);
  }
}

} // namespace expression_evaluate_test
