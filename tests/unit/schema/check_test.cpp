#include "tests/unit/schema/support.hpp"

#include <atomic>
#include <cstdint>
#include <limits>
#include <random>
#include <thread>

namespace schema_check_test {

using namespace schema_test;

namespace {

const json order = json::parse(R"({
  "type": "object",
  "required": ["id", "items"],
  "properties": {
    "id": {"type": "string", "pattern": "^[a-z]+$", "minLength": 2},
    "count": {"type": "integer", "maximum": 10},
    "state": {"enum": ["new", "done", 3, null]},
    "kind": {"const": {"a": 1}},
    "mail": {"format": "email"},
    "items": {"type": "array", "maxItems": 3, "items": {"type": ["number", "null"], "multipleOf": 0.5}},
    "a/b~c": {"not": {"type": "integer"}}
  },
  "additionalProperties": false
})");

} // namespace

TEST_CASE("schema check: every violation has its pointer, what was expected and what was found, in the value's order") {
  const json value = {
      {"a/b~c", 1},  {"count", 10.5},    {"extra", {1, 2}}, {"id", "A"}, {"items", {1, "x", 0.25, true}},
      {"kind", "k"}, {"mail", "nobody"}, {"state", "old"}};
  CHECK(violations_of(order, value) ==
        lines{"/a~1b~0c: expected a value that does not fit the schema in 'not', found it fits",
              "/count: expected an integer, found a number with a fraction",
              "/count: expected a number of at most 10, found a larger number",
              "/extra: expected no member of this name, found an array of 2 elements",
              "/id: expected at least 2 characters, found a text of 1 character",
              "/id: expected a text that matches ^[a-z]+$, found a text of 1 character that does not",
              "/items: expected at most 3 elements, found an array of 4 elements",
              "/items/1: expected null or a number, found a text of 1 character",
              "/items/2: expected a multiple of 0.5, found the number is none",
              "/items/3: expected null or a number, found a boolean",
              "/kind: expected exactly an object of 1 member, found a text of 1 character that is another",
              "/mail: expected an e-mail address, found a text of 6 characters that is none",
              "/state: expected one of \"new\", \"done\", 3, null, found a text of 3 characters that is another"});
  CHECK(violations_of(order, json::object()) ==
        lines{": expected a member 'id', found no such member", ": expected a member 'items', found no such member"});
  CHECK(violations_of(order, {1}) == lines{": expected an object, found an array of 1 element"});
}

TEST_CASE("schema check: alternatives that fail are summed up") {
  CHECK(violations_of({{"anyOf", {{{"type", "string"}}, {{"type", "number"}}}}}, true) ==
        lines{": expected a text, or a number, found a boolean"});
  const json shapes = json::parse(R"({"oneOf": [
    {"required": ["radius"], "properties": {"radius": {"type": "number"}}},
    {"required": ["width"], "properties": {"width": {"type": "object", "properties": {"mm": {"minimum": 1}}}}}]})");
  CHECK(violations_of(shapes, {{"width", {{"mm", 0}}}}) ==
        lines{": expected a value that fits one of 2 alternatives, found it fits none; alternative 2 comes closest",
              "/width/mm: expected a number of at least 1, found a smaller number"});
  CHECK(violations_of(shapes, {{"width", json::object()}, {"radius", 1}}) ==
        lines{": expected a value that fits exactly one of the alternatives, found it fits alternatives 1 and 2"});
}

TEST_CASE("schema check: conditions, dependencies, names and elements are told") {
  const json rule = {{"if", {{"required", {"a"}}}}, {"then", {{"required", {"b"}}}}, {"else", {{"required", {"c"}}}}};
  CHECK(violations_of(rule, {{"a", 1}}) == lines{": expected a member 'b', found no such member"});
  CHECK(violations_of(rule, json::object()) == lines{": expected a member 'c', found no such member"});
  CHECK(violations_of({{"dependencies", {{"a", {"b"}}}}}, {{"a", 1}}) ==
        lines{": expected a member 'b', because there is 'a', found no such member"});
  CHECK(violations_of({{"propertyNames", {{"maxLength", 2}}}}, {{"abc", 1}}) ==
        lines{"/abc: expected as the member's name at most 2 characters, found a text of 3 characters"});
  CHECK(violations_of({{"contains", {{"type", "null"}}}}, {1, 2}) ==
        lines{": expected an element that fits the schema in 'contains', found an array of 2 elements without one"});
  CHECK(violations_of({{"uniqueItems", true}}, {1, {{"a", 2}}, 1.0}) ==
        lines{": expected elements that are all different, found elements 0 and 2 are equal"});
  CHECK(violations_of({{"items", {true}}, {"additionalItems", false}}, {1, 2}) ==
        lines{": expected at most 1 element, found an array of 2 elements"});
  CHECK(violations_of(false, "x") == lines{": expected no value here, found a text of 1 character"});
}

TEST_CASE("schema check: violations are bounded, the first of the value are kept, the rest is counted") {
  pawl::schema::limits allowed;
  allowed.violations_max = 3;
  const auto schema = compile({{"items", {{"type", "null"}}}}, allowed);
  CHECK(violations_of(schema, json::array_t(12, 1)) ==
        lines{"/0: expected null, found an integer", "/1: expected null, found an integer",
              "/2: expected null, found an integer", ": expected nothing more to find, found 9 further violations"});
  CHECK(violations_of(compile({{"allOf", {{{"type", "null"}}, {{"type", "null"}}}}}, allowed), 1).size() == 1);
  allowed.steps_max = 5;
  CHECK(code_of(compile({{"items", {{"type", "null"}}}}, allowed), json::array_t(12, nullptr)) == "limit");
}

TEST_CASE("schema check: no violation quotes the value; names of members are shortened") {
  const std::string secret = "S3cret";
  const std::string long_name = "n" + std::string(200, 'm');
  json value = {{"a", secret}, {"b", {secret}}, {"c", 123454321}, {"d", {{"x", secret}}}, {long_name, secret}};
  const json strict = {
      {"properties",
       {{"a", {{"type", "integer"}, {"enum", {"x"}}, {"pattern", "^x"}, {"format", "date"}, {"maxLength", 1}}},
        {"b", {{"items", {{"const", "y"}}}, {"uniqueItems", true}}},
        {"c", {{"maximum", 1}, {"multipleOf", 2}, {"not", true}}},
        {"d", {{"anyOf", {{{"maxProperties", 0}}, {{"propertyNames", {{"pattern", "y"}}}}}}}}}},
      {"additionalProperties", false}};
  const lines found = violations_of(strict, value);
  CHECK(found.size() >= 9);
  for (const std::string& line : found) {
    INFO(line);
    CHECK(line.find(secret) == std::string::npos);
    CHECK(line.find("12345") == std::string::npos);
    CHECK(line.size() < 250);
  }
  CHECK(std::any_of(found.begin(), found.end(),
                    [](const std::string& l) { return l.find("/nmmm") == 0 && l.find("…") == 65; }));
}

TEST_CASE("schema check: require makes one error of it") {
  const auto schema = compile(order);
  CHECK(pawl::schema::require(*schema, {{"id", "ab"}, {"items", json::array()}}, "the input"));
  const auto refused = pawl::schema::require(*schema, {{"id", 1}, {"items", {"x"}}}, "the input");
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == pawl::errc::invalid_payload);
  CHECK(refused.failure().where == "/id");
  CHECK(refused.failure().message == "the input does not fit its schema\n"
                                     "  /id: expected a text, found an integer\n"
                                     "  /items/0: expected null or a number, found a text of 1 character");
  CHECK(pawl::schema::require(*schema, 1, "it").failure().message.find("\n  at the top: ") != std::string::npos);

  pawl::schema::limits allowed;
  allowed.steps_max = 2;
  CHECK(pawl::schema::require(*compile(order, allowed), {{"id", "ab"}, {"items", {1}}}, "the input").failure().code ==
        pawl::errc::limit);
}

TEST_CASE("schema check: numbers compare by their value, of whatever type they are") {
  constexpr auto max = std::numeric_limits<std::uint64_t>::max();
  constexpr auto min = std::numeric_limits<std::int64_t>::min();
  const std::int64_t two_53 = std::int64_t{1} << 53;
  CHECK_FALSE(fits({{"maximum", 10}}, max));
  CHECK_FALSE(fits({{"maximum", max - 1}}, max));
  CHECK(fits({{"maximum", max}}, max));
  CHECK_FALSE(fits({{"maximum", two_53}}, two_53 + 1));
  CHECK_FALSE(fits({{"exclusiveMaximum", two_53 + 1}}, two_53 + 1));
  CHECK(fits({{"exclusiveMaximum", two_53 + 1}}, two_53));
  CHECK(fits({{"minimum", min}}, min));
  CHECK_FALSE(fits({{"minimum", min + 1}}, min));
  CHECK_FALSE(fits({{"minimum", 0}}, min));
  CHECK(fits({{"maximum", 18446744073709551616.0}}, max));
  CHECK_FALSE(fits({{"minimum", 18446744073709551616.0}}, max));
  CHECK(fits({{"minimum", -1e300}}, min));
  CHECK_FALSE(fits({{"maximum", -1e300}}, min));
  CHECK_FALSE(fits({{"maximum", 2.5}}, 3));
  CHECK(fits({{"maximum", 2.5}}, 2));
  CHECK_FALSE(fits({{"minimum", -2.5}}, -3));
  CHECK(fits({{"minimum", -2.5}}, -2));
  CHECK(fits({{"type", "integer"}}, 1.0));
  CHECK(fits({{"type", "integer"}}, 1e300));
  CHECK_FALSE(fits({{"type", "integer"}}, 1.5));
  CHECK(fits({{"const", 1}}, 1.0));
  CHECK(fits({{"const", -0.0}}, 0));
  CHECK_FALSE(fits({{"const", two_53}}, two_53 + 1));
  CHECK_FALSE(fits({{"enum", {max}}}, 18446744073709551616.0));
  CHECK_FALSE(fits({{"const", 0}}, false));
  CHECK(fits({{"uniqueItems", true}}, {two_53, two_53 + 1, 0, false, "0"}));
  CHECK_FALSE(fits({{"uniqueItems", true}}, {{1, {{"a", 1}}}, {1.0, {{"a", 1.0}}}}));
}

TEST_CASE("schema check: multiples are exact in decimal digits") {
  const struct {
    json of;
    json number;
    bool is_multiple;
  } rows[] = {
      {0.01, 19.99, true},
      {0.01, 0.07, true},
      {0.1, 0.3, true},
      {0.1, 0.35, false},
      {0.0001, 0.0075, true},
      {0.0001, 0.00751, false},
      {3, 9, true},
      {3, 10, false},
      {1.5, 4.5, true},
      {1.5, 35, false},
      {2, 1e300, true},
      {0.5, 1e308, true},
      {0.123456789, 1e308, false},
      {1e-8, 12391239123, true},
      {7, 0, true},
      {7, -14, true},
      {1e300, 1e300, true},
      {1e300, 3e300, true},
      {1e300, 1e299, false},
      {1, 1.0000000000000002, false},
      {3, std::numeric_limits<std::uint64_t>::max(), true},
      {std::numeric_limits<std::uint64_t>::max(), 5, false},
      {5e-324, 1, true},
      {2, 4.9e-324, false},
  };
  for (const auto& r : rows) {
    INFO(r.number << " of " << r.of);
    CHECK(fits({{"multipleOf", r.of}}, r.number) == r.is_multiple);
  }
  const char* start = std::getenv("PAWL_SEED_FROM");
  const auto seed = start != nullptr ? std::strtoull(start, nullptr, 10) : 1;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const auto cents = compile({{"multipleOf", 0.01}});
  for (int i = 0; i < 2'000; ++i) {
    const auto n = static_cast<std::int64_t>(random() % 1'000'000'000);
    INFO(n);
    CHECK(violations_of(cents, static_cast<double>(n) / 100).empty());
    CHECK(violations_of(cents, static_cast<double>(n) / 1000).empty() == (n % 10 == 0));
  }
}

TEST_CASE("schema check: counts are of code points, and may be written with a fraction of zero") {
  CHECK(fits({{"maxLength", 2}}, "😀é"));
  CHECK_FALSE(fits({{"minLength", 3}}, "😀é"));
  CHECK(fits({{"maxItems", 2.0}}, {1, 2}));
  CHECK_FALSE(fits({{"maxItems", 2.0}}, {1, 2, 3}));
  CHECK(fits({{"maxLength", 1e300}}, "x"));
  CHECK_FALSE(fits({{"minLength", 1e300}}, "x"));
  CHECK_FALSE(fits({{"minProperties", std::numeric_limits<std::uint64_t>::max()}}, json::object()));
}

TEST_CASE("schema check: one schema serves many threads") {
  const auto schema = compile(order);
  const json good = {{"id", "abc"}, {"items", {1, 2.5, nullptr}}};
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const auto fine = schema->check(good);
        const auto faulty = schema->check({{"id", "A"}, {"items", json::array()}});
        if (!fine || !fine->empty() || !faulty || faulty->size() != 2) ++wrong;
      }
    });
  }
  for (auto& thread : threads)
    thread.join();
  CHECK(wrong == 0);
}

} // namespace schema_check_test
