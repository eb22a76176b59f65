// Every limit, on both sides, and hostile shapes that must end in a typed error.
#include "tests/unit/expression/support.hpp"

#include "runtime/expression/json_template.hpp"

namespace expression_limits_test {

using namespace expression_tests;

namespace {

/// The smallest limit with which the expression works must be `wanted`: one less is refused and named.
template <class Limit>
void check_edge(const std::string& source, Limit limits::*limit, Limit wanted, const char* name,
                const json& context = json::object()) {
  INFO(name);
  environment with;
  with.allowed.*limit = wanted;
  CHECK(code_of(source, context, with) == errc::internal);
  with.allowed.*limit = wanted - 1;
  CHECK(code_of(source, context, with) == errc::limit);
  CHECK(run(source, context, with).find(name) != std::string::npos);
}

} // namespace

TEST_CASE("limits: both sides of each") {
  const json context = json::parse(R"({"l": [1, 2, 3], "t": "0123456789"})");
  check_edge<std::size_t>("1 + 1", &limits::source_bytes_max, 5, "source_bytes_max");
  check_edge<std::size_t>("((1))", &limits::depth_max, 3, "depth_max");
  check_edge<std::size_t>("!!1", &limits::depth_max, 3, "depth_max");
  check_edge<std::size_t>("1 + 2", &limits::nodes_max, 3, "nodes_max");
  check_edge<std::size_t>("a.b.c", &limits::nodes_max, 4, "nodes_max");
  check_edge<std::uint64_t>("1 + 2", &limits::steps_max, 3, "steps_max");
  check_edge<std::size_t>("t + t", &limits::string_bytes_max, 20, "string_bytes_max", context);
  check_edge<std::size_t>("l + t", &limits::string_bytes_max, 15, "string_bytes_max", context);
  check_edge<std::size_t>("[1, 2, 3]", &limits::array_items_max, 3, "array_items_max");
  check_edge<std::size_t>("l[.x != 1]", &limits::array_items_max, 3, "array_items_max", context);
  check_edge<std::uint64_t>("[1]", &limits::allocated_bytes_max, sizeof(value) + sizeof(std::string),
                            "allocated_bytes_max");
}

TEST_CASE("limits: output is measured before it is copied") {
  const json list = json::array({"0123456789", "0123456789"});
  limits allowed;
  CHECK(to_json(value::borrow(list), allowed));
  allowed.output_bytes_max = 20;
  const auto refused = to_json(value::borrow(list), allowed);
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == errc::limit);
}

TEST_CASE("limits: deep sources are refused without deep recursion") {
  constexpr std::size_t deep = 100'000;
  environment with;
  with.allowed.source_bytes_max = 4'000'000;
  with.allowed.nodes_max = 10'000'000;
  const std::string sources[] = {
      repeat("(", deep) + "1" + repeat(")", deep),
      repeat("[", deep) + repeat("]", deep),
      "a" + repeat("[a", deep) + repeat("]", deep),
      repeat("{a:", deep) + "1" + repeat("}", deep),
      repeat("1 ? ", deep) + "1" + repeat(" : 1", deep),
      repeat("1 ? 1 : ", deep) + "1",
      repeat("!", deep) + "1",
      repeat("-!", deep) + "1",
      repeat("f(", deep) + repeat(")", deep),
      "1" + repeat("|t(1", deep) + repeat(")", deep),
      repeat("(", deep),
  };
  for (const auto& source : sources) {
    INFO(source.substr(0, 12));
    CHECK(code_of(source, {}, with) == errc::limit);
    with.allowed.depth_max = 1'000'000; // has a ceiling of its own
    CHECK(code_of(source, {}, with) == errc::limit);
    with.allowed.depth_max = limits().depth_max;
  }
  const std::string long_sources[] = {"1" + repeat(" + 1", 500), "a" + repeat(".a", 900), "1" + repeat(" || 1", 600)};
  for (const auto& source : long_sources)
    CHECK(code_of(source) == errc::internal);
}

TEST_CASE("limits: hostile work ends inside the meter") {
  json context = {{"l", json::array()}, {"t", std::string(200'000, 'a')}};
  for (int i = 0; i < 9'000; ++i)
    context["l"].push_back(i);
  const char* sources[] = {
      "l[.x != l[.y != 1]]",
      "l[.x != l[.y != l[.z != 1]]]",
      "[t+t+t+t+t, t+t+t+t+t, t+t+t+t+t, t+t+t+t+t, t+t+t+t+t, t+t+t+t+t, t+t+t+t+t, t+t+t+t+t, t+t+t+t+t]",
      "l[.x != (t + 'a' in t + t)]",
      "l[.x != (t < t + 'b')]",
  };
  for (const char* source : sources) {
    INFO(source);
    CHECK(code_of(source, context) == errc::limit);
  }
}

TEST_CASE("limits: should_stop ends an evaluation") {
  json context = {{"l", json::array()}};
  for (int i = 0; i < 9'000; ++i)
    context["l"].push_back(i);
  int asked = 0;
  environment with;
  with.should_stop = [&] { return ++asked == 3; };
  CHECK(code_of("l[.x != 1]", context, with) == errc::stopped);
  CHECK(asked == 3);
}

TEST_CASE("limits: deeply nested documents do not overflow conversions") {
  json deep = 1;
  for (int i = 0; i < 2'000; ++i)
    deep = json::array({std::move(deep)});
  const json context = {{"deep", std::move(deep)}};
  CHECK(code_of("deep + ''", context) == errc::limit);
  CHECK(run("deep", context) == "a value is nested too deeply for JSON");
}

TEST_CASE("limits: what was used up is told, also by failures") {
  usage used;
  const auto good = compile("1 + 2");
  REQUIRE(evaluate(*good, value(), {}, used));
  CHECK(used.steps == 3);
  const auto bad = compile("f(1)");
  CHECK_FALSE(evaluate(*bad, value(), {}, used));
  CHECK(used.steps == 5);
}

TEST_CASE("limits: what costs more than it looks is charged more") {
  const std::string name(7'000, 'k');
  const json context = {{"o", {{name, 1}}}, {"c", std::string(100, '\x01')}};
  const auto steps_of = [&](const std::string& source) {
    usage used;
    const auto compiled = compile(source);
    (void)evaluate(*compiled, value::borrow(context), {}, used);
    return used.steps;
  };
  CHECK(steps_of("o." + name) > 400);
  CHECK(steps_of("1.7e308 % 5e-324") > 100);
  CHECK(steps_of("7 % 2") < 5);
}

TEST_CASE("limits: escapes are measured before they are written") {
  environment with;
  with.allowed.string_bytes_max = 620;
  const json context = {{"c", std::string(100, '\x01')}};
  std::vector<template_problem> problems;
  const auto t = json_template::compile_text("-{{ {a: c} }}", problems);
  CHECK(t.render(value::borrow(context), with));
  with.allowed.string_bytes_max = 600;
  const auto refused = t.render(value::borrow(context), with);
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().message.find("string_bytes_max") != std::string::npos);
}

} // namespace expression_limits_test
