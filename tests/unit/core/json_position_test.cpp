// Lines and columns of values that a JSON pointer names.
#include "runtime/core/json_position.hpp"

#include <catch2/catch.hpp>

namespace core_json_position_test {

using namespace pawl::core;

TEST_CASE("positions: values are found by their pointers, columns count characters") {
  const std::string text = "{\n"
                           "  \"é\": [1, {\"a/b\": true, \"~\": \"x\\\"]\"}],\n"
                           "  \"\": null, \"n\": { }\n"
                           "}";
  const auto found =
      positions_of(text, {"", "/é", "/é/0", "/é/1", "/é/1/a~1b", "/é/1/~0", "/", "/n", "/missing", "/é/2"});
  CHECK(found.size() == 8);
  CHECK(found.at("") == text_position{1, 1});
  CHECK(found.at("/é") == text_position{2, 8});
  CHECK(found.at("/é/0") == text_position{2, 9});
  CHECK(found.at("/é/1") == text_position{2, 12});
  CHECK(found.at("/é/1/a~1b") == text_position{2, 20});
  CHECK(found.at("/é/1/~0") == text_position{2, 31});
  CHECK(found.at("/") == text_position{3, 7});
  CHECK(found.at("/n") == text_position{3, 18});
}

TEST_CASE("positions: a document that is one plain value") {
  CHECK(positions_of("  12", {""}).at("") == text_position{1, 3});
  CHECK(positions_of("\"x\"", {"", "/a"}).size() == 1);
}

TEST_CASE("positions: a byte order mark is no column, and what is no JSON ends the walk") {
  CHECK(positions_of("\xEF\xBB\xBF{\"a\": 1}", {"/a"}).at("/a") == text_position{1, 7});
  for (const char* text : {"x,{\"a\":1}", "]", "}", ",", "\"", "{\"a\"", "[1,"})
    CHECK(positions_of(text, {"/a"}).empty());
}

} // namespace core_json_position_test
