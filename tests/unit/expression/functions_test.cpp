// The standard functions: every documented example, and what hostile arguments get.
#include "tests/unit/expression/support.hpp"

#include "runtime/expression/functions/call.hpp"
#include "runtime/expression/functions/registry.hpp"
#include "runtime/expression/json_template.hpp"

#include <pawl/functions.hpp>

namespace expression_functions_test {

using namespace expression_tests;

namespace {

environment standard() {
  environment with;
  with.known = standard_registry().get();
  return with;
}

std::string ask(const std::string& source, const json& context = json::object()) {
  return run(source, context, standard());
}

errc ask_code(const std::string& source, const json& context = json::object()) {
  return code_of(source, context, standard());
}

} // namespace

TEST_CASE("functions: every documented example gives what it says", "[functions]") {
  std::size_t count = 0;
  for (const auto& doc : pawl::standard_functions()) {
    CHECK_FALSE(doc.examples.empty());
    CHECK(doc.summary.back() == '.');
    for (const auto& e : doc.examples) {
      INFO(doc.name << ": " << e.expression);
      const std::string wanted = e.result == "undefined" ? e.result : json::parse(e.result).dump();
      CHECK(ask(e.expression, json::parse(e.context)) == wanted);
      CHECK(e.expression.find(doc.name) != std::string::npos);
      ++count;
    }
  }
  CHECK(count > 80);
}

TEST_CASE("functions: each is a function and a transform", "[functions]") {
  for (const auto& doc : pawl::standard_functions()) {
    INFO(doc.name);
    CHECK(standard_registry()->find_function(doc.name) != nullptr);
    CHECK(standard_registry()->find_transform(doc.name) != nullptr);
  }
}

TEST_CASE("functions: errors name function, argument and kinds, and no value", "[functions]") {
  const json context = {{"secret", "s3cr3t"}, {"n", 1}};
  CHECK(ask("n|upper", context) == "evaluation: 'upper': argument 1 (text) must be a text, not a number");
  CHECK(ask("'a'|padStart(secret)", context) ==
        "evaluation: 'padStart': argument 2 (length) must be a number, not a text");
  CHECK(ask("sum(1, secret)", context) == "evaluation: 'sum': argument 2 (numbers) must be a number, not a text");
  CHECK(ask("[1, secret]|sum", context) ==
        "evaluation: 'sum': item 1 of argument 1 (numbers) must be a number, not a text");
  CHECK(ask("upper()") == "evaluation: 'upper': at least 1 argument, got 0; it is called as upper(text)");
  CHECK(ask("upper('a', 'b')") == "evaluation: 'upper': at most 1 argument, got 2; it is called as upper(text)");
  CHECK(ask("x|upper", {{"x", nullptr}}) == "evaluation: 'upper': argument 1 (text) must be a text, not null");
  const char* const refused[] = {"secret|fromJson",
                                 "secret|fromBase64",
                                 "secret|parseTime",
                                 "secret|matches('(')",
                                 "'x'|matches('[' + secret)",
                                 "'%zz'|urlDecode",
                                 "secret|keys",
                                 "secret|addTime(1, 'day')",
                                 "0|addTime(1, secret)",
                                 "0|formatTime(secret)",
                                 "0|formatTime('yyyy', secret)",
                                 "[1]|sort(undefined, secret)",
                                 "secret|sha256(secret)",
                                 "secret|format({})",
                                 "[secret]|merge",
                                 "'2025-02-30'|parseTime",
                                 "secret|round",
                                 "range(1, 2, 0)",
                                 "range(0, 1/0)"};
  for (const char* source : refused) {
    const auto said = ask(source, context);
    INFO(source << " -> " << said);
    CHECK((said.rfind("evaluation: '", 0) == 0 || source == std::string("secret|format({})")));
    CHECK((said.find("s3cr3t") == std::string::npos || source == std::string("secret|format({})")));
  }
}

TEST_CASE("functions: an optional argument may be undefined", "[functions]") {
  CHECK(ask("'abc'|slice(1, missing)") == "\"bc\"");
  CHECK(ask("[2, 1]|sort(missing)") == "[1,2]");
  CHECK(ask("['a', 'b']|join(missing)") == "\"a,b\"");
  CHECK(ask("['a']|join(x)", {{"x", nullptr}}).rfind("evaluation", 0) == 0);
}

TEST_CASE("functions: texts count UTF-16 units and never cut a character in half", "[functions]") {
  const json context = {{"t", "a😀b"}};
  CHECK(ask("length(t) == t.length", context) == "true");
  CHECK(ask("[t|slice(0, 2), t|slice(0, 3), t|slice(2), t|slice(1, 3), t|slice(-1)]", context) ==
        R"(["a","a😀","b","😀","b"])");
  CHECK(ask("t|padEnd(7, '😀')", context) == R"("a😀b😀")"); // half a face does not fit
  CHECK(ask("'ab'|padStart(7, '😀')|length") == "6");
  CHECK(ask("[t|slice(3, 1), t|slice(99), t|slice(-99, -99), t|slice(0/0, 1/0)]", context) == R"(["","","","a😀b"])");
  CHECK(ask("t|split('')|reverse|join('')", context) == "\"b😀a\"");
  CHECK(ask("[upper('ÿßžα'), lower('ŸŽΑЁ')]") == "[\"ŸSSŽΑ\",\"ÿžαё\"]");
}

TEST_CASE("functions: letters of each block have their case", "[functions]") {
  CHECK(ask("upper('ơưəɓǆǰƀʌɛ ϙͱϻ ҁԯ և ựỿ')") == "\"ƠƯƏƁǄǰɃɅƐ ϘͰϺ ҀԮ և ỰỾ\"");
  CHECK(ask("lower('ƠƯƏƁǄɃɅƐ ϘͰϺ ҀԮ ỰỾ İΣ')") == "\"ơưəɓǆƀʌɛ ϙͱϻ ҁԯ ựỿ İσ\"");
}

TEST_CASE("functions: split as JavaScript does it", "[functions]") {
  CHECK(ask("[''|split(','), ''|split(''), 'a,'|split(','), 'aXXb'|split('XX'), 'a,b'|split(',', 0)]") ==
        R"([[""],[],["a",""],["a","b"],[]])");
}

TEST_CASE("functions: hostile counts end in a limit before anything is built", "[functions]") {
  CHECK(ask_code("'x'|padStart(1e300)") == errc::limit);
  CHECK(ask_code("'x'|padStart(1/0, 'ab')") == errc::limit);
  CHECK(ask_code("'x'|padEnd(2000000)") == errc::limit);
  CHECK(ask("'x'|padEnd(0/0)") == "\"x\"");
  CHECK(ask("'x'|padEnd(0 - 1/0)") == "\"x\"");
  CHECK(ask("'x'|padEnd(5, '')") == "\"x\"");
  CHECK(ask_code("range(1e9)") == errc::limit);
  CHECK(ask_code("range(0, 1, 1e-300)") == errc::limit);
  CHECK(ask("range(0/0)").rfind("evaluation", 0) == 0);
  CHECK(ask("[range(-1), range(1, 1), range(0, 5, -1)]") == "[[],[],[]]");
  CHECK(ask("[[1, 2]|slice(1e300), [1, 2]|slice(-1e300, 1), [1, 2]|slice(0/0)]") == "[[],[1],[1,2]]");
  CHECK(ask_code("range(10000)|map('a')|join('0123456789')|split('')|join('0123456789')") == errc::limit);
}

TEST_CASE("functions: each limit is one of its own and leaves by errc::limit", "[functions]") {
  json context = {{"t", std::string(300'000, 'a')}, {"l", json::array()}, {"big", json::array()}};
  for (int i = 0; i < 10'001; ++i)
    context["l"].push_back(i);
  for (int i = 0; i < 3000; ++i)
    context["big"].push_back("item " + std::to_string(i) + std::string(2000, 'x'));
  const char* const over[] = {"l|reverse",
                              "l|sort",
                              "l|map('a')",
                              "l|unique",
                              "l|flatten",
                              "[l, l]|flatten",
                              "t|split('')",
                              "t|split('a')",
                              "big|join",
                              "big|toJson",
                              "big|toText",
                              "t|replaceAll('a', 'bbbb')",
                              "t|replaceAll('', 'xxxx')",
                              "t|hex|hex",
                              "(t + t + t)|urlEncode|urlEncode|urlEncode|base64|base64|base64|hex",
                              "format('{0}{0}{0}{0}{0}', t)",
                              "(t + t)|matches('(x+x+)+y')",
                              "t|matches('((a{30}){30})')",
                              "l|groupBy('a')"};
  for (const char* source : over) {
    INFO(source);
    CHECK(ask_code(source, context) == errc::limit);
  }
  CHECK(ask_code("'x'|matches(p)", {{"p", std::string(1001, 'a')}}) == errc::limit);
}

TEST_CASE("functions: patterns never take longer than the text is long", "[functions]") {
  const json context = {{"t", std::string(20'000, 'a') + "b"}};
  CHECK(ask("t|matches('^(a+)+$')", context) == "false");
  CHECK(ask("t|matches('(a|aa)+$')", context) == "false");
  CHECK(ask_code("t|replaceAll('a.*c|a', 'x')", context) == errc::limit); // each match looks to the end
  CHECK(ask(R"('é'|matches('^\\C'))").rfind("evaluation", 0) == 0);
  CHECK(ask(R"('é'|matches('^.$'))") == "true");
  CHECK(ask(R"('\\C'|matches('\\\\C'))") == "true");
  CHECK(ask("'é😀'|replaceAll('', '-')") == "\"-é-😀-\"");
  CHECK(ask("'aaa'|replaceAll('a*?', '-')") == "\"-a-a-a-\"");
  CHECK(ask("'ab'|replaceAll('(a)|(b)', '[$1$2$3$$]')") == "\"[a$3$][b$3$]\"");
  CHECK(ask("'a'|extract('(x)?a')") == "null");
  for (int i = 0; i < 20; ++i) // more than are kept compiled
    CHECK(ask("'x" + std::to_string(i) + "y'|extract('x(" + std::to_string(i) + ")y')") ==
          "\"" + std::to_string(i) + "\"");
}

TEST_CASE("functions: compiling a pattern is paid for", "[functions]") {
  const json context = {{"p", "(?i)(?:" + repeat("\\pL", 20) + "){0}"}, {"q", "(?:" + repeat("\\pL", 21) + "){0}"}};
  CHECK(ask("'b'|matches(p)", context) == "true");
  CHECK(ask("'b'|matches(q)", context) == "limit: a pattern has too many Unicode classes: more than 20");
  CHECK(ask(R"('pL'|matches('\\Q' + x + '\\E'))", {{"x", repeat("\\pL", 30)}}) == "false"); // a plain text

  std::vector<template_problem> problems;
  json data = json::array();
  for (int i = 0; i < 600; ++i)
    data.push_back("{{ 'b'|matches(p + '" + std::to_string(i) + "') }}");
  const auto t = json_template::compile(data, problems);
  usage used;
  auto rendered = t.render(value::borrow(context), standard(), &used);
  REQUIRE_FALSE(rendered);
  CHECK(rendered.failure().message.find("template_steps_max = 1000000") != std::string::npos);
  CHECK(rendered.failure().where == "/50"); // 20,000 steps each

  // The clock is looked at when an expression starts and after every compile.
  environment with = standard();
  with.allowed.template_steps_max = 1'000'000'000;
  std::int64_t now = 0;
  with.now_ms = [&now] { return now += 7; };
  rendered = t.render(value::borrow(context), with);
  REQUIRE_FALSE(rendered);
  CHECK(rendered.failure().code == pawl::errc::limit);
  CHECK(rendered.failure().message.find("the template takes too long: more than template_time_ms_max = 500") !=
        std::string::npos);
  CHECK(now <= 520);
  with.now_ms = [&now] { return now += 60; };
  CHECK(run("'b'|matches('b')", context, with) == "limit: the expression takes too long: more than time_ms_max = 50");
}

TEST_CASE("functions: a pattern that stays the same is paid for once an evaluation", "[functions]") {
  json context = {{"l", json::array()}, {"p", repeat("\\pL", 6) + repeat("x?", 150)}}; // too much to be kept
  for (int i = 0; i < 300; ++i)
    context["l"].push_back({{"t", "name"}});
  CHECK(ask(R"(l[.t|matches('^\\pL+$')]|length)", context) == "300");
  CHECK(ask("l[.t|matches('^[a-z]+$')]|length", context) == "300");
  CHECK(ask_code("l[.t|matches('a' + p) || .t|matches('b' + p)]", context) == errc::limit); // in turn
}

TEST_CASE("functions: sorting is stable and has a place for every kind", "[functions]") {
  const json context = {{"l", {{{"k", 1}, {"n", 1}}, {{"k", 0}, {"n", 2}}, {{"k", 1}, {"n", 3}}, {{"n", 4}}}}};
  CHECK(ask("l|sort('k')|map('n')", context) == "[2,1,3,4]");
  CHECK(ask("l|sort('k', 'desc')|map('n')", context) == "[1,3,2,4]");
  CHECK(ask("[{}, [], 'b', missing, 'a', 10, 9, false, true, x]|sort", {{"x", nullptr}}) ==
        R"([null,false,true,9,10,"a","b",[],{},null])");
  CHECK(ask("([2, 0/0, 1]|sort)[0]") == "1");
  CHECK(ask("[1, b]|sort", {{"b", 9007199254740993}}).rfind("evaluation", 0) == 0);
}

TEST_CASE("functions: a direction alone sorts plain items", "[functions]") {
  CHECK(ask("[[3, 1, 2]|sort('desc'), ['b', 1, 'c']|sort('asc')]") == R"([[3,2,1],[1,"b","c"]])");
  CHECK(ask("[{desc: 2}, {desc: 1}]|sort('desc')|map('desc')") == "[1,2]"); // a property
}

TEST_CASE("functions: unique takes the longest arrays", "[functions]") {
  CHECK(ask("range(10000)|unique|length") == "10000");
  json context = {{"l", json::array()}};
  for (int i = 0; i < 9000; ++i)
    context["l"].push_back({{"id", "customer-" + std::to_string(i)}});
  CHECK(ask("l|unique('id')|length", context) == "9000");
}

TEST_CASE("functions: names such as __proto__ are names", "[functions]") {
  CHECK(ask("l|groupBy('p')", {{"l", {{{"p", "__proto__"}}, {{"q", 1}}}}}) ==
        R"({"__proto__":[{"p":"__proto__"}],"undefined":[{"q":1}]})");
  CHECK(ask("[{}]|map('constructor')") == "[null]");
  CHECK(ask("{}|merge({__proto__: 1})|keys") == R"(["__proto__"])");
  CHECK(ask("o|pick('__proto__')", {{"o", {{"__proto__", 1}, {"a", 2}}}}) == R"({"__proto__":1})");
}

TEST_CASE("functions: deep values are followed to a bound", "[functions]") {
  json deep = 1;
  for (int i = 0; i < 700; ++i)
    deep = json::array({deep});
  CHECK(ask_code("d|flatten(1/0)", {{"d", deep}}) == errc::limit);
  CHECK(ask_code("d|toJson", {{"d", deep}}) == errc::limit);
  CHECK(ask_code("[d]|unique", {{"d", deep}}) == errc::limit);
  CHECK(ask("d|flatten|length", {{"d", deep}}) == "1");
  CHECK(ask("[{d: d}]|merge|keys", {{"d", deep}}) == R"(["d"])");
  CHECK(ask_code("t|fromJson", {{"t", repeat("[", 129) + repeat("]", 129)}}) == errc::limit);
  CHECK(ask_code("t|fromJson", {{"t", repeat("[", 100'000)}}) == errc::limit);
  CHECK(ask_code("t|fromJson", {{"t", "[" + repeat("0,", 99'000) + "0]"}}) == errc::limit);
  CHECK(ask_code("t|fromJson", {{"t", "{\"a\":1,\"a\":2}"}}) == errc::evaluation);
  CHECK(ask("t|fromJson", {{"t", repeat("[", 128) + repeat("]", 128)}}) == repeat("[", 128) + repeat("]", 128));
  CHECK(ask("t|fromJson == 1e3", {{"t", " 1e3 "}}) == "true");
}

TEST_CASE("functions: an integer beyond doubles is passed on, not computed with", "[functions]") {
  const json context = {{"b", 9007199254740993}};
  CHECK(ask("[b]|first", context) == "9007199254740993");
  CHECK(ask("[toText(b), toJson({b: b}), type(b), b|toText|fromJson]", context) ==
        R"(["9007199254740993","{\"b\":9007199254740993}","number",9007199254740993])");
  CHECK(ask("b|toNumber", context).rfind("evaluation", 0) == 0);
  CHECK(ask("[b]|sum", context).rfind("evaluation", 0) == 0);
}

TEST_CASE("functions: rounding sees decimal digits", "[functions]") {
  CHECK(ask("[round(1.255, 2), round(-1.5), round(0.49999999999999994), round(5e-324, 100), round(1e300, 50)]") ==
        "[1.26,-1,0,0,1e+300]");
  CHECK(ask("[round(1.45e-7, 8), round(123456789.987, 1)]") == "[1.5e-07,123456790]");
  CHECK(ask("1.5|round(0.5)").rfind("evaluation", 0) == 0);
}

TEST_CASE("functions: encodings refuse what does not decode to text", "[functions]") {
  const char* const bad[] = {"'/w=='|fromBase64", "'a'|fromBase64", "'====' |fromBase64", "'R3 =='|fromBase64",
                             "'%'|urlDecode",     "'%f'|urlDecode", "'%ff'|urlDecode",    "'%C3'|urlDecode"};
  for (const char* source : bad) {
    INFO(source);
    CHECK(ask_code(source) == errc::evaluation);
  }
  CHECK(ask("[''|base64, ''|fromBase64, ''|hex, '%41%c3%bc'|urlDecode]") == R"(["","","","Aü"])");
  CHECK(ask("'ab%zz'|urlDecode") ==
        "evaluation: 'urlDecode': argument 1 (text) has, after 2 bytes, a % without two hexadecimal digits");
  CHECK(ask("t|fromJson", {{"t", R"({"a":1,"a":2})"}}).find("(in an object at depth 1)") != std::string::npos);
  CHECK(ask("''|sha256") == "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"");
}

TEST_CASE("functions: times at the edges of the calendar", "[functions]") {
  CHECK(ask("'2024-02-29'|parseTime|addTime(1, 'year')|formatTime('yyyy-MM-dd')") == "\"2025-02-28\"");
  CHECK(ask("'2025-03-31'|parseTime|addTime(-1, 'months')|formatTime('d.M.yy')") == "\"28.2.25\"");
  CHECK(ask("'1969-12-31T23:59:59.999Z'|parseTime") == "-1");
  CHECK(ask("-1|formatTime") == "\"1969-12-31T23:59:59.999Z\"");
  CHECK(ask("addTime(0, 1.005, 'seconds')") == "1005");
  CHECK(ask("'2016-12-31T23:59:60Z'|parseTime|formatTime") == "\"2017-01-01T00:00:00.000Z\"");
  CHECK(ask("'2025-01-01T24:00:00Z'|parseTime|formatTime") == "\"2025-01-02T00:00:00.000Z\"");
  CHECK(ask("'0000-01-01'|parseTime|formatTime") == "\"0000-01-01T00:00:00.000Z\"");
  CHECK(ask("'9999-12-31T23:59:59.999Z'|parseTime|formatTime(\"h 'o''clock' a\")") == "\"11 o'clock PM\"");
  CHECK(ask("'2025-01-01T00:30:00.5-05:30'|parseTime|formatTime") == "\"2025-01-01T06:00:00.500Z\"");
  const char* const bad[] = {"'2025-13-01'|parseTime",
                             "'2025-02-29'|parseTime",
                             "'2025-01-01T24:00:01Z'|parseTime",
                             "'2025-01-01T00:00:60Z'|parseTime",
                             "'2025-01-01 '|parseTime",
                             "'2025-01-01T00:00:00+2'|parseTime",
                             "'0000-01-01T00:00:00+01:00'|parseTime",
                             "(0/0)|formatTime",
                             "1e300|formatTime",
                             "0|formatTime('Q')",
                             "0|formatTime('')",
                             "0|formatTime('yyyy', 1440)",
                             "0|addTime(1e300, 'days')",
                             "0|addTime(0/0, 'ms')",
                             "0|addTime(0.5, 'months')",
                             "0|addTime(-200000, 'years')",
                             "'5'|parseTime('MMM')",
                             "'12x'|parseTime('HH')"};
  for (const char* source : bad) {
    INFO(source);
    CHECK(ask_code(source) == errc::evaluation);
  }
}

TEST_CASE("functions: the clock of the caller stops what runs too long", "[functions]") {
  environment with = standard();
  std::int64_t now = 0;
  with.now_ms = [&now] { return now += 30; };
  CHECK(run("range(500)|length", json::object(), with) == "500");
  CHECK(run("range(9000)|length", json::object(), with) ==
        "limit: the expression takes too long: more than time_ms_max = 50");
}

TEST_CASE("functions: signatures say how many arguments there may be", "[functions]") {
  CHECK(arity_of("f()").most == 0);
  CHECK(arity_of("f(a, b?)").least == 1);
  CHECK(arity_of("f(a, b?)").most == 2);
  CHECK(arity_of("f(numbers...)").least == 1);
  CHECK(arity_of("f(text, values...)").least == 1);
  CHECK(arity_of("f(text, values...)").most > 1000);
}

} // namespace expression_functions_test
