// JSON with secrets, read where it lies: against tables, and against the parser of everything else.
#include "nodes/secrets/json_in_place.hpp"

#include "runtime/core/json.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace json_in_place_test {

using namespace pawl;
using namespace pawl::nodes;

namespace {

const char* name_of(json_kind kind) {
  switch (kind) {
    case json_kind::missing: return "missing";
    case json_kind::null: return "null";
    case json_kind::boolean: return "boolean";
    case json_kind::number: return "number";
    case json_kind::string: return "string";
    case json_kind::array: return "array";
    case json_kind::object: return "object";
  }
  return "?";
}

// `KIND TEXT` of the value at `path`, or the error's code.
std::string found(std::string_view text, std::vector<std::string_view> path) {
  auto json = secret_bytes::copy_of(text);
  REQUIRE(json);
  std::vector<json_wanted> wanted{{std::move(path)}};
  const auto read = read_json_in_place(*json, wanted);
  if (!read) return to_string(read.failure().code);
  return std::string(name_of(wanted[0].kind)) + " " + std::string(wanted[0].text);
}

std::string nested(std::size_t depth, const char* open = "[", const char* inner = "", const char* close = "]") {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i)
    text += open;
  text += inner;
  for (std::size_t i = 0; i < depth; ++i)
    text += close;
  return text;
}

} // namespace

TEST_CASE("json in place: a value is found by the names that lead to it") {
  constexpr std::string_view text =
      R"( {"a": {"b": "x", "n": -1.5e+3, "t": true, "f": false, "z": null, "l": ["no"], "o": {"b": "deep"}}, "b": "y",
           "l": [{"b": "in a list"}], "": {"": "no name"}} )";
  const std::pair<std::vector<std::string_view>, const char*> rows[] = {
      {{"a", "b"}, "string x"},
      {{"b"}, "string y"},
      {{"a", "o", "b"}, "string deep"},
      {{"a", "n"}, "number -1.5e+3"},
      {{"a", "t"}, "boolean "},
      {{"a", "f"}, "boolean "},
      {{"a", "z"}, "null "},
      {{"a", "l"}, "array "},
      {{"a", "o"}, "object "},
      {{}, "object "},
      {{"", ""}, "string no name"},
      {{"l", "b"}, "missing "},
      {{"a", "b", "c"}, "missing "},
      {{"c"}, "missing "},
  };
  for (const auto& [path, expected] : rows)
    CHECK(found(text, path) == expected);
}

TEST_CASE("json in place: several values are found in one reading, in any order") {
  for (const std::string_view text :
       {R"({"v": 7, "d": {"s": "1\n2", "t": "3"}})", R"({"d": {"t": "3", "s": "1\n2"}, "v": 7})"}) {
    auto json = secret_bytes::copy_of(text);
    REQUIRE(json);
    std::vector<json_wanted> wanted{{{"d"}}, {{"d", "s"}}, {{"d", "t"}}, {{"v"}}, {{"d", "s"}}};
    REQUIRE(read_json_in_place(*json, wanted));
    CHECK(wanted[0].kind == json_kind::object);
    CHECK(wanted[1].text == "1\n2");
    CHECK(wanted[2].text == "3");
    CHECK(wanted[3].text == "7");
    CHECK(wanted[4].text == "1\n2");
  }
  auto json = secret_bytes::copy_of("{}");
  std::vector<json_wanted> too_many(json_wanted_max + 1);
  CHECK_FALSE(read_json_in_place(*json, too_many));
  too_many.pop_back();
  CHECK(read_json_in_place(*json, too_many));
}

TEST_CASE("json in place: texts are unescaped over themselves") {
  using namespace std::string_literals;
  const std::pair<const char*, std::string> rows[] = {
      {R"("")", ""},
      {R"("plain")", "plain"},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("a\u0000b")", "a\0b"s},
      {R"("\u0041\u00e4\u20AC\uFFFF")", "A\xC3\xA4\xE2\x82\xAC\xEF\xBF\xBF"},
      {R"("\u007f\u0080\u07ff\u0800")", "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80"},
      {R"("\ud83d\ude00\uD800\uDC00\udbff\udfff")", "\xF0\x9F\x98\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
      {"\"\xF0\x9F\x98\x80 \xC3\xA4 \x7F\"", "\xF0\x9F\x98\x80 \xC3\xA4 \x7F"},
      {R"("\\u0041")", "\\u0041"},
  };
  for (const auto& [text, expected] : rows) {
    INFO(text);
    CHECK(found(text, {}) == "string " + expected);
    CHECK(found(std::string("{\"a\":[") + text + "],\"b\":" + text + "}", {"b"}) == "string " + expected);
  }
  CHECK(found(R"({"\u0061\n": "x"})", {"a\n"}) == "string x"); // names as well
}

TEST_CASE("json in place: the value lies in the memory that was read") {
  auto json = secret_bytes::copy_of(R"({"a": "\u0041\u0042"})");
  REQUIRE(json);
  std::vector<json_wanted> wanted{{{"a"}}};
  REQUIRE(read_json_in_place(*json, wanted));
  CHECK(wanted[0].text == "AB");
  CHECK(wanted[0].text.data() > json->data());
  CHECK(wanted[0].text.data() + wanted[0].text.size() < json->data() + json->size());
}

TEST_CASE("json in place: what is no JSON is refused, wherever it stands") {
  const char* const rows[] = {"",
                              " ",
                              "{",
                              "}",
                              "[",
                              "]",
                              "[1",
                              "[1,",
                              "[1,]",
                              "[,1]",
                              "[1 2]",
                              "{\"a\"",
                              "{\"a\":",
                              "{\"a\":1",
                              "{\"a\":1,",
                              "{\"a\":1,}",
                              "{,}",
                              "{a:1}",
                              "{1:1}",
                              "{\"a\" 1}",
                              "{\"a\":1 \"b\":2}",
                              "[1}",
                              "{\"a\":1]",
                              "1 2",
                              "{} {}",
                              "{}x",
                              "nul",
                              "nulll",
                              "True",
                              "tru",
                              "fals",
                              "undefined",
                              "NaN",
                              "Infinity",
                              "-",
                              "+1",
                              "01",
                              "-01",
                              "1.",
                              ".5",
                              "1.e5",
                              "1e",
                              "1e+",
                              "0x10",
                              "1_000",
                              "--1",
                              "'a'",
                              "\"",
                              "\"a",
                              "\"\\",
                              "\"\\\"",
                              "\"\\x\"",
                              "\"\\u\"",
                              "\"\\u12\"",
                              "\"\\u123\"",
                              "\"\\u123g\"",
                              "\"\\u+123\"",
                              "\"\\U0041\"",
                              "\"a\nb\"",
                              "\"a\tb\"",
                              "\"a\x1F\"",
                              "// c\n1",
                              "/**/1",
                              "\xEF\xBB\xBF{}",
                              "\v1",
                              "\f1",
                              "\xC2\xA0 1"};
  for (const char* text : rows) {
    INFO(text);
    CHECK(found(text, {}) == "bad_json");
    CHECK(found(std::string("{\"a\":\"s\",\"b\":") + text + "}", {"a"}) == "bad_json");
  }
  CHECK(found(std::string_view("\"a\0b\"", 5), {}) == "bad_json");
  CHECK(found(std::string_view("1\0", 2), {}) == "bad_json");
}

TEST_CASE("json in place: lone surrogates and bytes that are no UTF-8 are refused") {
  for (const char* text : {R"("\ud800")", R"("\udfff")", R"("\ud83dx")", R"("\ud83d\n")", R"("\ud83d\u0041")",
                           R"("\ud83d\ud83d")", R"("\ude00\ud83d")", R"("\ud83d\u")", R"("\ud83d)", "\"\xFF\"",
                           "\"\xC3\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xE2\x82\""}) {
    INFO(text);
    CHECK(found(text, {}) == "bad_json");
    CHECK(found(std::string("{\"x\":\"s\",\"a\":") + text + "}", {"x"}) == "bad_json");
  }
}

TEST_CASE("json in place: a member named twice is refused, by what the name means") {
  for (const char* text : {R"({"a":"1","a":"2"})", R"({"a":"1","b":"x","\u0061":"2"})", R"({"":1,"":1})",
                           R"({"o":{"b":1,"c":2,"b":3},"a":"1"})", R"([{"b":1,"b":1}])"})
    CHECK(found(text, {"a"}) == "bad_json");
  CHECK(found(R"({"a":"1","b":{"a":"2"},"A":"3"})", {"a"}) == "string 1"); // the control
}

TEST_CASE("json in place: depth has a limit, and no text is too long for it") {
  CHECK(found(nested(json_in_place_depth_max), {}) == "array ");
  CHECK(found(nested(json_in_place_depth_max + 1), {}) == "limit");
  CHECK(found(std::string(secret_bytes_max, '['), {}) == "limit");
  CHECK(found(nested(json_in_place_depth_max, "{\"a\":", "1", "}"), {"a"}) == "object ");
  CHECK(found(nested(json_in_place_depth_max + 1, "{\"a\":", "1", "}"), {"a"}) == "limit");
  std::string many = "{\"x\":1";
  while (many.size() < secret_bytes_max - 20)
    many += ",\"" + std::to_string(many.size()) + "\":0";
  CHECK(found(many + "}", {"x"}) == "number 1");
}

TEST_CASE("json in place: an error holds nothing of the text") {
  for (const char* text :
       {"{\"password\": \"CANARY-CANARY\" x}", "{\"CANARY\": 1, \"CANARY\": 2}", "\"CANARY\xFF\"", "CANARY"}) {
    auto json = secret_bytes::copy_of(text);
    REQUIRE(json);
    std::vector<json_wanted> wanted{{{"password"}}};
    const auto read = read_json_in_place(*json, wanted);
    REQUIRE_FALSE(read);
    CHECK(to_string(read.failure()).find("CANARY") == std::string::npos);
  }
}

TEST_CASE("json in place: takes what the other parser takes, and reads the same") {
  const std::string seeds[] = {
      R"({"data": {"data": {"f": "a\u00e4\ud83d\ude00\"\\", "g": [1, -2.5e3, true, null]}, "metadata": {"version": 3}}})",
      R"([{"a": "", "b": {}}, [], "\u0000", 0, 1e5, "x"])", "{\"f\": \"\xC3\xA4\xF0\x9F\x98\x80\", \"\": false}"};
  const std::string_view pieces[] = {"\"",   "\\",      "{",    "}",    "[", "]", ",",       ":",   "\\u",
                                     "d83d", "\\ude00", "\xC3", "\xA4", "0", "1", ".",       "e",   "-",
                                     " ",    "\n",      "null", "true", "a", "f", "\"f\":1", "\x01"};
  const std::uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seeds[below(std::size(seeds))];
    for (std::size_t changes = below(4); changes > 0; --changes) {
      const std::size_t at = below(text.size() + 1);
      const std::string_view piece = pieces[below(std::size(pieces))];
      if (below(2) == 0)
        text.insert(at, piece);
      else
        text.replace(at, below(3), piece);
    }
    const auto other = core::parse_json(text, "text");
    const std::string own = found(text, {"data", "data", "f"});
    CAPTURE(text);
    if (!other) {
      // A number that no double holds is a number here: nobody reads it as one.
      if (other.failure().message.find("number") == std::string::npos) REQUIRE(own == "bad_json");
      continue;
    }
    ++taken;
    const auto* value = &*other;
    for (const char* name : {"data", "data", "f"})
      value = value != nullptr && value->is_object() && value->contains(name) ? &(*value)[name] : nullptr;
    if (value == nullptr)
      REQUIRE(own == "missing ");
    else if (value->is_string())
      REQUIRE(own == "string " + value->get<std::string>());
    else
      REQUIRE(own != "bad_json");
  }
  CHECK(taken > 2'000);
}

} // namespace json_in_place_test
