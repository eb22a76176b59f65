// Schemas that are right and cost much, by themselves or with their value, or just fit.
#include "tests/hostile/schema_text.hpp"

namespace pawl::hostile {

using namespace schema_text;

std::vector<attack> schema_bombs(std::uint64_t) {
  attacks all;
  for (const std::size_t levels : {20, 25, 40, 200, 900}) {
    const auto n = " " + std::to_string(levels);
    for (const char* keyword : {"allOf", "anyOf", "oneOf"})
      for (const char* value : {"1", "7"}) {
        if (std::string_view(keyword) == "anyOf" && value[0] == '1') continue; // the first fits
        all.add(std::string("ways by ") + keyword + n + " of " + value,
                ways(levels, [=](const std::string& s) { return twice(keyword, s); }) + "\n" + value);
      }
    all.add("ways by not" + n,
            ways(levels, [](const std::string& s) { return twice("allOf", with("not", with("not", s))); }) + "\n1");
    all.add("ways by if" + n, ways(levels, [](const std::string& s) {
                                return fmt::format(R"({{"if":{0},"then":{0},"else":{0}}})", s);
                              }) + "\n1");
    all.add("ways by dependencies" + n,
            ways(levels,
                 [](const std::string& s) { return with("dependencies", fmt::format(R"({{"a":{0},"b":{0}}})", s)); }) +
                "\n{\"a\":1,\"b\":2,\"c\":" + std::string("1}"));
    all.add("crossing words" + n, R"({"allOf":[)" + reference("a0") + R"(],"definitions":{)" +
                                      join(levels, "",
                                           [](std::size_t i) {
                                             const auto a = reference(numbered("a", i + 1));
                                             const auto b = reference(numbered("b", i + 1));
                                             return "\"" + numbered("a", i) + "\":" + pair("anyOf", a, b) + ",\"" +
                                                    numbered("b", i) + "\":" + pair("anyOf", b, a) + ",";
                                           }) +
                                      "\"" + numbered("a", levels) +
                                      R"(":{"enum":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","b","c"]},")" +
                                      numbered("b", levels) + R"(":{"type":"null"}}})" + "\n7");
  }
  const std::string self = R"({"$ref":"#"})";
  for (const std::size_t depth : {24, 60, 100, 127}) {
    const auto n = " " + std::to_string(depth);
    for (const char* keyword : {"allOf", "oneOf"}) {
      all.add(std::string("by depth of members ") + keyword + n,
              with("properties", with("x", twice(keyword, self))) + "\n" + nested_objects(depth, "x"));
      all.add(std::string("by depth of elements ") + keyword + n,
              with("items", twice(keyword, self)) + "\n" + nested_arrays(depth));
      all.add(std::string("by depth of others ") + keyword + n,
              with("additionalProperties", twice(keyword, self)) + "\n" + nested_objects(depth, "x"));
    }
    all.add("by depth of refusals" + n,
            R"({"type":"array","items":)" + twice("anyOf", self) + "}\n" + nested_arrays(depth));
    all.add("by depth of what is contained" + n,
            R"({"type":"array","contains":)" + twice("allOf", self) + "}\n" + nested_arrays(depth));
  }
  for (const std::size_t count : {10'001, 20'000, 99'000}) {
    all.add_later(
        "values " + std::to_string(count),
        [=] { return with("enum", list(count, [](std::size_t i) { return std::to_string(i); })) + "\n1"; }, "values");
    all.add_later(
        "a wide constant " + std::to_string(count), [=] { return with("const", members(count, "k", "1")) + "\n1"; },
        "values");
    all.add_later(
        "a wide note " + std::to_string(count),
        [=] { return with("metadata", list(count, [](std::size_t) { return "1"; })) + "\n1"; }, "values");
  }
  for (const std::size_t depth : {64, 65, 100, 126})
    for (const char* keyword : {"not", "items", "contains", "if", "const", "default", "x"})
      all.add(std::string("deep ") + keyword + std::to_string(depth), nested_objects(depth, keyword, "{}") + "\n1",
              "nests deeper");
  all.add_later("a text of 4 MiB", [] { return with("const", text_of(4'000'000)) + "\n1"; });
  all.add_later("a name of 4 MiB", [] {
    return R"({"properties":{)" + text_of(4'000'000) +
           R"(:true},"type":"null"})"
           "\n1";
  });
  all.add_later("an unknown keyword of 4 MiB", [] {
    return "{" + text_of(4'000'000) +
           R"(:true,"type":"null"})"
           "\n1";
  });
  all.add_later("a type of 4 MiB", [] { return with("type", text_of(4'000'000)) + "\n1"; });
  all.add_later("a format of 4 MiB", [] { return R"({"type":"null","format":)" + text_of(4'000'000) + "}\n1"; });
  all.add_later("unknown keywords", [] {
    return "{" + join(9'000, ",", [](std::size_t i) { return "\"zzproqrt" + std::to_string(1'000 + i) + "\":1"; }) +
           R"(,"type":"null"})"
           "\n1";
  });
  for (const bool is_up : {true, false})
    all.add_later(is_up ? "a chain of references" : "a chain of references backwards", [=] {
      return R"({"allOf":[)" + reference(numbered("a", is_up ? 10'000 : 14'400)) + R"(],"definitions":{)" +
             join(4'400, "",
                  [=](std::size_t i) {
                    return "\"" + numbered("a", 10'000 + i) +
                           "\":" + reference(numbered("a", is_up ? 10'001 + i : 9'999 + i)) + ",";
                  }) +
             R"("a14400":)" + (is_up ? R"({"type":"null"})" : reference("a14399")) +
             R"(,"a9999":{"type":"null"}}})"
             "\n1";
    });
  return std::move(all).take();
}

std::vector<attack> costly_checks(std::uint64_t) {
  attacks all;
  const auto late = [&](std::string name, std::function<std::string()> text, std::string names = "") {
    all.add_later(std::move(name), std::move(text), std::move(names));
  };
  for (const std::size_t count : {10'000, 50'000, 95'000}) {
    const auto n = " " + std::to_string(count);
    late(
        "equal texts" + n,
        [=] {
          return R"({"uniqueItems":true})"
                 "\n" +
                 list(count, [](std::size_t i) { return "\"" + std::to_string(i % 9'999) + "\""; });
        },
        "different");
    late(
        "texts of one prefix and one twin" + n,
        [=] {
          auto texts = like_texts(count, 30);
          texts.back() = ',';
          return R"({"uniqueItems":true})"
                 "\n" +
                 texts + "\"" + std::string(30, 'p') + "100000\"]";
        },
        "different");
    late(
        "numbers" + n,
        [=] {
          return R"({"uniqueItems":true})"
                 "\n" +
                 list(count,
                      [](std::size_t i) { return i % 2 == 0 ? std::to_string(i) : std::to_string(i - 1) + ".0"; });
        },
        "different");
    late("nested arrays" + n, [=] {
      return R"({"uniqueItems":true,"maxItems":1})"
             "\n" +
             list(count / 4, [](std::size_t i) { return "[[[" + std::to_string(i) + "]]]"; });
    });
    late(
        "unique many times" + n,
        [=] {
          return with("allOf", list(500, [](std::size_t) { return R"({"uniqueItems":true})"; })) + "\n" +
                 list(count, [](std::size_t i) { return std::to_string(i); });
        },
        "steps_max");
    late("names that end the search" + n, [=] {
      return with("anyOf", list(3'000, [](std::size_t) { return R"({"properties":{"z":false}})"; })) + "\n{" +
             members(count, "k", "1").substr(1, std::string::npos).erase(members(count, "k", "1").size() - 2) +
             ",\"z\":1}";
    });
    late("names before the last" + n, [=] {
      return with("anyOf", list(3'000,
                                [](std::size_t) {
                                  return R"({"required":["zz"],"properties":{"zz":true},"additionalProperties":false})";
                                })) +
             "\n" + members(count, "k", "1");
    });
    late(
        "names and patterns" + n,
        [=] { return with("patternProperties", members(255, "^q", "true")) + "\n" + members(count, "k", "1"); },
        "steps_max");
    late("elements that do not fit" + n, [=] {
      return R"({"items":{"type":"null"}})"
             "\n" +
             list(count, [](std::size_t) { return "1"; });
    });
    late("members that do not fit" + n, [=] {
      return R"({"additionalProperties":false})"
             "\n" +
             members(count, std::string(20, 'n'), "1");
    });
    late("names that do not fit" + n, [=] {
      return R"({"propertyNames":{"maxLength":1}})"
             "\n" +
             members(count, "name", "1");
    });
    late("alternatives for each element" + n, [=] {
      return R"({"items":{"anyOf":[{"type":"null"},{"const":2},{"minimum":7},{"type":"object"}]}})"
             "\n" +
             list(count, [](std::size_t) { return "1"; });
    });
    late("alternatives for the array" + n, [=] {
      return with("anyOf",
                  list(2'400, [](std::size_t i) { return with("items", with("const", std::to_string(i + 2))); })) +
             "\n" + list(count, [](std::size_t) { return "1"; });
    });
    late("one of for the array" + n, [=] {
      return with("oneOf", list(2'400, [](std::size_t) { return R"({"maxItems":999999})"; })) + "\n" +
             list(count, [](std::size_t) { return "1"; });
    });
    late("patterns for each element" + n, [=] {
      return with("items",
                  with("allOf",
                       list(200, [](std::size_t i) { return with("pattern", "\"^b*" + std::to_string(i) + "\""); }))) +
             "\n" + list(count, [](std::size_t) { return "\"b\""; });
    });
    late("a large pattern for empty texts" + n, [=] {
      return with("items", with("pattern", "\"" + std::string(4'000, 'a') + "\"")) + "\n" +
             list(count, [](std::size_t) { return "\"\""; });
    });
    late("a choice of many for each element" + n, [=] {
      return with("items", with("enum", list(9'000, [](std::size_t i) { return std::to_string(i); }))) + "\n" +
             list(count, [](std::size_t) { return "-1"; });
    });
    late("names that are needed" + n, [=] {
      return with("items",
                  with("required", list(9'000, [](std::size_t i) { return "\"r" + std::to_string(i) + "\""; }))) +
             "\n" + list(count / 2, [](std::size_t) { return "{}"; });
    });
    late("contains nothing" + n, [=] {
      return with("allOf", list(3'000, [](std::size_t) { return R"({"contains":{"type":"null"}})"; })) + "\n" +
             list(count, [](std::size_t) { return "1"; });
    });
    late("multiples" + n, [=] {
      return R"({"items":{"multipleOf":1e-300}})"
             "\n" +
             list(count, [](std::size_t i) { return std::to_string(i) + ".5e-305"; });
    });
  }
  late(
      "texts of one hash",
      [] {
        return R"({"uniqueItems":true})"
               "\n" +
               texts_of_one_hash(1'500);
      },
      "steps_max");
  // Violations below a long pointer, kept for each alternative.
  for (const std::size_t depth : {1, 40, 100})
    late("alternatives far below " + std::to_string(depth), [=] {
      return R"({"anyOf":[{"additionalProperties":{"$ref":"#"}}],"allOf":[{"anyOf":)" +
             list(3'300, [](std::size_t) { return R"({"$ref":"#/definitions/i"})"; }) +
             R"(}],"definitions":{"i":{"items":{"type":"null"},"type":["object","array"]}}})"
             "\n" +
             nested_objects(depth, std::string(60, 'k'), list(25, [](std::size_t) { return "1"; }));
    });
  late("far and many", [] {
    return R"({"additionalProperties":{"$ref":"#"},"items":{"type":"null"}})"
           "\n" +
           nested_objects(120, std::string(60, '~'), list(25, [](std::size_t) { return "1"; }));
  });
  late("alternatives in alternatives", [] {
    std::function<std::string(int)> tree = [&](int level) {
      return level == 0 ? with("const", "\"" + std::string(39, 'c') + "\"")
                        : with("anyOf", list(6, [&](std::size_t i) {
                                 return level == 1
                                            ? with("const", "\"" + std::string(38, 'c') + std::to_string(i) + "\"")
                                            : tree(level - 1);
                               }));
    };
    return tree(4) + "\n1";
  });
  late("escapes in many choices", [] {
    return R"({"items":{"enum":)" +
           list(6, [](std::size_t i) { return "\"" + repeat("\\u0001", 39) + std::to_string(i) + "\""; }) + "}}\n" +
           list(25, [](std::size_t) { return "1"; });
  });
  for (const std::size_t bytes : {1'000'000, 3'900'000}) {
    const auto n = " " + std::to_string(bytes);
    for (const char* format :
         {"date", "time", "date-time", "duration", "email", "uuid", "ipv4", "ipv6", "hostname", "uri", "iri",
          "json-pointer", "relative-json-pointer", "uri-reference", "iri-reference"}) {
      const auto schema = with("format", "\"" + std::string(format) + "\"");
      for (const char* piece : {"1", ":", ".", "a.", "/~", "%4", "@", "P1", "[", "0", "ä"})
        late(std::string(format) + " of " + piece + n, [=] {
          return R"({"maxLength":9,"format":")" + std::string(format) + "\"}\n\"" +
                 repeat(piece, bytes / std::string_view(piece).size()) + "\"";
        });
      late(std::string(format) + " many times" + n, [=] {
        return with("allOf", list(3'000, [&](std::size_t) -> const std::string& { return schema; })) + "\n\"http://x/" +
               std::string(bytes, 'a') + "\"";
      });
    }
    for (const char* keyword : {"minLength", "maxLength"})
      late(std::string(keyword) + " many times" + n, [=] {
        return with("allOf", list(3'000, [=](std::size_t) { return with(keyword, "5000000"); })) + "\n" +
               text_of(bytes);
      });
    late("a choice of long texts" + n, [=] {
      return with("enum", list(9, [=](std::size_t i) { return text_of(bytes / 25, std::to_string(i)); })) + "\n" +
             text_of(bytes / 25, "x");
    });
    late("a name of much text" + n, [=] {
      return R"({"additionalProperties":false})"
             "\n{" +
             text_of(bytes) + ":1}";
    });
    late("a name of much text for patterns" + n, [=] {
      return R"({"patternProperties":{"(x+x+)+y":true},"additionalProperties":false})"
             "\n{" +
             text_of(bytes) + ":1}";
    });
  }
  return std::move(all).take();
}

} // namespace pawl::hostile
