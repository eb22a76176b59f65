// Functions of the host: what they get, what they may give back, and what they do wrong.
#include "tests/unit/expression/support.hpp"

#include "runtime/expression/functions/registry.hpp"

#include <limits>

namespace expression_host_functions_test {

using namespace expression_tests;

namespace {

using arguments = std::vector<json>;

std::string ask(const std::string& source, std::function<json(const arguments&)> what,
                const json& context = json::object()) {
  const auto known = make_registry({{"mine", std::move(what)}});
  REQUIRE(known);
  environment with;
  with.known = known->get();
  return run(source, context, with);
}

errc open_code(const std::vector<pawl::expression_function>& own) {
  const auto made = make_registry(own);
  return made ? errc::internal : made.failure().code;
}

json echo(const arguments& all) { return all; }

} // namespace

TEST_CASE("host functions: arguments arrive as JSON, undefined as null", "[functions]") {
  CHECK(ask("mine(1, 'a', missing, {a: missing, b: [true]})", echo) == R"([1,"a",null,{"b":[true]}])");
  CHECK(ask("b|mine", echo, {{"b", 9007199254740993}}) == "[9007199254740993]");
  CHECK(ask("mine(0/0)", echo) == "evaluation: 'mine': JSON has no number that is NaN or infinite");
}

TEST_CASE("host functions: what they throw is the expression's error", "[functions]") {
  CHECK(ask("mine()", [](const arguments&) -> json { throw std::runtime_error("no such unit"); }) ==
        "evaluation: 'mine': no such unit");
  CHECK(ask("mine()", [](const arguments&) -> json { throw 1; }).rfind("evaluation: 'mine'", 0) == 0);
  CHECK(ask("mine()", [](const arguments& a) { return a.at(0); }).rfind("evaluation: 'mine'", 0) == 0);
  CHECK(ask("mine()", [](const arguments&) -> json { throw std::runtime_error("\xff"); }).find("UTF-8") !=
        std::string::npos);
}

TEST_CASE("host functions: their answer must be JSON within the limits", "[functions]") {
  CHECK(ask("mine()", [](const arguments&) { return json("\xff"); }).rfind("evaluation", 0) == 0);
  CHECK(ask("mine()", [](const arguments&) { return json{{"\xff", 1}}; }).rfind("evaluation", 0) == 0);
  CHECK(ask("mine()", [](const arguments&) { return json::binary({1}); }).rfind("evaluation", 0) == 0);
  CHECK(ask("mine()", [](const arguments&) { return json(json::value_t::discarded); }).rfind("evaluation", 0) == 0);
  CHECK(ask("mine()", [](const arguments&) {
          return json::array({std::numeric_limits<double>::infinity()});
        }).rfind("evaluation", 0) == 0);
  CHECK(ask("mine()", [](const arguments&) { return json(std::string(1024 * 1024 + 1, 'a')); }).rfind("limit", 0) == 0);
  CHECK(ask("mine()", [](const arguments&) { return json(std::vector<int>(10'001)); }).rfind("limit", 0) == 0);
  CHECK(ask("mine()", [](const arguments&) {
          json deep;
          for (int i = 0; i < 100'000; ++i)
            deep = json::array({std::move(deep)});
          return deep;
        }).rfind("limit", 0) == 0);
}

TEST_CASE("host functions: one may replace a standard one, or be a transform only", "[functions]") {
  const auto known = make_registry({{"upper", [](const arguments&) { return json("mine"); }},
                                    {"only", [](const arguments&) { return json(1); }, false, true}});
  REQUIRE(known);
  environment with;
  with.known = known->get();
  CHECK(run("[upper('a'), 'a'|upper, 'a'|only, 'A'|lower]", {}, with) == R"(["mine","mine",1,"a"])");
  CHECK(run("only('a')", {}, with) == "evaluation: unknown function 'only'");
}

TEST_CASE("host functions: names are checked when a runtime is opened", "[functions]") {
  for (const char* name : {"", " a", "a b", "a()", "a() + b", "1a", "a.b", "true", "in", "a\n", "a(), b"}) {
    INFO(name);
    CHECK(open_code({{name, echo}}) == errc::invalid_argument);
  }
  CHECK(open_code({{"a", echo}, {"a", echo}}) == errc::invalid_argument);
  CHECK(open_code({{"a", nullptr}}) == errc::invalid_argument);
  CHECK(open_code({{"a", echo}, {"größe", echo}, {"$x_1", echo}}) == errc::internal);
}

} // namespace expression_host_functions_test
