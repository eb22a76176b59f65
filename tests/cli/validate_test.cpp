// pawl validate: problems with their places, in every format, and what scripts rely on.
#include "tests/cli/process.hpp"
#include "tests/support/temp_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

namespace validate_test {

using namespace pawl::test;
using nlohmann::json;

namespace {} // namespace

TEST_CASE("validate: problems stand at their line and column, as compilers write them", "[validate]") {
  temp_folder folder;
  const std::string file = folder.file("bad.json");
  write_file(file, "{\n"
                   "  \"input\": {\"type\": \"objekt\"},\n"
                   "  \"nodes\": [{\"id\": \"a\", \"type\": \"sett\"},\n"
                   "            {\"id\": \"b\", \"type\": \"set\", \"data\": {\"x\": \"{{ 1 + }}\"}}],\n"
                   "  \"edges\": [{\"source\": \"a\", \"target\": \"c\"}], \"start\": \"a\"\n"
                   "}\n");
  const ended checked = run_pawl({"validate", file});
  INFO(checked.out << checked.err);
  CHECK(checked.code == 1);
  CHECK(has(checked.out, file + ":2:21: error: /input/type: "));
  CHECK(has(checked.out, file + ":3:33: error: /nodes/0/type: no node type 'sett' is registered; known are "));
  CHECK(has(checked.out, file + ":4:54: error: /nodes/1/data/x: "));
  CHECK(has(checked.out, file + ":5:39: error: /edges/0/target: there is no node 'c'; "));
  CHECK_FALSE(has(checked.out, "good"));

  const json shown = json::parse(run_pawl({"validate", file, "-o", "json"}).out);
  REQUIRE(shown["files"].size() == 1);
  CHECK(shown["files"][0]["valid"] == false);
  CHECK(shown["files"][0]["problems"].size() == 4);
  CHECK(shown["files"][0]["problems"][1]["line"] == 3);
  CHECK(shown["files"][0]["problems"][1]["pointer"] == "/nodes/0/type");
  CHECK(shown["files"][0]["problems"][1]["severity"] == "error");
}

TEST_CASE("validate: what is no JSON is a problem with its place", "[validate]") {
  const ended checked = run_pawl({"validate", "-"}, "{\n  \"nodes\": [,]\n}");
  INFO(checked.out << checked.err);
  CHECK(checked.code == 1);
  CHECK(has(checked.out, "-:2:13: error: the definition is not valid JSON"));
}

TEST_CASE("validate: warnings pass, unless --strict makes errors of them", "[validate]") {
  temp_folder folder;
  const std::string file = folder.file("w.json");
  write_file(file, R"({"input": true, "nodes": [{"id":"a","type":"set","data":{"x":["{{ nodes.gone.output }}"]}}],)"
                   R"("edges": []})");
  const ended lenient = run_pawl({"validate", file});
  INFO(lenient.out << lenient.err);
  CHECK(lenient.code == 0);
  CHECK(has(lenient.out, "warning: /nodes/0/data/x/0: "));
  CHECK(has(lenient.out, ": good, with warnings"));
  CHECK(run_pawl({"validate", "--strict", file}).code == 1);
}

TEST_CASE("validate: --portable names what plain Jexl does not know", "[validate]") {
  temp_folder folder;
  const std::string file = folder.file("p.json");
  write_file(file, R"({"input": true, "nodes": [{"id":"a","type":"set","data":"{{ -input.n + .5 }}"}], "edges": []})");
  CHECK(has(run_pawl({"validate", file}).out, ": good\n"));
  const ended portable = run_pawl({"validate", "--portable", file});
  INFO(portable.out);
  CHECK(portable.code == 0);
  CHECK(has(portable.out, "unary-minus"));
  CHECK(has(portable.out, "number-forms"));
  CHECK(run_pawl({"validate", "--portable", "--strict", file}).code == 1);
}

TEST_CASE("validate: the examples are good, even strictly", "[validate]") {
  words line{"validate", "--strict"};
  for (const char* name : {"approval.json", "loop.json", "order.json"})
    line.push_back(example(name));
  const ended checked = run_pawl(line);
  INFO(checked.out << checked.err);
  CHECK(checked.code == 0);
}

TEST_CASE("validate: a file that is not there is a wrong command line", "[validate]") {
  CHECK(run_pawl({"validate", "/nowhere/x.json"}).code == 2);
  CHECK(run_pawl({"validate"}).code == 2);
}

} // namespace validate_test
