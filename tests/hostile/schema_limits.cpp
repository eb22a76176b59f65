// Numbers at the limits of numbers in schemas, and schemas and checks that just fit.
#include "tests/hostile/schema_text.hpp"

namespace pawl::hostile {

using namespace schema_text;

std::vector<attack> numbers_of_schemas(std::uint64_t) {
  attacks all;
  const char* const numbers[] = {"1e308",
                                 "-1e308",
                                 "1.7976931348623157e308",
                                 "5e-324",
                                 "18446744073709551615",
                                 "-9223372036854775808",
                                 "9007199254740993",
                                 "0.1",
                                 "-0.5"};
  for (const char* number : numbers) {
    const std::string n = number;
    const bool is_negative = n[0] == '-';
    all.add("divisor below " + n, with("multipleOf", is_negative ? n : "-" + n));
    all.add("above itself " + n, with("exclusiveMinimum", n) + "\n" + n);
    all.add("below itself " + n, with("exclusiveMaximum", n) + "\n" + n);
    all.add("none of it " + n, with("enum", "[" + n + "]") + "\n3");
    if (!is_negative)
      all.add("no multiple " + n, with("multipleOf", n) + "\n" +
                                      (n == "5e-324" ? "\"x\"}"
                                       : n == "0.1"  ? "0.25"
                                                     : "7"));
    all.add("between " + n, fmt::format("{{\"minimum\":{0},\"maximum\":{0}}}\n3", n));
    for (const char* keyword : {"minLength", "minItems", "minProperties"}) {
      const std::string value = keyword[3] == 'L' ? "\"x\"" : keyword[3] == 'I' ? "[1]" : "{\"a\":1}";
      all.add(std::string(keyword) + " " + n, with(keyword, n) + "\n" + value);
    }
    for (const char* keyword : {"maxLength", "maxItems", "maxProperties"})
      if (n.find("e308") == std::string::npos || is_negative)
        if (n.size() < 15 || n[0] == '-')
          all.add(std::string(keyword) + " " + n, with(keyword, is_negative                   ? n
                                                                : n == "5e-324" || n == "0.1" ? n
                                                                                              : "-" + n));
  }
  for (const char* divisor : {"0", "0.0", "-0.0", "-1", "1e400", "1e-400"})
    all.add(std::string("divisor ") + divisor, with("multipleOf", divisor) + "\n1");
  return std::move(all).take();
}

std::vector<attack> schemas_at_the_limits(std::uint64_t) {
  attacks all;
  all.add_good_later("10,000 values", [] {
    return with("enum", list(9'998, [](std::size_t i) { return std::to_string(i); })) + "\n9000";
  });
  all.add_good("64 levels", nested_objects(63, "items", "{}") + "\n" + nested_arrays(63));
  all.add_good("nearly all the steps", ways(17, [](const std::string& s) { return twice("allOf", s); }) + "\n1");
  all.add_good_later("95,000 different texts", [] {
    return R"({"uniqueItems":true})"
           "\n" +
           like_texts(95'000, 20);
  });
  all.add_good_later("95,000 elements", [] {
    return R"({"items":{"type":"integer","minimum":0}})"
           "\n" +
           list(95'000, [](std::size_t i) { return std::to_string(i); });
  });
  all.add_good_later("90,000 members", [] {
    return R"({"additionalProperties":{"type":"integer"},"propertyNames":{"maxLength":20}})"
           "\n" +
           members(90'000, "k", "1");
  });
  all.add_good_later("256 patterns", [] {
    return with("patternProperties", members(256, "^p", "true")) + "\n" + members(300, "p", "1");
  });
  all.add_good("a pattern of 4,096 bytes",
               with("pattern", "\"" + std::string(4'096, 'a') + "\"") + "\n\"" + std::string(4'096, 'a') + "\"");
  all.add_good("backtracking", with("pattern", "\"^(a+)+$\"") + "\n\"" + std::string(200'000, 'a') + "\"");
  all.add_good_later("a text of 3.9 MB", [] { return with("maxLength", "3900000") + "\n" + text_of(3'900'000); });
  all.add_good_later("a constant of 2 MB",
                     [] { return with("const", text_of(2'000'000)) + "\n" + text_of(2'000'000); });
  all.add_good_later("a chain of references", [] {
    return R"({"$ref":"#/definitions/a0","definitions":{)" +
           join(4'000, "",
                [](std::size_t i) { return "\"" + numbered("a", i) + "\":" + reference(numbered("a", i + 1)) + ","; }) +
           R"("a4000":true}})"
           "\n1";
  });
  all.add_good("huge numbers",
               R"({"multipleOf":1e-300,"maximum":1e308,"minLength":18446744073709551615,"maxItems":1e308})"
               "\n1e300");
  all.add_good("names of old",
               R"({"properties":{"__proto__":{"type":"integer"},"constructor":true},"required":["__proto__"]})"
               "\n{\"__proto__\":1}");
  all.add_good("an escaped pointer", R"({"$ref":"#/definitions/a~1b~0c%25","definitions":{"a/b~c%":true}})"
                                     "\n1");
  all.add_good("no one enforces it", with("format", "\"none\"") + "\n\"x\"");
  all.add_good("deep recursion", R"({"items":{"$ref":"#"}})"
                                 "\n" +
                                     nested_arrays(127));
  return std::move(all).take();
}

} // namespace pawl::hostile
