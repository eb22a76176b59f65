// Schemas and values made to crash, hang or fill the memory: each must end in a problem, a violation or a limit.
#include "tests/unit/schema/support.hpp"

#include <functional>
#include <thread>

namespace schema_hostile_test {

using namespace schema_test;

namespace {

json nested(std::size_t depth, const char* name, json innermost) {
  json out = std::move(innermost);
  for (std::size_t i = 0; i < depth; ++i)
    out = json{{name, std::move(out)}};
  return out;
}

json nested_arrays(std::size_t depth) {
  json out = json::array();
  for (std::size_t i = 1; i < depth; ++i)
    out = json::array({std::move(out)});
  return out;
}

json reference(const std::string& name) { return {{"$ref", "#/definitions/" + name}}; }

// a0 -> a1, a1 -> a2 ... each by `twice(next)`: 2^levels ways through the schema.
json fan_out(int levels, const std::function<json(json)>& twice, const json& last = {{"maximum", 5}}) {
  json document = reference("a0");
  for (int i = 0; i < levels; ++i)
    document["definitions"]["a" + std::to_string(i)] = twice(reference("a" + std::to_string(i + 1)));
  document["definitions"]["a" + std::to_string(levels)] = last;
  return document;
}

} // namespace

TEST_CASE("hostile schemas: references that consume no level of the value are refused") {
  const json rows[] = {
      {{"$ref", "#"}},
      {{"$ref", "#/definitions/a"}, {"definitions", {{"a", {{"$ref", "#/definitions/a"}}}}}},
      {{"$ref", "#/definitions/a"}, {"definitions", {{"a", reference("b")}, {"b", reference("a")}}}},
      {{"allOf", {{{"$ref", "#"}}}}},
      {{"anyOf", {true, {{"$ref", "#"}}}}},
      {{"oneOf", {{{"$ref", "#"}}}}},
      {{"not", {{"$ref", "#"}}}},
      {{"if", {{"$ref", "#"}}}},
      {{"if", true}, {"then", {{"$ref", "#"}}}},
      {{"if", true}, {"else", {{"$ref", "#"}}}},
      {{"dependencies", {{"a", {{"$ref", "#"}}}}}},
      {{"definitions", {{"a", {{"allOf", {reference("b")}}}}, {"b", {{"not", reference("a")}}}}}},
      {{"$id", "http://x.example/a"}, {"allOf", {{{"$ref", "http://x.example/a"}}}}},
      {{"properties", {{"x", {{"$ref", "#/properties/x"}}}}}},
  };
  for (const json& document : rows) {
    INFO(document);
    const lines problems = problems_of(document);
    REQUIRE_FALSE(problems.empty());
    CHECK(problems[0].find("for the same value") != std::string::npos);
  }
}

TEST_CASE("hostile schemas: recursion through members, elements and names is fine") {
  CHECK(fits({{"properties", {{"next", {{"$ref", "#"}}}}}, {"required", {"id"}}},
             {{"id", 1}, {"next", {{"id", 2}, {"next", {{"id", 3}}}}}}));
  CHECK_FALSE(fits({{"properties", {{"next", {{"$ref", "#"}}}}}, {"required", {"id"}}},
                   {{"id", 1}, {"next", {{"id", 2}, {"next", json::object()}}}}));
  CHECK(fits({{"items", {{"$ref", "#"}}}, {"type", "array"}}, nested_arrays(100)));
  CHECK(fits({{"propertyNames", {{"$ref", "#"}}}, {"contains", {{"$ref", "#"}}}}, {{"a", 1}}));
  CHECK(fits({{"then", {{"$ref", "#"}}}}, 1)); // without an 'if' it is never applied
}

TEST_CASE("hostile schemas: no reference leaves the document") {
  for (const char* target :
       {"http://json-schema.org/draft-07/schema#", "file:///etc/passwd", "other.json", "/etc/passwd", "//host/x",
        "urn:uuid:00000000-0000-0000-0000-000000000000", "#/definitions/none", "#none", "#/%zz", "#/%", "?x", "..",
        "urn:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:::::::::!"}) {
    INFO(target);
    const lines problems = problems_of({{"properties", {{"a", {{"$ref", target}}}}}});
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].substr(0, 19) == "/properties/a/$ref:");
  }
  CHECK(problems_of({{"$ref", "#" + std::string(100'000, '/')}}).size() == 1);
  CHECK(problems_of({{"$ref", std::string(100'000, ':')}}).size() == 1);
}

TEST_CASE("hostile schemas: a document over the limits is refused") {
  pawl::schema::limits allowed;
  allowed.schema_values_max = 100;
  allowed.schema_depth_max = 10;
  CHECK(problems_of(nested(9, "not", json::object()), allowed).empty());
  CHECK(problems_of(nested(10, "not", json::object()), allowed) == lines{": the schema nests deeper than 10 levels"});
  CHECK(problems_of({{"enum", json::array_t(98, 1)}}, allowed).empty());
  CHECK(problems_of({{"enum", json::array_t(99, 1)}}, allowed) == lines{": the schema holds more than 100 values"});
  CHECK(problems_of(nested(5'000, "not", true)).size() == 1);
  CHECK(problems_of({{"const", nested_arrays(5'000)}}).size() == 1);
}

TEST_CASE("hostile schemas: problems are bounded") {
  json properties = json::object();
  for (int i = 0; i < 3'000; ++i)
    properties["p" + std::to_string(i)] = {{"type", i}};
  const lines problems = problems_of({{"properties", properties}});
  REQUIRE(problems.size() == 101);
  CHECK(problems.back() == ": more than 100 problems: the rest is not listed");
}

TEST_CASE("hostile schemas: a chain of a thousand references neither overflows the stack at load nor at a check") {
  json document = reference("a0");
  constexpr int length = 1'500;
  for (int i = 0; i < length; ++i)
    document["definitions"]["a" + std::to_string(i)]["properties"]["x"] = reference("a" + std::to_string(i + 1));
  document["definitions"]["a" + std::to_string(length)] = reference("a0");
  const auto schema = compile(document);
  CHECK(violations_of(schema, nested(400, "x", 1)).empty());

  json chain = reference("a0");
  for (int i = 0; i < length; ++i)
    chain["definitions"]["a" + std::to_string(i)]["allOf"] = json::array({reference("a" + std::to_string(i + 1))});
  chain["definitions"]["a" + std::to_string(length)] = true;
  CHECK(code_of(compile(chain), 1) == "limit");
}

TEST_CASE("hostile schemas: exponential ways through a schema end in the limit of steps") {
  const struct {
    const char* name;
    std::function<json(json)> twice;
    json value;
  } rows[] = {
      {"allOf",
       [](json s) {
         return json{{"allOf", {s, s}}};
       },
       1},
      {"anyOf",
       [](json s) {
         return json{{"anyOf", {s, s}}};
       },
       7},
      {"oneOf",
       [](json s) {
         return json{{"oneOf", {s, s}}};
       },
       7},
      {"not",
       [](json s) {
         return json{{"allOf", {{{"not", {{"not", s}}}}, s}}};
       },
       1},
      {"if",
       [](json s) {
         return json{{"if", s}, {"then", s}, {"else", s}};
       },
       1},
      {"dependencies",
       [](json s) {
         return json{{"dependencies", {{"a", s}, {"b", s}}}};
       },
       {{"a", 1}, {"b", 1}}},
  };
  for (const auto& r : rows) {
    INFO(r.name);
    CHECK(code_of(compile(fan_out(40, r.twice)), r.value) == "limit");
  }
  // By the depth of the value.
  const json self = {{"$ref", "#"}};
  const auto tree = compile({{"properties", {{"x", {{"allOf", {self, self}}}}}}});
  CHECK(code_of(tree, nested(100, "x", 1)) == "limit");
  CHECK(violations_of(tree, nested(10, "x", 1)).empty());
  CHECK(code_of(compile({{"items", {{"allOf", {self, self}}}}}), nested_arrays(100)) == "limit");
}

TEST_CASE("hostile schemas: subschemas within subschemas end in a limit before the stack does") {
  const json self = {{"$ref", "#"}};
  const json rows[] = {
      {{"properties", {{"x", self}}}},
      {{"additionalProperties", self}},
      {{"patternProperties", {{"x", self}}}},
      {{"properties", {{"x", {{"anyOf", {{{"oneOf", {self}}}}}}}}}},
      {{"properties", {{"x", {{"not", {{"not", {{"allOf", {self}}}}}}}}}}},
      {{"properties", {{"x", {{"if", self}}}}}},
      {{"properties", {{"x", {{"dependencies", {{"x", {{"allOf", {self}}}}}}}}}}},
  };
  for (const json& document : rows) {
    INFO(document);
    const auto schema = compile(document);
    const json deep = nested(3'000, "x", json{{"x", 1}});
    std::string code;
    // On a thread, as actors run: its stack is the smaller one.
    std::thread([&] { code = code_of(schema, deep); }).join();
    CHECK(code == "limit");
    CHECK(code_of(schema, nested(60, "x", 1)).empty());
  }
  CHECK(code_of(compile({{"items", self}}), nested_arrays(3'000)) == "limit");
  CHECK(code_of(compile({{"items", {self, self}}}), nested_arrays(3'000)) == "limit");
}

TEST_CASE("hostile schemas: comparison of large values is metered") {
  json texts = json::array();
  for (int i = 0; i < 100'000; ++i)
    texts.push_back("text " + std::to_string(i));
  const auto distinct = compile({{"uniqueItems", true}});
  CHECK(violations_of(distinct, texts).empty());
  texts[99'999] = texts[5];
  CHECK(violations_of(distinct, texts) ==
        lines{": expected elements that are all different, found elements 5 and 99999 are equal"});
  CHECK(code_of(distinct, json::array_t(100, json(json::array_t(50'000, 1)))) == "limit");
  CHECK(code_of(distinct, json::array_t(100, std::string(1 << 20, 'x'))) == "limit");

  json many = json::array();
  for (int i = 0; i < 9'000; ++i)
    many.push_back(i);
  const auto among = compile({{"items", {{"enum", many}}}});
  CHECK(violations_of(among, json::array_t(100'000, 8'999)).empty());
  CHECK(violations_of(among, json::array_t(10'000, -1)).size() == 21);
  CHECK(code_of(compile({{"allOf", json::array_t(100, {{"minLength", 1}})}}), std::string(4 << 20, 'x')) == "limit");
  CHECK(code_of(compile({{"allOf", json::array_t(100, {{"format", "uri-reference"}})}}), std::string(4 << 20, 'x')) ==
        "limit");
}

TEST_CASE("hostile schemas: patterns match in linear time and little stack") {
  const std::string text(20'000, 'a');
  CHECK(fits({{"pattern", "^(a|b)*$"}}, text));
  CHECK_FALSE(fits({{"pattern", "^(a+)+$"}}, text + "!"));
  CHECK(fits({{"patternProperties", {{"^(a|b)*$", {{"type", "integer"}}}}}}, {{text, 1}}));
  CHECK_FALSE(fits({{"pattern", "^(.*a){20}b$"}}, std::string(2'000, 'a')));

  json patterns = json::object();
  json members = json::object();
  for (int i = 0; i < 250; ++i)
    patterns["^(x|y)*" + std::to_string(i) + "$"] = {{"type", "integer"}};
  for (int i = 0; i < 20'000; ++i)
    members["xyxyxyxyxyxy" + std::to_string(i)] = 1;
  CHECK(code_of(compile({{"patternProperties", patterns}}), members) == "limit");
  // Too many states for RE2's automaton: it simulates the program, and the steps say what that costs.
  const json costly = {{"pattern", "^(?:[ab]*a[ab]{500})*c$"}};
  CHECK(code_of(compile(costly), std::string(1 << 20, 'a')) == "limit");

  CHECK(problems_of({{"pattern", std::string(5'000, 'a')}}).size() == 1);
  CHECK(problems_of({{"pattern", "((a{100}){100}){100}"}}).size() == 1);
  CHECK(problems_of({{"pattern", "(a{1000}){1000}"}}).size() == 1);
  CHECK(problems_of({{"pattern", std::string(4'000, '(')}}).size() == 1);
  CHECK(problems_of({{"pattern", std::string(2'000, '(') + std::string(2'000, ')')}}).size() <= 1);
}

TEST_CASE("hostile schemas: patterns share what they may take to compile, the refused ones too") {
  const auto numbered = [](int count, const std::string& front, const std::string& back) {
    json patterns = json::object();
    for (int i = 0; i < count; ++i)
      patterns[std::string(front).append(std::to_string(i)).append(back)] = true;
    return json{{"patternProperties", patterns}};
  };
  const struct {
    json document;
    const char* over;
  } rows[] = {
      {numbered(1'001, "x", ""), "1000 patterns"},
      {numbered(100, "[" + std::string(4'000, 'x'), "]"), "262144 bytes of patterns"},
      {numbered(2'500, "(ab", "){400}"), "200000 instructions when compiled"},
      {numbered(2'048, "(\\p{L}", "){9}"), "200000 instructions when compiled"},
      {numbered(
           10,
           [] {
             std::string classes = "[";
             for (int i = 0; i < 500; ++i)
               classes += "\\p{L}";
             return classes + "]";
           }(),
           ""),
       "2000 classes of Unicode (\\p{…})"},
  };
  for (const auto& r : rows) {
    INFO(r.over);
    const lines problems = problems_of(r.document);
    REQUIRE_FALSE(problems.empty());
    INFO(problems[0]);
    INFO(problems.size());
    CHECK(problems.size() <= 41);
    CHECK(problems.back().find("take too much: more than " + std::string(r.over)) != std::string::npos);
  }
  CHECK(problems_of(numbered(1'000, "^[a-z]{1,9}", "$")).empty());
  CHECK(problems_of({{"items", json::array_t(3'000, {{"pattern", "^a{400}$"}})}}).empty());
  CHECK(problems_of({{"items", json::array_t(90, {{"pattern", "(a{1000}){1000}"}})}}).size() == 90);

  pawl::schema::compile_budget shared;
  std::vector<pawl::problem> problems;
  std::size_t kept = 0;
  for (int i = 0; i < 2'500; ++i)
    kept += pawl::schema::schema::compile({{"pattern", "(ab" + std::to_string(i) + "){400}"}}, problems, "", {},
                                          &shared) != nullptr;
  CHECK(kept > 50);
  CHECK(kept < 150);
  CHECK(problems.size() == 2'500 - kept);
}

TEST_CASE("hostile schemas: many properties against many objects are metered") {
  json properties = json::object();
  for (int i = 0; i < 4'000; ++i)
    properties["a" + std::to_string(i)] = true;
  json required = json::array();
  for (int i = 0; i < 4'000; ++i)
    required.push_back("a" + std::to_string(i));
  const json objects = json::array_t(10'000, json{{"z", 1}});
  CHECK(code_of(compile({{"items", {{"properties", properties}}}}), objects) == "limit");
  const lines missing = violations_of(compile({{"items", {{"required", required}}}}), objects);
  REQUIRE(missing.size() == 22);
  CHECK(missing.back() == ": expected a check within its limits, found the rest of the value was not checked");
}

TEST_CASE("hostile schemas: what is looked up in a large object costs steps by its size, and visits no other member") {
  json members = {{"zzz", 1}};
  for (int i = 0; i < 99'000; ++i)
    members["k" + std::to_string(i)] = 1;
  const json last = {{"properties", {{"zzz", false}}}};
  const auto twice = [](const json& s) { return json{{"anyOf", {s, s}}}; };
  // Any member visited beyond steps_max takes minutes here.
  CHECK(code_of(compile(fan_out(30, twice, last)), members) == "limit");

  const auto fewest_steps = [&](const json& document, const json& value) {
    pawl::schema::limits allowed;
    for (allowed.steps_max = 1; code_of(compile(document, allowed), value) == "limit";)
      ++allowed.steps_max;
    return allowed.steps_max;
  };
  CHECK(fewest_steps(last, members) - fewest_steps(last, {{"zzz", 1}}) == 4); // for the 17 levels of the tree
  const json closed = {{"patternProperties", {{"^k", true}}}, {"additionalProperties", false}};
  members.erase("zzz");
  CHECK(code_of(compile(closed), members).empty());
  pawl::schema::limits allowed;
  allowed.steps_max = 3 * members.size(); // a match, its schema, and once more for additionalProperties
  CHECK(code_of(compile(closed, allowed), members) == "limit");
}

TEST_CASE("hostile schemas: identifiers are only names") {
  json many = json::object();
  for (int i = 0; i < 900; ++i)
    many["d" + std::to_string(i)] = {{"$id", "x/" + std::string(900, 'y') + std::to_string(i) + "/"}};
  CHECK(problems_of({{"definitions", many}}).empty());
  CHECK(problems_of({{"$id", std::string(2'000, 'x')}}) == lines{"/$id: '$id' is longer than 1024 bytes"});
  CHECK(problems_of({{"definitions", {{"a", {{"$id", "#x"}}}, {"b", {{"$id", "#x"}}}}}}).size() == 1);
  CHECK(fits({{"id", "http://elsewhere.example/"},
              {"properties", {{"a", {{"$ref", "#/definitions/i"}}}}},
              {"definitions", {{"i", {{"type", "integer"}}}}}},
             {{"a", 1}}));
  // Keys of valijson's cache that would be the same, were it given the whole document.
  const json twins = {{"properties",
                       {{"a/items", {{"type", "string"}}},
                        {"a", {{"items", {{"type", "integer"}}}}},
                        {"b", {{"$ref", "#/properties/a/items"}}}}}};
  CHECK(fits(twins, {{"a/items", "x"}, {"a", {1}}, {"b", 1}}));
  CHECK_FALSE(fits(twins, {{"b", "x"}}));
}

TEST_CASE("hostile schemas: names with U+0000 are refused, not cut") {
  const std::string name("a\0b", 3);
  CHECK(problems_of({{"required", {name}}}).size() == 1);
  CHECK(problems_of({{"properties", {{name, true}}}}).size() == 1);
  CHECK(problems_of({{"dependencies", {{"x", {name}}}}}).size() == 1);
  CHECK(problems_of({{"dependencies", {{name, {"x"}}}}}).size() == 1);
  CHECK(problems_of({{"pattern", name}}).size() == 1);
  CHECK(fits({{"const", name}}, name));
  CHECK_FALSE(fits({{"const", name}}, "a"));
  CHECK_FALSE(fits({{"properties", {{"a", false}}}}, {{"a", 1}}));
  CHECK(fits({{"properties", {{"a", false}}}}, {{name, 1}}));
}

} // namespace schema_hostile_test
