// What a schema can make Pawl do beside its steps: walk members, compile patterns, keep and say what alternatives
// found.
#include "tests/unit/schema/support.hpp"

namespace schema_bounds_test {

using namespace schema_test;

namespace {

json members(std::size_t count, const std::string& prefix, const json& each) {
  json all = json::object();
  for (std::size_t i = 0; i < count; ++i)
    all[prefix + std::to_string(i)] = each;
  return all;
}

json patterns(std::size_t count, const std::string& behind) {
  json all = json::array();
  for (std::size_t i = 0; i < count; ++i)
    all.push_back({{"pattern", std::to_string(i) + behind}});
  return {{"allOf", all}};
}

// A 2^levels of alternatives whose words would all differ, because their order does.
json crossing(std::size_t levels) {
  const auto to = [](char letter, std::size_t i) {
    return json{{"$ref", "#/definitions/" + std::string(1, letter) + std::to_string(i)}};
  };
  json document = to('a', 0);
  for (std::size_t i = 0; i < levels; ++i) {
    const json next[] = {to('a', i + 1), to('b', i + 1)};
    document["definitions"]["a" + std::to_string(i)]["anyOf"] = {next[0], next[1]};
    document["definitions"]["b" + std::to_string(i)]["anyOf"] = {next[1], next[0]};
  }
  document["definitions"]["a" + std::to_string(levels)] = {{"type", "null"}};
  document["definitions"]["b" + std::to_string(levels)] = {{"type", "array"}};
  return document;
}

} // namespace

TEST_CASE("schema bounds: members that are passed over on the way to a name are metered") {
  const json document = {{"anyOf", json::array_t(100, {{"properties", {{"z", false}}}})}};
  json value = members(20'000, "k", 1);
  value["z"] = 1;
  CHECK(code_of(compile(document), value) == "limit");
}

TEST_CASE("schema bounds: patterns together have a limit of instructions, those that are too large at once") {
  CHECK(problems_of(patterns(10, "[a-z]{1000}")).empty());
  const lines many = problems_of(patterns(400, "[a-z]{1000}"));
  REQUIRE(many.size() == 1);
  CHECK(many.back().find("the patterns up to this one take too much") != std::string::npos);
  const lines large = problems_of(patterns(2, "\\p{L}{500}"));
  REQUIRE(large.size() == 2);
  CHECK(large.front().find("it is too large") != std::string::npos);
}

TEST_CASE("schema bounds: the words of alternatives in alternatives do not grow without end") {
  const lines found = violations_of(crossing(12), 7);
  REQUIRE_FALSE(found.empty());
  for (const auto& line : found)
    CHECK(line.size() < 4'096);
  CHECK(violations_of(crossing(1), 7) == lines{": expected null, or an array, found an integer"});
}

TEST_CASE("schema bounds: of alternatives the closest is told, the first of equals") {
  const json document = {{"anyOf",
                          {{{"required", {"a", "b"}}},
                           {{"properties", {{"x", {{"properties", {{"y", {{"type", "null"}}}}}}}}}},
                           {{"required", {"c"}}}}}};
  CHECK(violations_of(document, {{"x", {{"y", 1}}}}) ==
        lines{": expected a value that fits one of 3 alternatives, found it fits none; alternative 2 comes closest",
              "/x/y: expected null, found an integer"});
  const json equals = {{"anyOf", {{{"required", {"a", "b"}}}, {{"required", {"c", "d"}}}}}};
  CHECK(violations_of(equals, json::object())[0].find("alternative 1 comes closest") != std::string::npos);
}

TEST_CASE("schema bounds: violations far below long names are metered") {
  json value = json::array_t(25, 1);
  for (int i = 0; i < 100; ++i)
    value = json{{std::string(60, 'k'), std::move(value)}};
  const json document = {
      {"anyOf", {{{"additionalProperties", {{"$ref", "#"}}}}}},
      {"allOf", {{{"anyOf", json::array_t(3'000, {{"$ref", "#/definitions/i"}})}}}},
      {"definitions", {{"i", {{"items", {{"type", "null"}}}}}}},
  };
  CHECK(code_of(compile(document), value) == "limit");
}

TEST_CASE("schema bounds: a message about many violations is cut") {
  json choices = json::array();
  for (int i = 0; i < 6; ++i)
    choices.push_back(std::string(39, '\x01') + std::to_string(i));
  const auto schema = compile({{"items", {{"enum", choices}}}});
  const auto refused = pawl::schema::require(*schema, json::array_t(25, 1), "the value");
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().message.size() < 16 * 1024);
  CHECK(refused.failure().message.find(" more lines like these") != std::string::npos);
}

} // namespace schema_bounds_test
