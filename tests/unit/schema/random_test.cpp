// Random schemas of all keywords with fitting and unfitting content, against random values.
#include "tests/unit/schema/support.hpp"

#include <cstdlib>
#include <random>

namespace schema_random_test {

using namespace schema_test;

namespace {

class generator {
public:
  explicit generator(std::uint64_t seed) : random_(seed) {}

  json value(int depth) {
    switch (below(depth > 0 ? 9 : 7)) {
      case 0: return nullptr;
      case 1: return below(2) == 0;
      case 2: return static_cast<std::int64_t>(below(7)) - 3;
      case 3: return static_cast<double>(below(40)) / 8 - 2;
      case 4: return std::numeric_limits<std::uint64_t>::max() - below(2);
      case 5:
      case 6: return text();
      case 7: {
        json array = json::array();
        for (std::size_t i = below(4); i > 0; --i)
          array.push_back(value(depth - 1));
        return array;
      }
      default: {
        json object = json::object();
        for (std::size_t i = below(4); i > 0; --i)
          object[name()] = value(depth - 1);
        return object;
      }
    }
  }

  json schema(int depth) {
    if (depth == 0 || below(8) == 0) return below(3) > 0;
    if (below(8) == 0)
      return {{"$ref", pick({"#", "#/definitions/a", "#/definitions/b", "#/properties/a", "#x", "y.json"})}};
    json out = json::object();
    for (std::size_t i = below(4) + 1; i > 0; --i)
      keyword(out, depth - 1);
    return out;
  }

private:
  void keyword(json& out, int depth) {
    const std::string name = pick({"type",
                                   "enum",
                                   "const",
                                   "minimum",
                                   "exclusiveMaximum",
                                   "multipleOf",
                                   "minLength",
                                   "pattern",
                                   "format",
                                   "items",
                                   "uniqueItems",
                                   "contains",
                                   "properties",
                                   "required",
                                   "additionalProperties",
                                   "allOf",
                                   "anyOf",
                                   "oneOf",
                                   "not",
                                   "if",
                                   "then",
                                   "else",
                                   "dependencies",
                                   "maxItems",
                                   "propertyNames",
                                   "$id",
                                   "patternProperties",
                                   "definitions",
                                   "additionalItems"});
    out[name] = below(20) == 0 ? value(2) : content(name, depth);
  }

  json content(const std::string& name, int depth) {
    if (name == "type") return pick({"object", "array", "string", "integer", "number", "null", "boolean"});
    if (name == "enum") return {value(1), value(1)};
    if (name == "const") return value(2);
    if (name == "minLength" || name == "maxItems") return below(4);
    if (name == "minimum" || name == "exclusiveMaximum") return static_cast<double>(below(8)) / 2;
    if (name == "multipleOf") return static_cast<double>(below(8) + 1) / 4;
    if (name == "pattern") return pick({"a", "^b+$", "\\s", "[^a]", "(a|b)*c", "\\u00e9", "(?=a)"});
    if (name == "format") return pick({"date", "uri", "email", "ipv6", "hostname", "x"});
    if (name == "uniqueItems") return below(2) == 0;
    if (name == "required") return {"a"};
    if (name == "$id") return pick({"#x", "y.json", "http://z.example/", "a/b/"});
    if (name == "properties" || name == "definitions" || name == "dependencies")
      return {{"a", schema(depth)}, {"b", schema(depth)}};
    if (name == "patternProperties") return {{"a", schema(depth)}, {"^b", schema(depth)}};
    if (name == "allOf" || name == "anyOf" || name == "oneOf" || (name == "items" && below(2) == 0))
      return {schema(depth), schema(depth)};
    return schema(depth);
  }

  std::size_t below(std::size_t n) { return random_() % n; }
  std::string pick(std::vector<std::string> from) { return from[below(from.size())]; }
  std::string name() { return pick({"a", "b", "ab", "a/b", ""}); }
  std::string text() { return pick({"", "a", "bb", "é", "abc", "2024-01-01", "http://a.example", "::1"}); }

  std::mt19937_64 random_;
};

} // namespace

TEST_CASE("random schemas: each compiles or has its problems, and each check ends, the same way twice") {
  const char* from = std::getenv("PAWL_SEED_FROM");
  const std::uint64_t first = from != nullptr ? std::strtoull(from, nullptr, 10) : 1;
  const char* rounds = std::getenv("PAWL_MINUTES"); // the long form: a minute is some 60,000 of them
  const std::uint64_t count = rounds != nullptr ? 60'000 * std::strtoull(rounds, nullptr, 10) : 3'000;
  pawl::schema::limits allowed;
  allowed.steps_max = 20'000;
  std::size_t compiled_count = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    INFO("seed " << seed);
    generator make(seed);
    const json document = make.schema(4);
    std::vector<pawl::problem> problems;
    const auto schema = pawl::schema::schema::compile(document, problems, "", allowed);
    if (schema == nullptr) {
      REQUIRE(std::any_of(problems.begin(), problems.end(), [](const auto& p) { return !p.is_warning; }));
      CHECK(std::none_of(problems.begin(), problems.end(),
                         [](const auto& p) { return p.message.find("nothing is known") != std::string::npos; }));
      continue;
    }
    ++compiled_count;
    for (int i = 0; i < 5; ++i) {
      const json value = make.value(4);
      const lines found = violations_of(schema, value);
      CHECK(found == violations_of(schema, value));
    }
  }
  CHECK(compiled_count > count / 4);
}

} // namespace schema_random_test
