// pawl eval: values, undefined, templates, and errors with a mark at their place.
#include "tests/cli/process.hpp"

#include <catch2/catch.hpp>

namespace eval_test {

using namespace pawl::test;
using nlohmann::json;

TEST_CASE("eval: the value of an expression as JSON", "[eval]") {
  const char* const context = R"({"input":{"n":20,"names":["b","a"]}})";
  CHECK(run_pawl({"eval", "input.n * 2 + 2", "--context", context}).out == "42\n");
  CHECK(run_pawl({"eval", "input.names|sort|join('-')", "--context", context}).out == "\"a-b\"\n");
  CHECK(run_pawl({"eval", "input.gone", "--context", context}).out == "undefined\n");
  CHECK(run_pawl({"eval", "input.gone", "--context", context, "-o", "json"}).out == "{}\n");
  CHECK(json::parse(run_pawl({"eval", "input.n", "--context", "-", "-o", "json"}, context).out) == json{{"value", 20}});
  CHECK(run_pawl({"eval", "--", "-input"}, "").code == 1); // not a number
  CHECK(run_pawl({"eval", "--context", context, "--", "-input.n"}).out == "-20\n");
}

TEST_CASE("eval: a template keeps types where a text is one expression", "[eval]") {
  const char* const context = R"({"input":{"n":20}})";
  const ended rendered =
      run_pawl({"eval", "--template", R"({"a":"{{ input.n }}","b":["n is {{ input.n }}"]})", "--context", context});
  CHECK(json::parse(rendered.out) == json{{"a", 20}, {"b", {"n is 20"}}});
  CHECK(run_pawl({"eval", "--template", "n is {{ input.n }}", "--context", context}).out == "\"n is 20\"\n");
  const ended broken = run_pawl({"eval", "--template", R"({"a":["{{ 1 + }}"]})"});
  CHECK(broken.code == 1);
  CHECK(broken.err.find("/a/0") != std::string::npos);
}

TEST_CASE("eval: an error shows the line and marks the place", "[eval]") {
  const ended broken = run_pawl({"eval", "1 + * 2"});
  CHECK(broken.code == 1);
  INFO(broken.err);
  CHECK(broken.err.find("  1 + * 2\n      ^\n") != std::string::npos);
  CHECK(run_pawl({"eval", "nope(1)"}).code == 1);
  CHECK(run_pawl({"eval", "1", "--context", "{"}).code == 2);
  CHECK(run_pawl({"eval"}).code == 2);
}

} // namespace eval_test
