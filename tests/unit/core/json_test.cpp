#include "runtime/core/hash.hpp"
#include "runtime/core/json.hpp"

#include <catch2/catch.hpp>

namespace core_json_test {

using namespace pawl;
using namespace pawl::core;

TEST_CASE("json: bad texts are refused with the place and without their content") {
  const struct {
    const char* text;
    errc code;
    const char* where;
  } rows[] = {
      {"", errc::bad_json, "byte 0, line 1, column 1"},
      {"{\"a\":1,}", errc::bad_json, "byte 7, line 1, column 8"},
      {"\"\\ud800\"", errc::bad_json, "byte 7, line 1, column 8"},
      {"\"\xff\"", errc::bad_json, "byte 1, line 1, column 2"},
      {"1e999", errc::bad_json, ""},
      {"{\"secret\":1,\"secret\":2}", errc::bad_json, ""},
      {"1 2", errc::bad_json, "byte 2, line 1, column 3"},
      {"NaN", errc::bad_json, "byte 0, line 1, column 1"},
  };
  for (const auto& r : rows) {
    INFO(r.text);
    const auto parsed = parse_json(r.text, "the payload");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.failure().code == r.code);
    if (*r.where != 0) CHECK(parsed.failure().where == r.where);
    CHECK(to_string(parsed.failure()).find("secret") == std::string::npos);
  }
}

TEST_CASE("json: limits hold at both sides") {
  json_limits limits;
  limits.depth_max = 3;
  limits.values_max = 5;
  limits.bytes_max = 20;
  CHECK(parse_json("[[[]]]", "x", limits));
  CHECK(parse_json("[[[[]]]]", "x", limits).failure().code == errc::limit);
  CHECK(parse_json("[1,2,3,4]", "x", limits));
  CHECK(parse_json("[1,2,3,4,5]", "x", limits).failure().code == errc::limit);
  CHECK(parse_json("\"" + std::string(18, 'x') + "\"", "x", limits));
  CHECK(parse_json("\"" + std::string(19, 'x') + "\"", "x", limits).failure().code == errc::limit);

  CHECK(to_text(nlohmann::json::parse("[[[]]]"), "x", limits));
  CHECK(to_text(nlohmann::json::parse("[[[[]]]]"), "x", limits).failure().code == errc::limit);
  CHECK(to_text(nlohmann::json::parse("[1,2,3,4,5]"), "x", limits).failure().code == errc::limit);
  CHECK(to_text(std::numeric_limits<double>::infinity(), "x", limits).failure().code == errc::bad_json);
  CHECK(to_text(std::string("\xff"), "x", limits).failure().code == errc::bad_json);
}

TEST_CASE("json: a hundred thousand levels neither crash the parser nor what follows") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(parse_json(deep, "x").failure().code == errc::limit);
}

TEST_CASE("json: the canonical text follows RFC 8785") {
  const auto canonical = [](const char* text) { return canonical_json(nlohmann::json::parse(text)); };
  CHECK(canonical(R"({"b":1,"a":[true,null,"x"]})") == R"({"a":[true,null,"x"],"b":1})");
  CHECK(
      canonical(
          "[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, -0.0, 1e21, 123456789012345680000]") ==
      "[333333333.3333333,1e+30,4.5,0.002,1e-27,0,1e+21,123456789012345680000]");
  CHECK(canonical("[1.0, 100, -5, 9007199254740993]") == "[1,100,-5,9007199254740993]");
  CHECK(canonical(R"({"\ufb33":1,"\ud83d\ude00":2})") == "{\"\xF0\x9F\x98\x80\":2,\"\xEF\xAC\xB3\":1}");
  CHECK(canonical(R"(["\u0007\n\u007f€"])") == "[\"\\u0007\\n\x7f\xE2\x82\xAC\"]");
}

TEST_CASE("hash: content, keys and ids") {
  CHECK(content_hash("").size() == 64);
  CHECK(content_hash("a") != content_hash("b"));
  CHECK(idempotency_key("i", "n", 1).size() == 32);
  CHECK(idempotency_key("i", "n", 1) == idempotency_key("i", "n", 1));
  CHECK(idempotency_key("i", "n1", 1) != idempotency_key("in", "1", 1));
  CHECK(idempotency_key("i", "n", 11) != idempotency_key("i", "n1", 1));
  CHECK(key_seed("one store", 1) != key_seed("another", 1));
  CHECK(key_seed("one store", 1) != key_seed("one store", 11));
  CHECK(new_identity() != new_identity());
  CHECK(time_ordered_id(1'000'000'000'000) < time_ordered_id(1'000'000'000'001));
  CHECK(time_ordered_id(5) != time_ordered_id(5));
  CHECK(time_ordered_id(1'700'000'000'000).size() == 26);
  for (int i = 0; i < 100; ++i)
    CHECK((unit_hash("k", i) >= 0 && unit_hash("k", i) < 1));
}

TEST_CASE("json: names are ordered by UTF-16, where four bytes of UTF-8 come before U+E000") {
  const auto value =
      nlohmann::json::parse("{\"\\uffff\":1,\"\\ud83d\\ude00\":2,\"\\ue000\":3,\"z\":4,\"zz\":5,\"\\ud7ff\":6}");
  CHECK(canonical_json(value) == "{\"z\":4,\"zz\":5,\"\uD7FF\":6,\"\U0001F600\":2,\"\uE000\":3,\"\uFFFF\":1}");
}

TEST_CASE("json: texts are measured before they are written") {
  json_limits limits;
  limits.bytes_max = 10;
  CHECK(to_text(nlohmann::json("12345678"), "it", limits));
  CHECK_FALSE(to_text(nlohmann::json("123456789"), "it", limits));
  CHECK(to_text(nlohmann::json{{std::string(1'000, 'k'), 1}}, "it", limits).failure().code == pawl::errc::limit);
}

TEST_CASE("json: a zero byte is no end") {
  const auto parsed = parse_json(std::string_view("1\n\0hidden", 9), "it");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.failure().where == "byte 2, line 2, column 1");
}

} // namespace core_json_test
