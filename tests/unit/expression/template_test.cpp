// Templates: what is an expression, what it becomes, and what is reported about it.
#include "tests/unit/expression/support.hpp"

#include "runtime/expression/json_template.hpp"

namespace expression_template_test {

using namespace expression_tests;

namespace {

std::string render(const json& data, const json& context = json::object(), const environment& with = {}) {
  std::vector<template_problem> problems;
  const auto compiled = json_template::compile(data, problems);
  const auto out = compiled.render(value::borrow(context), with);
  if (!out) return out.failure().message + " @" + out.failure().where;
  return *out ? (*out)->dump() : "undefined";
}

} // namespace

TEST_CASE("template: whole texts keep the type, others are joined") {
  const json context = json::parse(
      R"({"n": 5, "l": [1, null, [2]], "o": {"a": 1.5}, "lo": [{"a": 1}], "nil": null, "big": 9007199254740993})");
  const std::pair<json, const char*> rows[] = {
      {"plain", R"("plain")"},
      {"{{ n }}", "5"},
      {"{{ big }}", "9007199254740993"},
      {"{{ nosuch }}", "undefined"},
      {"<{{ nosuch }}{{ nil }}>", R"("<>")"},
      {" {{ n }}", R"(" 5")"},
      {"{{ l }}!", R"("1,,2!")"},
      {"{{ o }}!", R"("{\"a\":1.5}!")"},
      {"{{ lo }}!", R"("[{\"a\":1}]!")"},
      {"{{ 1/0 }}!", R"("Infinity!")"},
      {"{{ n }} and {{ n }}", R"("5 and 5")"},
      {"x{{ {a:{b:1}} }}", R"("x{\"a\":{\"b\":1}}")"},
      {"x{{ '}}' }}", R"("x}}")"},
      {"{{{a:1}}}", R"({"a":1})"},
      {"{{}}", R"("{{}}")"},
      {"{{ 1\n }}", R"("{{ 1\n }}")"},
      {"{{}} {{ n }}", R"("{{}} 5")"},
      {json::parse(R"({"a": "{{ nosuch }}", "b": ["{{ nosuch }}", 1], "{{ n }}": 2})"),
       R"({"b":[null,1],"{{ n }}":2})"},
      {json::parse(R"({"__proto__": "{{ n }}"})"), R"({"__proto__":5})"},
  };
  for (const auto& [data, wanted] : rows) {
    INFO(data.dump());
    CHECK(render(data, context) == wanted);
  }
}

TEST_CASE("template: errors name the expression and the place") {
  const json data = json::parse(R"({"a": [0, {"b/c": "x{{ nosuch() }}"}]})");
  CHECK(render(data) == "Jexl Error in [ nosuch() ]: unknown function 'nosuch' at byte 1 @/a/1/b~1c");
  CHECK(render("{{ 0/0 }}") == "Jexl Error in [ 0/0 ]: JSON has no number that is NaN or infinite @");
  CHECK(render("{{ [1/0] }}").find("Jexl Error in [ [1/0] ]: ") == 0);
}

TEST_CASE("template: loading reports every problem with its pointer") {
  const json data = json::parse(
      R"({"a": "{{ 1 + }} {{ ) }}", "b": ["{{ }}"], "c": "{{}}", "d": "{{ open", "e": "{{ 1 }} + {{ 2 + }}"})");
  std::vector<template_problem> problems;
  json_template::compile(data, problems, "/nodes/0/data");
  REQUIRE(problems.size() == 6);
  CHECK(problems[0].pointer == "/nodes/0/data/a");
  CHECK(problems[0].message.find("Jexl Error in [ 1 + }} {{ ) ]: the expression ends too early") == 0);
  CHECK(problems[2].pointer == "/nodes/0/data/b/0");
  CHECK(problems[2].message == "Jexl Error in [ ]: the expression is empty at byte 1");
  CHECK((problems[3].is_warning && problems[3].pointer == "/nodes/0/data/c"));
  CHECK((problems[4].is_warning && problems[4].pointer == "/nodes/0/data/d"));
  CHECK(problems[5].message ==
        "Jexl Error in [ 1 }} + {{ 2 + ]: the expression ends too early, expected a value at byte 5 of [ 2 + ]");
}

TEST_CASE("template: gathers what its expressions mention, call and extend") {
  std::vector<template_problem> problems;
  const auto t = json_template::compile(
      json::parse(R"(["{{ nodes.a.output }}", "{{ f(-input.x) }}", {"k": "{{ 1|t }} {{ nodes.b }}"}])"), problems);
  CHECK(problems.empty());
  CHECK((t.mentioned().nodes.at("a").latest && t.mentioned().nodes.at("b").all && t.mentioned().input));
  CHECK(t.called().functions == std::vector<std::string>{"f"});
  CHECK(t.called().transforms == std::vector<std::string>{"t"});
  CHECK(t.extensions_used().list() == std::vector<extension>{extension::unary_minus});
  CHECK(t.has_expressions());
  CHECK_FALSE(json_template::compile(json::parse(R"({"a": [1, "x"]})"), problems).has_expressions());
}

TEST_CASE("template: the output limit holds for the whole of it") {
  environment with;
  with.allowed.output_bytes_max = 1'000;
  const json context = {{"t", std::string(400, 'x')}};
  CHECK(render(json::array({"{{ t }}", "{{ t }}"}), context, with).find("xxx") != std::string::npos);
  CHECK(render(json::array({"{{ t }}", "{{ t }}", "{{ t }}"}), context, with).find("output_bytes_max") !=
        std::string::npos);
  CHECK(render(json::array({"{{ t }}", "{{ t }}", "-{{ t }}"}), context, with).find("output_bytes_max") !=
        std::string::npos);
}

TEST_CASE("template: hostile braces are cut in bounded time") {
  for (const char* piece : {"{{", "{{{{}}", "{{'}}", "{{(}}", "{{}}", "}}"}) {
    INFO(piece);
    std::vector<template_problem> problems;
    json_template::compile(repeat(piece, 20'000), problems);
    CHECK(problems.size() <= 21);
  }
}

TEST_CASE("template: one rendering has limits of its own") {
  json context = {{"l", json::array()}};
  for (int i = 0; i < 1'000; ++i)
    context["l"].push_back(i);
  environment with;
  with.allowed.template_steps_max = 20'000;
  CHECK(render(json::array({"{{ l[.x < 0] }}", "{{ l[.x < 0] }}"}), context, with) == "[[],[]]");
  const json many(100, "{{ l[.x < 0] }}");
  CHECK(render(many, context, with).find("template_steps_max = 20000") != std::string::npos);
}

TEST_CASE("template: one rendering has one clock") {
  environment with;
  std::int64_t now = 0;
  with.now_ms = [&now] { return now += 5; };
  CHECK(render(json(90, "{{ 1 }}"), json::object(), with).front() == '[');
  CHECK(render(json(200, "{{ 1 }}"), json::object(), with).find("template_time_ms_max = 500 @/100") !=
        std::string::npos);
  with.allowed.template_time_ms_max = 20;
  CHECK(render(json(9, "-{{ 1 }}"), json::object(), with).find("template_time_ms_max = 20 @/4") != std::string::npos);
}

TEST_CASE("template: expressions are counted, problems are listed up to a hundred") {
  std::vector<template_problem> problems;
  limits allowed;
  allowed.template_expressions_max = 3;
  CHECK(json_template::compile(json(3, "{{ 1 }}"), problems, "", allowed).expression_count() == 3);
  CHECK(problems.empty());
  const auto refused = json_template::compile(json(4, "{{ 1 }}"), problems, "/data", allowed);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].pointer == "/data/3");
  CHECK(problems[0].message.find("template_expressions_max = 3") != std::string::npos);
  CHECK_FALSE(refused.render(value(), {}));
  problems.clear();
  json_template::compile(json(150, "{{ ( }}"), problems);
  REQUIRE(problems.size() == 101);
  CHECK(problems.back().message == "and 50 more expressions");
}

TEST_CASE("template: an error names its place below long names, shortened") {
  const std::string name(5'000, 'k');
  std::vector<template_problem> problems;
  const auto t = json_template::compile(json{{name, json::array({1, "{{ f() }}"})}}, problems);
  const auto rendered = t.render(value(), {});
  REQUIRE_FALSE(rendered);
  CHECK(rendered.failure().where == "/" + std::string(200, 'k') + "…/1");
}

} // namespace expression_template_test
