// Schemas that are none: contents of a wrong kind, references that leave or go round, identifiers, names and patterns
// that are tricks, and too much of anything. Each text is a schema and, behind the first line, a value to check.
#include "tests/hostile/attack.hpp"

#include <algorithm>

namespace pawl::hostile {
namespace {

const char* const contents[] = {"null",      "true",        "-1",  "1.5", "1e308",     "18446744073709551615",
                                "\"zz\"",    "[]",          "{}",  "[1]", "[[\"a\"]]", "[\"\",\"\"]",
                                "{\"a\":1}", "{\"a\":[1]}", "-0.5"};

// Whoever adds a keyword says here what it takes: 'b' a boolean, 'n' a number and so on.
bool takes(char shape, std::string_view content) {
  const bool is_number = content[0] == '-' || (content[0] >= '0' && content[0] <= '9');
  const bool is_whole = content == "1e308" || content == "18446744073709551615";
  switch (shape) {
    case 'b': return content == "true";
    case 's': return content == "true" || content == "{}" || content == "{\"a\":1}" || content == "{\"a\":[1]}";
    case 'i': return takes('s', content) || content == "[]";
    case 'n': return is_number;
    case 'd': return is_number && content[0] != '-';
    case 'c': return is_whole;
    case 't': return content == "\"zz\"";
    case 'r': return content == "[]";
    case 'a': return content[0] == '[';
    case 'm': return content == "{}";
    default: return false;
  }
}

const std::pair<const char*, char> keywords[] = {{"$comment", 't'},
                                                 {"$id", 't'},
                                                 {"$ref", '-'},
                                                 {"$schema", 't'},
                                                 {"additionalItems", 's'},
                                                 {"additionalProperties", 's'},
                                                 {"allOf", '-'},
                                                 {"anyOf", '-'},
                                                 {"contains", 's'},
                                                 {"contentEncoding", 't'},
                                                 {"contentMediaType", 't'},
                                                 {"definitions", 'm'},
                                                 {"dependencies", 'm'},
                                                 {"description", 't'},
                                                 {"else", 's'},
                                                 {"enum", 'a'},
                                                 {"examples", 'a'},
                                                 {"exclusiveMaximum", 'n'},
                                                 {"exclusiveMinimum", 'n'},
                                                 {"format", 't'},
                                                 {"if", 's'},
                                                 {"items", 'i'},
                                                 {"maxItems", 'c'},
                                                 {"maxLength", 'c'},
                                                 {"maxProperties", 'c'},
                                                 {"maximum", 'n'},
                                                 {"minItems", 'c'},
                                                 {"minLength", 'c'},
                                                 {"minProperties", 'c'},
                                                 {"minimum", 'n'},
                                                 {"multipleOf", 'd'},
                                                 {"not", 's'},
                                                 {"oneOf", '-'},
                                                 {"pattern", 't'},
                                                 {"patternProperties", 'm'},
                                                 {"properties", 'm'},
                                                 {"propertyNames", 's'},
                                                 {"readOnly", 'b'},
                                                 {"required", 'r'},
                                                 {"then", 's'},
                                                 {"title", 't'},
                                                 {"type", '-'},
                                                 {"uniqueItems", 'b'},
                                                 {"writeOnly", 'b'}};

std::string schema_with(const std::string& keyword, const std::string& content) {
  return "{\"" + keyword + "\":" + content + "}";
}

std::string below(const std::string& schema) { return R"({"properties":{"p":{"items":[)" + schema + "]}}}"; }

std::string schema_of_reference(const std::string& to) { return schema_with("$ref", "\"" + to + "\""); }

std::string defined(std::size_t i) { return "#/definitions/d" + std::to_string(i); }

template <class F> std::string definitions(std::size_t count, F&& schema) {
  return R"("definitions":{)" +
         join(count, ",", [&](std::size_t i) { return "\"d" + std::to_string(i) + "\":" + schema(i); }) + "}";
}

} // namespace

std::vector<attack> wrong_keywords(std::uint64_t) {
  attacks all;
  for (const auto& [keyword, shape] : keywords) {
    for (const char* content : contents) {
      if (takes(shape, content)) continue;
      all.add(std::string(keyword) + " " + content, schema_with(keyword, content));
      all.add(std::string("below: ") + keyword + " " + content, below(schema_with(keyword, content)));
    }
  }
  for (const char* document : {"1", "null", "\"x\"", "[]", "[{}]", "-0.0", "1e308"}) {
    all.add(std::string("no schema ") + document, document);
    for (const char* keyword : {"not", "if", "contains", "propertyNames", "additionalItems", "additionalProperties"})
      all.add(std::string("no schema in ") + keyword + document, schema_with(keyword, document));
    for (const char* keyword : {"allOf", "anyOf", "oneOf"})
      all.add(std::string("no schema among ") + keyword + document,
              schema_with(keyword, "[true," + std::string(document) + "]"));
    for (const char* keyword : {"properties", "definitions", "patternProperties"})
      all.add(std::string("no schema by name ") + keyword + document, schema_with(keyword, schema_with("a", document)));
  }
  for (const char* types :
       {"\"any\"", "\"\"", "[]", "[\"null\",\"null\"]", "[\"null\",1]", "\"Object\"", "\"int\"", "[[]]"})
    all.add(std::string("type ") + types, schema_with("type", types));
  for (const std::size_t count : {2, 99, 101, 3'000}) {
    all.add_later("problems " + std::to_string(count), [count] {
      return schema_with("properties", "{" + join(count, ",", [](std::size_t i) {
                                         return "\"p" + std::to_string(i) + R"(":{"type":1})";
                                       }) + "}");
    });
    all.add_later("problems behind warnings " + std::to_string(count), [count] {
      return "{" +
             join(count, ",",
                  [](std::size_t i) {
                    return "\"minimun" + std::to_string(i % 10) + std::string(i / 10, 'x').substr(0, 1) +
                           std::to_string(i) + "\":1";
                  }) +
             R"(,"type":1})";
    });
  }
  return std::move(all).take();
}

std::vector<attack> references_and_names(std::uint64_t) {
  attacks all;
  for (const char* to : {"http://json-schema.org/draft-07/schema",
                         "http://127.0.0.1:1/x",
                         "https://x.example/#/definitions/d0",
                         "file:///etc/passwd",
                         "file:///proc/self/environ",
                         "//host/share",
                         "/etc/passwd",
                         "../../etc/passwd",
                         "other.json",
                         "\\\\\\\\host\\\\share",
                         "urn:x:y",
                         "data:application/json,{}",
                         "ftp://x/",
                         "jar:file:x!/y",
                         "?x",
                         "..",
                         "./",
                         "http:",
                         "://",
                         "#/definitions/none",
                         "#none",
                         "#/definitions/d0/0",
                         "#/%zz",
                         "#/%",
                         "#/definitions/d0%",
                         "#/definitions//d0",
                         "#/definitions/~2",
                         "#/__proto__",
                         "#/constructor",
                         "#/definitions/__proto__",
                         "#/-1",
                         "#/allOf/18446744073709551616",
                         "#/allOf/00",
                         "#/allOf/-0",
                         "#/allOf/1e0",
                         "#/allOf/ 0",
                         "##",
                         "#/#",
                         "# ",
                         "#/definitions/d0/../d0",
                         "\\u0000",
                         "#\\u0000",
                         "#/definitions/d0\\u0000"}) {
    const std::string document =
        R"({"properties":{"p":)" + schema_of_reference(to) + R"(},"allOf":[true],"definitions":{"d0":true}})";
    if (std::string_view(to) != "#/allOf/00") all.add(std::string("reference ") + to, document + "\n1");
    all.add(std::string("reference behind an id ") + to,
            R"({"$id":"http://x.example/a/b","properties":{"p":)" + schema_of_reference(std::string(to)) + "}}\n1");
  }
  const std::string self = schema_of_reference("#");
  for (const auto& round : std::vector<std::string>{
           self, schema_with("allOf", "[" + self + "]"), schema_with("anyOf", "[true," + self + "]"),
           schema_with("oneOf", "[" + self + "]"), schema_with("not", self), schema_with("if", self),
           R"({"if":true,"then":)" + self + "}", R"({"if":true,"else":)" + self + "}",
           schema_with("dependencies", schema_with("a", self)),
           schema_with("properties", schema_with("x", schema_of_reference("#/properties/x"))),
           schema_with("not", schema_with("not", schema_with("not", self))),
           R"({"$id":"http://x/a","allOf":[{"$ref":"a"}]})", R"({"$id":"#me","anyOf":[{"$ref":"#me"}]})",
           schema_with("items", "[" + schema_of_reference("#/items/0") + "]")}) {
    all.add("round " + round, round + "\n1", "for the same value");
    all.add("round below " + round, R"({"properties":{"q":1.0},)" + round.substr(1));
  }
  for (const std::size_t length : {1, 2, 3, 50, 1'000, 4'000}) {
    const auto next = [length](std::size_t i) { return schema_of_reference(defined((i + 1) % length)); };
    const auto n = std::to_string(length);
    all.add_later(
        "round of " + n, [=] { return "{" + definitions(length, next) + "}"; }, "for the same value");
    all.add_later(
        "round of alternatives " + n,
        [=] {
          return "{" +
                 definitions(std::min<std::size_t>(length, 2'000),
                             [=](std::size_t i) {
                               return schema_with(
                                   "anyOf",
                                   "[" + schema_of_reference(defined((i + 1) % std::min<std::size_t>(length, 2'000))) +
                                       "]");
                             }) +
                 "}";
        },
        "for the same value");
  }
  all.add("ids twice", R"({"definitions":{"a":{"$id":"#x"},"b":{"$id":"#x"}}})");
  all.add("an id twice by dots", R"({"$id":"http://x/a","definitions":{"a":{"$id":"./b/../c"},"b":{"$id":"c"}}})");
  for (const std::size_t bytes : {1'025, 100'000, 4'000'000})
    for (const char* piece : {"x", "../", "./", "%41", ":", "/", "#", "?"}) {
      const auto n = std::string(piece) + " " + std::to_string(bytes);
      if (piece[0] != '#' && piece[0] != '.' && bytes / std::string_view(piece).size() > 1'024)
        all.add_later("a long id " + n, [=] {
          return schema_with("$id", "\"x" + repeat(piece, bytes / std::string_view(piece).size()) + "\"");
        });
      all.add_later("a long schema_of_reference " + n,
                    [=] { return schema_of_reference("x" + repeat(piece, bytes / std::string_view(piece).size())); });
      all.add_later("a long pointer " + n,
                    [=] { return schema_of_reference("#/" + repeat(piece, bytes / std::string_view(piece).size())); });
    }
  all.add_later("many long references", [] {
    return schema_with(
        "allOf", "[" + join(2'000, ",", [](std::size_t) { return schema_of_reference(repeat("../a/", 400)); }) + "]");
  });
  for (const char* name : {"\\u0000", "a\\u0000b", "\\u0000a"})
    for (const auto& document : {schema_with("required", "[\"" + std::string(name) + "\"]"),
                                 schema_with("properties", schema_with(name, "true")),
                                 schema_with("dependencies", schema_with(name, "[\"a\"]")),
                                 schema_with("dependencies", schema_with("a", "[\"" + std::string(name) + "\"]")),
                                 schema_with("pattern", "\"" + std::string(name) + "\""),
                                 schema_with("patternProperties", schema_with(name, "true"))})
      all.add("a zero in a name " + document, document, "U+0000");
  for (const char* name : {"__proto__", "constructor", "toString", "$ref", "pawl:reference", "pawl:comparison", ""}) {
    all.add(std::string("no such member ") + name, schema_with("required", "[\"" + std::string(name) + "\"]") + "\n{}");
    all.add(std::string("a member ") + name,
            schema_with("properties", schema_with(name == std::string("$ref") ? "$re~f" : name, "false")) + "\n" +
                schema_with(name == std::string("$ref") ? "$re~f" : name, "1"));
    all.add(std::string("needs ") + name,
            schema_with("dependencies", schema_with("a", "[\"" + std::string(name) + "\"]")) + "\n{\"a\":1}");
  }
  all.add("own words", R"({"pawl:reference":99,"pawl:comparison":-1,"not":{}})"
                       "\n1");
  return std::move(all).take();
}

std::vector<attack> hostile_patterns(std::uint64_t) {
  attacks all;
  for (const char* pattern : {"((a{100}){100}){100}",
                              "(a{1000}){1000}",
                              "a{1001}",
                              "a{2,1}",
                              "(",
                              ")",
                              "[",
                              "a**",
                              "*",
                              "+",
                              "?",
                              "a{,",
                              "(?=a)",
                              "(?!a)",
                              "(?<=a)",
                              "(?<!a)",
                              "(?>a)",
                              "(?i)a",
                              "(?P<n>a)",
                              "(?#x)",
                              "(a)\\\\1",
                              "\\\\k<n>",
                              "\\\\C",
                              "\\\\Q",
                              "\\\\A",
                              "\\\\z",
                              "\\\\G",
                              "\\\\",
                              "\\\\c",
                              "\\\\c1",
                              "\\\\x",
                              "\\\\x1",
                              "\\\\u",
                              "\\\\u12",
                              "\\\\ud800",
                              "\\\\udc00",
                              "\\\\u{110000}",
                              "\\\\u{}",
                              "\\\\u{1234567}",
                              "\\\\p",
                              "\\\\p{",
                              "\\\\p{}",
                              "\\\\p{^L}",
                              "\\\\p{None}",
                              "\\\\01",
                              "[b-a]",
                              "[\\\\B]",
                              "[\\\\ud800]",
                              "\\\\u0000\\u0000",
                              "(?",
                              "(?<",
                              "(?<n",
                              "[[:alpha:",
                              "[a",
                              "\\\\8",
                              "\\\\e",
                              "x{100000}",
                              "(.{500}){500}",
                              "\\\\p{L}{500}",
                              "((((x{30}){30}){30}){30})",
                              "(\\\\pL{300}){3}"}) {
    if (std::string_view(pattern) == "a{,") continue; // text, as in ECMA
    all.add(std::string("pattern ") + pattern, schema_with("pattern", "\"" + std::string(pattern) + "\""));
    all.add(std::string("names of ") + pattern, schema_with("patternProperties", schema_with(pattern, "true")));
  }
  for (const std::size_t bytes : {4'097, 100'000, 4'000'000})
    for (const char* piece : {"a", "(", "[", "a?", "(a|", ".*", "\\\\d", "ä"})
      all.add_later("a long pattern " + std::string(piece) + std::to_string(bytes),
                    [=] { return schema_with("pattern", "\"" + repeat(piece, bytes) + "\""); });
  for (const std::size_t count : {1'001, 4'000})
    all.add_later("patterns " + std::to_string(count), [=] {
      return schema_with("patternProperties", "{" + join(count, ",", [](std::size_t i) {
                                                return "\"^p" + std::to_string(i) + "$\":true";
                                              }) + "}");
    });
  for (const char* costly : {"(?:[ab]{1,30}){1,30}", "\\\\w{400}", "\\\\pL{4}", "[^a]{200}(x|y)*", ".{90}",
                             "(?:\\\\S\\\\s){9}", "(?:a?){900}a{900}"})
    all.add_later(std::string("large patterns ") + costly, [=] {
      return schema_with("allOf", "[" +
                                      join(256, ",",
                                           [=](std::size_t i) {
                                             return schema_with("pattern",
                                                                "\"" + std::string(costly) + std::to_string(i) + "\"");
                                           }) +
                                      "]") +
             "\n\"" + repeat("ab", 500) + "\"";
    });
  for (const char* large : {"\\\\p{L}{500}", "(?:\\\\pL{90}){9}", "(?:[ab]{1,40}){1,40}x"})
    all.add_later(std::string("patterns that are too large ") + large, [=] {
      return schema_with("allOf", "[" + join(3'000, ",", [=](std::size_t i) {
                                    return schema_with("pattern", "\"" + std::to_string(i) + large + "\"");
                                  }) + "]");
    });
  for (const char* pattern :
       {"^(a+)+$", "^(a|a)*$", "^(a*)*$", "^(a|aa)+$", "^(.*a){20}$", "^(a?){50}a{50}$", "^([a-zA-Z]+)*$", "(x+x+)+y"})
    for (const std::size_t bytes : {30, 1'000, 20'000, 1'000'000})
      all.add_later(std::string("backtracking ") + pattern + std::to_string(bytes), [=] {
        return schema_with("pattern", "\"" + std::string(pattern) + "\"") + "\n\"" + std::string(bytes, 'a') + "!\"";
      });
  return std::move(all).take();
}

} // namespace pawl::hostile
