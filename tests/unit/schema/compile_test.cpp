#include "tests/unit/schema/support.hpp"

#include <set>

namespace schema_compile_test {

using namespace schema_test;

TEST_CASE("schema: faults of a document are told all at once, with pointers and in the order of the document") {
  const json document = json::parse(R"({
    "type": "text",
    "required": "a",
    "properties": {
      "a": {"minimum": "x", "maxLength": -1, "multipleOf": 0},
      "b/c": {"type": ["string", "string"], "items": 3},
      "d": 7
    },
    "allOf": [],
    "dependencies": {"x": 1},
    "uniqueItems": 1,
    "pattern": "("
  })");
  CHECK(
      problems_of(document) ==
      lines{
          "/allOf: 'allOf' must be an array of schemas, with one at least, it is an array of 0 elements",
          "/dependencies/x: 'dependencies' must be a schema or an array of member names, it is an integer",
          "/pattern: this pattern cannot be used: missing ): (",
          "/properties/a/maxLength: 'maxLength' must be an integer of at least 0",
          "/properties/a/minimum: 'minimum' must be a number, it is a text of 1 character",
          "/properties/a/multipleOf: 'multipleOf' must be above 0",
          "/properties/b~1c/items: 'items' must be a schema or an array of schemas, it is an integer",
          "/properties/b~1c/type/1: 'type' stands there twice",
          "/properties/d: must be a schema: an object or a boolean, it is an integer",
          "/required: 'required' must be an array of member names, it is a text of 1 character",
          "/type: 'type' \"text\" is no type; it must be one of array, boolean, integer, null, number, object, string",
          "/uniqueItems: 'uniqueItems' must be true or false, it is an integer"});
}

TEST_CASE("schema: pointers of problems start where the caller says") {
  std::vector<pawl::problem> problems;
  CHECK(pawl::schema::schema::compile({{"items", {{"type", 1}}}}, problems, "/input/schema") == nullptr);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].pointer == "/input/schema/items/type");
  CHECK_FALSE(problems[0].is_warning);
}

TEST_CASE("schema: what is no schema at all is a problem") {
  for (const json& document : {json(nullptr), json(1), json("x"), json::array()})
    CHECK(problems_of(document).size() == 1);
  CHECK(problems_of(true).empty());
  CHECK(problems_of(json::object()).empty());
}

TEST_CASE("schema: each keyword refuses content of the wrong kind and never aborts") {
  const json contents[] = {nullptr,    true,           -1,        0, 1.5, "text", json::array(), {1},
                           {"a", "a"}, json::object(), {{"a", 1}}};
  const char* keywords[] = {"$comment",
                            "$id",
                            "$ref",
                            "$schema",
                            "additionalItems",
                            "additionalProperties",
                            "allOf",
                            "anyOf",
                            "const",
                            "contains",
                            "contentEncoding",
                            "contentMediaType",
                            "default",
                            "definitions",
                            "dependencies",
                            "description",
                            "else",
                            "enum",
                            "examples",
                            "exclusiveMaximum",
                            "exclusiveMinimum",
                            "format",
                            "if",
                            "items",
                            "maxItems",
                            "maxLength",
                            "maxProperties",
                            "maximum",
                            "minItems",
                            "minLength",
                            "minProperties",
                            "minimum",
                            "multipleOf",
                            "not",
                            "oneOf",
                            "pattern",
                            "patternProperties",
                            "properties",
                            "propertyNames",
                            "readOnly",
                            "required",
                            "then",
                            "title",
                            "type",
                            "uniqueItems",
                            "writeOnly"};
  const std::set<std::string> take_anything{"const", "default"};
  for (const char* keyword : keywords) {
    INFO(keyword);
    std::size_t refused = 0;
    for (const json& content : contents)
      refused += !problems_of({{"items", {{keyword, content}}}}).empty();
    CHECK((refused > 0) == !take_anything.count(keyword));
  }
}

TEST_CASE("schema: doubtful things are warnings, and the schema compiles") {
  CHECK(problems_of({{"requred", {"a"}}}) == lines{"warning /requred: 'requred' is no keyword: it is ignored"});
  CHECK(problems_of({{"propertes", json::object()}}).size() == 1);
  CHECK(problems_of({{"additionalproperties", false}}).size() == 1);
  CHECK(problems_of({{"format", "colour"}}) == lines{"warning /format: nobody enforces the format \"colour\""});
  CHECK(problems_of({{"minContains", 1}}) ==
        lines{"warning /minContains: draft-07 does not know 'minContains': it is ignored"});
  CHECK(problems_of({{"$ref", "#/definitions/a"}, {"minLength", 3}, {"title", "x"}, {"definitions", {{"a", true}}}}) ==
        lines{"warning /minLength: 'minLength' stands beside '$ref': draft-07 ignores it"});
  CHECK(problems_of({{"$schema", "https://json-schema.org/draft/2020-12/schema"}}).size() == 1);
  CHECK(problems_of(
            {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"$comment", "x"}, {"x-ours", 1}, {"name", 1}})
            .empty());
  CHECK(problems_of({{"properties", {{"requred", true}, {"minContains", true}}}}).empty());
}

TEST_CASE("schema: a misspelt keyword comes with the right one") {
  std::vector<pawl::problem> problems;
  CHECK(pawl::schema::schema::compile({{"requierd", {"a"}}}, problems) != nullptr);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].advice == "did you mean 'required'?");
}

TEST_CASE("schema: references find definitions, identifiers and odd names") {
  const json document = json::parse(R"({
    "$id": "http://x.example/base/root.json",
    "definitions": {
      "a~b/c%d": {"type": "integer"},
      "named": {"$id": "#here", "type": "string"},
      "file": {"$id": "item.json", "definitions": {"deep": {"type": "boolean"}}, "items": {"$ref": "#/definitions/deep"}}
    },
    "somewhere": {"else": [true, {"type": "null"}]},
    "properties": {
      "escaped": {"$ref": "#/definitions/a~0b~1c%25d"},
      "named": {"$ref": "#here"},
      "whole": {"$ref": "http://x.example/base/item.json"},
      "relative": {"$ref": "./x/../item.json#/definitions/deep"},
      "unknown": {"$ref": "#/somewhere/else/1"},
      "chain": {"$ref": "#/properties/named"},
      "itself": {"$ref": "#"}
    }
  })");
  const auto schema = compile(document);
  const json good = {{"escaped", 1},      {"named", "x"},       {"whole", {true}},
                     {"relative", false}, {"unknown", nullptr}, {"chain", "x"}};
  CHECK(violations_of(schema, good).empty());
  for (const auto& [name, value] : good.items()) {
    INFO(name);
    CHECK(violations_of(schema, {{name, json::array({json::array()})}}).size() == 1);
    CHECK(violations_of(schema, {{"itself", {{name, json::array({json::array()})}}}}).size() == 1);
  }
  CHECK(fits({{"enum", {{{"$id", "#x"}, {"$ref", "http://elsewhere.example"}}}}},
             {{"$id", "#x"}, {"$ref", "http://elsewhere.example"}}));
}

TEST_CASE("schema: patterns of ECMA 262 mean the same, or are refused") {
  const struct {
    const char* pattern;
    const char* text;
    bool matches;
  } rows[] = {
      {"^\\d+$", "12", true},
      {"^\\d+$", "٣", false},
      {"b", "abc", true},
      {"^a.c$", "a\nc", false},
      {"^a.c$",
       "a\xe2\x80\xa8"
       "c",
       false},
      {"^a.c$", "aéc", true},
      {"a$", "a\n", false},
      {"^a", "\na", false},
      {"^\\s$", "\xc2\xa0", true},
      {"^\\s$", "\xef\xbb\xbf", true},
      {"^\\s$", "\v", true},
      {"^\\S$", "\xc2\xa0", false},
      {"^[\\S]$", "\xc2\xa0", false},
      {"^[\\s]$", "\xc2\xa0", true},
      {"^[^\\S]$", "\t", true},
      {"^[\\w\\s-.]+$", "a b-c.d", true},
      {"^[\\s-\\uffff]$", "-", true},
      {"^[\\s-\\uffff]$", "Ａ", false},
      {"^[!-\\d]$", "-", true},
      {"^[!-\\d]$", "#", false},
      {"^[\\d-]$", "-", true},
      {"^\\cA$", "\x01", true},
      {"^\\x41\\u0042$", "AB", true},
      {"^\\u{1F600}$", "😀", true},
      {"^\\uD83D\\uDE00$", "😀", true},
      {"^.$", "😀", true},
      {"^\\p{Letter}+$", "äß", true},
      {"^\\p{Script=Greek}$", "λ", true},
      {"^\\P{Lu}$", "a", true},
      {"^[^]$", "\n", true},
      {"[]", "a", false},
      {"^[[a]$", "[", true},
      {"^[[:alpha:]]$", "a]", true},
      {"^(?<year>\\d{4})$", "2024", true},
      {"^\\/\\-$", "/-", true},
      {"^[\\b]$", "\b", true},
      {"^\\0$", "", false},
      {"a{2,3}", "aa", true},
      {"^a{$", "a{", true},
      {"\\bfoo\\b", "a foo b", true},
      {"^é$", "é", true},
      {"^\\é$", "é", true},
  };
  for (const auto& r : rows) {
    INFO(r.pattern << " on " << r.text);
    CHECK(fits({{"pattern", r.pattern}}, r.text) == r.matches);
  }
  const struct {
    const char* pattern;
    const char* why;
  } refused[] = {
      {"(?=a)", "looks ahead"},
      {"(?!a)", "looks ahead"},
      {"(?<=a)b", "looks behind"},
      {"(?<!a)b", "looks behind"},
      {"(a)\\1", "refers back"},
      {"(?<n>a)\\k<n>", "refers back"},
      {"(?i)a", "no such group"},
      {"\\Aa", "no escape \\A"},
      {"a\\Z", "no escape \\Z"},
      {"\\Qa", "no escape \\Q"},
      {"\\C", "no escape \\C"},
      {"\\pL", "in braces"},
      {"\\p{Nonsense}", "invalid character class range"},
      {"\\ud800", "surrogate"},
      {"[a", "not closed"},
      {"a\\", "backslash"},
      {"a**", "bad repetition"},
      {"[z-a]", "invalid character class range"},
      {"\\x4", "hexadecimal"},
      {"\\u{110000}", "no character"},
      {"a)", "unexpected )"},
      {"\\c1", "letter must follow"},
      {"\\01", "octal"},
      {"a{1001}", "repetition"},
  };
  for (const auto& r : refused) {
    INFO(r.pattern);
    const lines problems = problems_of({{"pattern", r.pattern}});
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].find(r.why) != std::string::npos);
    CHECK(problems_of({{"patternProperties", {{r.pattern, true}}}}).size() == 1);
  }
}

TEST_CASE("schema: what newcomers forget is named with what to do") {
  std::vector<pawl::problem> problems;
  CHECK(pawl::schema::schema::compile({{"id", {{"type", "string"}}}}, problems));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].is_warning);
  CHECK(problems[0].advice.find("wrap it in \"properties\"") != std::string::npos);
  problems.clear();
  CHECK_FALSE(pawl::schema::schema::compile({{"properties", {{"id", {{"required", true}}}}}}, problems));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].pointer == "/properties/id/required");
  CHECK(problems[0].advice.find("of the object around it") != std::string::npos);
}

} // namespace schema_compile_test
