// The published schema of definitions: every example fits, what is plainly wrong does not.
#include "runtime/core/json.hpp"
#include "runtime/schema/schema.hpp"
#include "tests/support/given.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace schema_workflow_schema_test {

using namespace pawl;
using pawl::test::given;

namespace {

const std::filesystem::path sources = pawl::test::source("");

std::string text_of(const std::filesystem::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

nlohmann::json parsed(const std::string& text) { return given(core::parse_json(text, "the document")); }

std::shared_ptr<const schema::schema> workflow_schema() {
  std::vector<problem> problems;
  auto made = schema::schema::compile(parsed(text_of(sources / "runtime/schema/workflow.schema.json")), problems);
  for (const problem& p : problems)
    FAIL(p.pointer << ": " << p.message);
  return made;
}

bool fits(const schema::schema& by, const nlohmann::json& document) {
  const auto violations = given(by.check(document));
  for (const auto& v : violations)
    UNSCOPED_INFO(v.pointer << ": expected " << v.expected << ", but " << v.actual);
  return violations.empty();
}

} // namespace

TEST_CASE("workflow schema: every example of a definition fits") {
  const auto by = workflow_schema();
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(sources / "tests/examples")) {
    if (entry.path().extension() != ".json") continue;
    const auto document = parsed(text_of(entry.path()));
    if (!document.contains("nodes")) continue; // a payload
    INFO(entry.path());
    CHECK(fits(*by, document));
    ++seen;
  }
  CHECK(seen >= 3);
  CHECK(fits(*by, parsed(text_of(sources / "tests/golden/definition.json"))));
}

TEST_CASE("workflow schema: what is plainly wrong does not fit") {
  const auto by = workflow_schema();
  for (const char* text : {
           R"([])",
           R"({"nodes":[]})",
           R"({"nodes":[],"edges":[]})",
           R"({"nodes":[{"id":"a"}],"edges":[]})",
           R"({"nodes":[{"type":"set"}],"edges":[]})",
           R"({"nodes":[{"id":"","type":"set"}],"edges":[]})",
           R"({"nodes":[{"id":"a","type":"set"}],"edges":[{"source":"a"}]})",
           R"({"nodes":[{"id":"a","type":"set"}],"edges":[{"source":"a","target":"a","sourceHandle":3}]})",
           R"({"input":"x","nodes":[{"id":"a","type":"set"}],"edges":[]})",
           R"({"stepLimit":-1,"nodes":[{"id":"a","type":"set"}],"edges":[]})",
           R"({"fanOut":"some","nodes":[{"id":"a","type":"set"}],"edges":[]})",
           R"({"nodes":[{"id":"a","type":"set","retry":{"interval":"soon"}}],"edges":[]})",
       }) {
    INFO(text);
    CHECK_FALSE(fits(*by, parsed(text)));
  }
}

TEST_CASE("workflow schema: foreign fields and expressions in retry are welcome") {
  const auto by = workflow_schema();
  CHECK(fits(*by, parsed(R"({"viewport":{"x":1},"nodes":[{"id":"a","type":"set","position":{"x":1,"y":2},
    "retry":{"maxAttempts":"{{ input.n }}","interval":500}}],"edges":[{"source":"a","target":"a","animated":true}]})")));
}

} // namespace schema_workflow_schema_test
