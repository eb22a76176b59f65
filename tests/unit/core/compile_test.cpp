// Definitions: what loads, what is refused, and that every problem is named at once with its place.
#include "tests/support/given.hpp"
#include "tests/support/workflows.hpp"

#include <catch2/catch.hpp>

namespace core_compile_test {

using namespace pawl;
using namespace pawl::core;
using pawl::test::given;

namespace {

struct refusal {
  const char* what;
  const char* text;
  const char* pointer;
  const char* message; ///< part of it
};

std::vector<problem> problems_of(const std::string& text) {
  auto done = given(compile(text, "fallback", test::types_with_task()));
  return done.problems;
}

const refusal refusals[] = {
    {"no object", "[]", "", "JSON object"},
    {"no nodes", R"({"edges":[]})", "", "there is no 'nodes'"},
    {"no node at all", R"({"nodes":[],"edges":[]})", "/nodes", "no node"},
    {"nodes of a wrong type", R"({"nodes":{},"edges":[]})", "/nodes", "'nodes' is no array"},
    {"no edges", R"({"nodes":[{"id":"a","type":"set"}]})", "", "there is no 'edges'"},
    {"a node that is no object", R"({"nodes":[1],"edges":[]})", "/nodes/0", "a node is an object"},
    {"a node without id", R"({"nodes":[{"type":"set"}],"edges":[]})", "/nodes/0", "needs an id"},
    {"a node with an empty id", R"({"nodes":[{"id":"","type":"set"}],"edges":[]})", "/nodes/0/id", "needs an id"},
    {"a node without type", R"({"nodes":[{"id":"a"}],"edges":[]})", "/nodes/0", "no type"},
    {"an unknown type", R"({"nodes":[{"id":"a","type":"nope"}],"edges":[]})", "/nodes/0/type", "no node type 'nope'"},
    {"an id twice", R"({"nodes":[{"id":"a","type":"set"},{"id":"a","type":"set"}],"edges":[]})", "/nodes/1/id", "too"},
    {"an edge from nowhere", R"({"nodes":[{"id":"a","type":"set"}],"edges":[{"source":"x","target":"a"}]})",
     "/edges/0/source", "no node 'x'"},
    {"an edge to nowhere", R"({"nodes":[{"id":"a","type":"set"}],"edges":[{"source":"a","target":""}]})",
     "/edges/0/target", "no node ''"},
    {"an edge without target", R"({"nodes":[{"id":"a","type":"set"}],"edges":[{"source":"a"}]})", "/edges/0",
     "no 'target'"},
    {"a handle that is no text",
     R"({"nodes":[{"id":"a","type":"task"}],"edges":[{"source":"a","target":"a","sourceHandle":3}]})",
     "/edges/0/sourceHandle", "neither a text nor null"},
    {"a handle that the type lacks",
     R"({"nodes":[{"id":"a","type":"if"}],"edges":[{"source":"a","target":"a","sourceHandle":"maybe"}]})",
     "/edges/0/sourceHandle", "has no handle 'maybe'"},
    {"a timeout of a type that cannot wait",
     R"({"nodes":[{"id":"a","type":"set"}],"edges":[{"source":"a","target":"a","sourceHandle":"timeout"}]})",
     "/edges/0/sourceHandle", "has no handle 'timeout'"},
    {"several edges for one handle",
     R"({"nodes":[{"id":"a","type":"set"},{"id":"b","type":"set"}],
         "edges":[{"source":"a","target":"b"},{"source":"a","target":"a"}]})",
     "/edges/1", "parallel branches do not work in this version"},
    {"an expression that does not parse",
     R"({"nodes":[{"id":"a","type":"set","data":{"x":["{{ 1 + }}"]}}],"edges":[]})", "/nodes/0/data/x/0", ""},
    {"a retry value that is no number", R"({"nodes":[{"id":"a","type":"set","retry":{"interval":"soon"}}],"edges":[]})",
     "/nodes/0/retry/interval", "neither a number nor an expression"},
    {"an unknown start", R"({"start":"b","nodes":[{"id":"a","type":"set"}],"edges":[]})", "/start", "no node 'b'"},
    {"a start that is no text", R"({"start":1,"nodes":[{"id":"a","type":"set"}],"edges":[]})", "/start", "no text"},
    {"a negative step limit", R"({"stepLimit":-1,"nodes":[{"id":"a","type":"set"}],"edges":[]})", "/stepLimit",
     "whole number"},
    {"an instance timeout of nothing", R"({"timeout":0,"nodes":[{"id":"a","type":"set"}],"edges":[]})", "/timeout",
     "whole number of milliseconds"},
    {"an instance timeout that is no whole number", R"({"timeout":1.5,"nodes":[{"id":"a","type":"set"}],"edges":[]})",
     "/timeout", "whole number of milliseconds"},
    {"an instance timeout in words", R"({"timeout":"3d","nodes":[{"id":"a","type":"set"}],"edges":[]})", "/timeout",
     "whole number of milliseconds"},
    {"an unknown fan-out", R"({"fanOut":"some","nodes":[{"id":"a","type":"set"}],"edges":[]})", "/fanOut", "neither"},
    {"an input schema that is none", R"({"input":{"type":"objekt"},"nodes":[{"id":"a","type":"set"}],"edges":[]})",
     "/input/type", ""},
    {"a signal's schema that is none",
     R"({"signals":{"a/b":{"maximum":"x"}},"nodes":[{"id":"a","type":"set"}],"edges":[]})", "/signals/a~1b/maximum",
     ""},
    {"a wait for a signal that is not declared",
     R"({"signals":{"paid":true},"nodes":[{"id":"a","type":"wait","data":{"signal":"payed"}}],"edges":[]})",
     "/nodes/0/data/signal", "do not declare 'payed'"},
    {"a wait for several, one of them not declared",
     R"({"signals":{"a":true},"nodes":[{"id":"a","type":"wait","data":{"signals":["a","b"]}}],"edges":[]})",
     "/nodes/0/data/signals/1", "do not declare 'b'"},
    {"signals that are no object", R"({"signals":[],"nodes":[{"id":"a","type":"set"}],"edges":[]})", "/signals",
     "no object"},
    {"a wait whose schema is none", R"({"nodes":[{"id":"a","type":"wait","data":{"schema":{"type":5}}}],"edges":[]})",
     "/nodes/0/data/schema/type", ""},
    {"a wait whose schema an expression makes",
     R"({"nodes":[{"id":"a","type":"wait","data":{"schema":{"maximum":"{{ input.max }}"}}}],"edges":[]})",
     "/nodes/0/data/schema", "a gate is no gate"},
    {"a wait whose schema is a text",
     R"({"nodes":[{"id":"a","type":"wait","data":{"schema":"{{ input }}"}}],"edges":[]})", "/nodes/0/data/schema",
     "a gate is no gate"},
    {"a wait's timeout that is no number",
     R"({"nodes":[{"id":"a","type":"wait","data":{"timeout":"soon"}}],"edges":[]})", "/nodes/0/data/timeout",
     "no number of milliseconds"},
    {"a delay without a duration", R"({"nodes":[{"id":"a","type":"delay","data":{}}],"edges":[]})", "/nodes/0/data",
     "needs 'ms'"},
    {"an edge whose source is no text", R"({"nodes":[{"id":"a","type":"set"}],"edges":[{"source":1,"target":"a"}]})",
     "/edges/0/source", "no text"},
    {"an id that clears the screen", R"({"id":"a\u001b[2J","nodes":[{"id":"a","type":"set"}],"edges":[]})", "/id",
     "control character"},
    {"a node's id with a line end", R"({"nodes":[{"id":"a\nstatus","type":"set"}],"edges":[]})", "/nodes/0/id",
     "control character"},
    {"a node's id with a C1 control", R"({"nodes":[{"id":"\u009b41m","type":"set"}],"edges":[]})", "/nodes/0/id",
     "control character"},
    {"a signal that is read backwards",
     R"({"signals":{"pay\u202e001":true},"nodes":[{"id":"a","type":"set"}],"edges":[]})",
     "/signals/pay\xe2\x80\xae"
     "001",
     "turns text around"},
    {"a wait for a signal of two lines",
     R"({"nodes":[{"id":"a","type":"wait","data":{"signals":["b","c\u2028d"]}}],"edges":[]})",
     "/nodes/0/data/signals/1", "line end"},
    {"an empty id", R"({"id":"","nodes":[{"id":"a","type":"set"}],"edges":[]})", "/id", "1 to 200 bytes"},
};

} // namespace

TEST_CASE("definition: what makes running impossible is refused with its place") {
  for (const refusal& r : refusals) {
    INFO(r.what);
    const auto problems = problems_of(r.text);
    const bool found = std::any_of(problems.begin(), problems.end(), [&](const problem& p) {
      return !p.is_warning && p.pointer == r.pointer && p.message.find(r.message) != std::string::npos &&
             !p.advice.empty();
    });
    for (const problem& p : problems)
      UNSCOPED_INFO(p.pointer << ": " << p.message);
    CHECK(found);
  }
}

TEST_CASE("definition: what only speaks of credentials is no warning") {
  for (const char* data : {R"("https://a.example/?api_key={{ input.key }}")", R"("https://a.example/?page=0123456789")",
                           R"("https://a.example/@me:0123456789")", R"({"token":"{{ input.token }}"})",
                           R"({"token":"{{ input.kind == 'production' ? input.a : input.b }}"})",
                           R"("{{ input.text|split(' and so on ') }}")"}) {
    INFO(data);
    CHECK(problems_of(R"({"input":{"properties":{"token":{"type":"string","description":"the token of the server"}}},
      "nodes":[{"id":"a","type":"set","data":)" +
                      std::string(data) + R"(}],"edges":[]})")
              .empty());
  }
}

TEST_CASE("definition: names that steer a terminal still load when they are stored") {
  const char* const text = R"({"id":"i\u001b","signals":{"s\u009b":true},
    "nodes":[{"id":"a\n","type":"wait","data":{"signal":"s\u009b"}}],"edges":[]})";
  CHECK(given(compile(text, "x", test::types_with_task(), {}, {.is_stored = true})).workflow);
  CHECK(problems_of(text).size() == 4);
  CHECK(given(compile(R"({"nodes":[{"id":"a","type":"set"}],"edges":[]})", "f\x1b", test::types_with_task()))
            .problems.size() == 1);
}

TEST_CASE("definition: a signal that is not declared is refused where it is written out, with the one that was meant") {
  const auto advice = [](const std::string& signals, const char* data, bool is_stored = false) -> std::string {
    auto done = given(compile(R"({"input":true,)" + signals + R"("nodes":[{"id":"a","type":"wait","data":)" + data +
                                  R"(}],"edges":[]})",
                              "x", test::types_with_task(), {}, {.is_stored = is_stored}));
    return done.problems.empty() ? "" : done.problems[0].advice;
  };
  const std::string declared = R"("signals":{"approve":true,"reject":true},)";
  CHECK(advice(declared, R"({"signal":"aprove"})") == "did you mean 'approve'?");
  CHECK(advice(declared, R"({"signals":["approve","rejcet"]})") == "did you mean 'reject'?");
  CHECK(advice(declared, R"({"signal":"paid"})").find("declare it") == 0);
  CHECK(advice(declared, R"({"signals":["approve","reject"]})").empty());
  CHECK(advice(declared, R"({"signal":"{{ input.stage }}"})").empty());
  CHECK(advice(declared, R"({"signals":["{{ input.stage }}"]})").empty());
  CHECK(advice("", R"({"signal":"aprove"})").empty());
  CHECK(advice(R"("signals":{},)", R"({"signal":"approve"})").find("declare it") == 0);
  CHECK(advice(declared, R"({"signal":"aprove"})", true).empty()); // its instances run on
}

TEST_CASE("definition: a field that does not work yet is refused, never ignored") {
  for (const char* field : {"labels", "concurrency", "history"}) {
    const auto problems = problems_of(std::string(R"({"input":true,")") + field +
                                      R"(":{},"nodes":[{"id":"a","type":"set"}],"edges":[]})");
    INFO(field);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].pointer == std::string("/") + field);
    CHECK_FALSE(problems[0].is_warning);
  }
  for (const char* field : {"timeout", "join", "joinOf", "compensate", "history"}) {
    const auto problems =
        problems_of(std::string(R"({"nodes":[{"id":"a","type":"set",")") + field + R"(":{}}],"edges":[]})");
    INFO(field);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].pointer == std::string("/nodes/0/") + field);
    CHECK_FALSE(problems[0].is_warning);
  }
}

TEST_CASE("definition: all problems come at once") {
  const auto problems = problems_of(
      R"({"nodes":[{"id":"a","type":"nope"},{"id":"a","type":"set","data":"{{ ( }}"}],"edges":[{"source":"q","target":"z"}],"start":"s"})");
  const auto errors = std::count_if(problems.begin(), problems.end(), [](const problem& p) { return !p.is_warning; });
  CHECK(errors == 6);
}

TEST_CASE("definition: a JSON text that is none is told with byte, line and column") {
  const auto done = compile("{\n  \"nodes\": [,]\n}", "x", test::types_with_task());
  REQUIRE_FALSE(done);
  CHECK(done.failure().code == errc::bad_json);
  CHECK(done.failure().where == "byte 14, line 2, column 13");
}

TEST_CASE("definition: what may be a mistake is a warning") {
  const struct {
    const char* what;
    const char* text;
    const char* pointer;
    const char* message;
  } rows[] = {
      {"unreachable node", R"({"start":"a","nodes":[{"id":"a","type":"set"},{"id":"b","type":"set"}],"edges":[]})",
       "/nodes/1", "cannot be reached"},
      {"mention of an unknown node",
       R"({"nodes":[{"id":"a","type":"set","data":"{{ nodes.gone.output }}"}],"edges":[]})", "/nodes/0/data", "'gone'"},
      {"unknown function", R"({"nodes":[{"id":"a","type":"set","data":"{{ nope(1) }}"}],"edges":[]})", "/nodes/0/data",
       "'nope'"},
      {"unknown transform", R"({"nodes":[{"id":"a","type":"set","data":"{{ input|gone }}"}],"edges":[]})",
       "/nodes/0/data", "'gone'"},
      {"all results of a node in a loop",
       R"({"start":"a","nodes":[{"id":"a","type":"set","data":"{{ nodes.a.all }}"}],"edges":[{"source":"a","target":"a"}]})",
       "/nodes/0/data", "in a loop"},
      {"credential by its name",
       R"({"nodes":[{"id":"a","type":"set","data":{"headers":{"api/Token":"hunter2hunter2"}}}],"edges":[]})",
       "/nodes/0/data/headers/api~1Token", "credential"},
      {"credential by its look",
       R"({"nodes":[{"id":"a","type":"set","data":["sk-live-0123456789abcdef"]}],"edges":[]})", "/nodes/0/data/0",
       "credential"},
      {"a private key",
       R"({"nodes":[{"id":"a","type":"set","data":"-----BEGIN EC PRIVATE KEY-----\nMHc"}],"edges":[]})",
       "/nodes/0/data", "credential"},
      {"a key in a URL",
       R"({"nodes":[{"id":"a","type":"set","data":{"url":"https://a.example/?x=1&api_key=0123456789&y={{ input }}"}}],"edges":[]})",
       "/nodes/0/data/url", "credential"},
      {"a password in a URL",
       R"({"nodes":[{"id":"a","type":"set","data":"postgres://me:pw@db.example/x"}],"edges":[]})", "/nodes/0/data",
       "credential"},
      {"a credential in an expression",
       R"({"nodes":[{"id":"a","type":"set","data":"{{ 'sk-live-0123456789abcdef' }}"}],"edges":[]})", "/nodes/0/data",
       "credential"},
      {"a credential in an expression, by its name",
       R"({"nodes":[{"id":"a","type":"set","data":{"token":"{{ input.t || \"hunter2hunter2\" }}"}}],"edges":[]})",
       "/nodes/0/data/token", "credential"},
      {"a credential as a default",
       R"({"signals":{"s":{"properties":{"apiKey":{"default":"hunter2hunter2"}}}},"nodes":[{"id":"a","type":"set"}],"edges":[]})",
       "/signals/s/properties/apiKey/default", "credential"},
      {"a credential in metadata",
       R"({"metadata":{"password":"hunter2hunter2"},"nodes":[{"id":"a","type":"set"}],"edges":[]})",
       "/metadata/password", "credential"},
      {"misspelt field", R"({"stepLimt":5,"nodes":[{"id":"a","type":"set"}],"edges":[]})", "/stepLimt", "ignored"},
      {"misspelt later field", R"({"nodes":[{"id":"a","type":"set","joinof":"x"}],"edges":[]})", "/nodes/0/joinof",
       "ignored"},
      {"misspelt member of a wait", R"({"nodes":[{"id":"a","type":"wait","data":{"timout":5}}],"edges":[]})",
       "/nodes/0/data/timout", "ignored"},
      {"text that looks like an expression", R"({"nodes":[{"id":"a","type":"set","data":"{{}}"}],"edges":[]})",
       "/nodes/0/data", ""},
      {"several possible starts", R"({"nodes":[{"id":"a","type":"set"},{"id":"b","type":"set"}],"edges":[]})", "",
       "start"},
  };
  for (const auto& r : rows) {
    INFO(r.what);
    const auto problems = problems_of(R"({"input":true,)" + std::string(r.text + 1));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].is_warning);
    CHECK(problems[0].pointer == r.pointer);
    CHECK(problems[0].message.find(r.message) != std::string::npos);
  }
}

TEST_CASE("definition: a React Flow document loads as it is") {
  const auto w = test::compile_good(R"({
    "input": null,
    "nodes": [
      {"id":"1","type":"trigger","position":{"x":0,"y":0},"measured":{"width":150,"height":40},"selected":false,"dragging":false,
       "data":{"label":"Start"},"sourcePosition":"right","targetPosition":"left","positionAbsolute":{"x":0,"y":0},"style":{},"extent":"parent"},
      {"id":"2","type":"set","position":{"x":200,"y":0},"width":150,"height":40,"data":{"label":"{{ input.name }}"},"className":"x","hidden":false}
    ],
    "edges": [{"id":"xy-edge__1-2","source":"1","target":"2","sourceHandle":null,"targetHandle":null,"type":"smoothstep","animated":true,"label":"go","markerEnd":{"type":"arrow"}}],
    "viewport": {"x":0,"y":0,"zoom":1}
  })");
  CHECK(w->id == "test");
  CHECK(w->start == node_index{0});
  CHECK(w->nodes[0].find_exit(std::nullopt) != nullptr);
  const auto done = compile(w->text, "test", test::types_with_task());
  CHECK(done->problems.size() == 1); // no input schema
}

TEST_CASE("definition: a Refluxo document loads as it is, following the first edge if it says so") {
  const auto w = test::compile_good(R"({
    "fanOut": "first",
    "nodes": [{"id":"a","type":"task","data":{"x":1},"metadata":{"position":{"x":1}}},{"id":"b","type":"set","data":{}}],
    "edges": [{"id":"e1","source":"a","target":"b","sourceHandle":"yes"},{"id":"e2","source":"a","target":"a","sourceHandle":"yes"}]
  })");
  CHECK(w->follow_first_only);
  CHECK(w->nodes[0].find_exit("yes")->targets.front() == 1);
}

TEST_CASE("definition: the hash is that of the canonical JSON, whatever the order and the spaces") {
  const auto one = test::compile_good(R"({"id":"w","nodes":[{"id":"a","type":"set","data":1.0}],"edges":[]})");
  const auto two = test::compile_good(R"({ "edges":[], "nodes":[{"data":1,"type":"set","id":"a"}], "id":"w" })");
  CHECK(one->hash == two->hash);
  CHECK(one->text == R"({"edges":[],"id":"w","nodes":[{"data":1,"id":"a","type":"set"}]})");
}

TEST_CASE("definition: limits are told by name, at both sides") {
  definition_limits limits;
  limits.nodes_max = 1;
  const std::string one = R"({"nodes":[{"id":"a","type":"set"}],"edges":[]})";
  const std::string two = R"({"nodes":[{"id":"a","type":"set"},{"id":"b","type":"set"}],"edges":[]})";
  CHECK(compile(one, "x", test::types_with_task(), limits)->workflow);
  CHECK_FALSE(compile(two, "x", test::types_with_task(), limits)->workflow);
  const std::string deep = R"({"nodes":[{"id":"a","type":"set","data":)" + std::string(100'000, '[') +
                           std::string(100'000, ']') + "}],\"edges\":[]}";
  const auto refused = compile(deep, "x", test::types_with_task());
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().message.find("json_depth_max") != std::string::npos);
}

TEST_CASE("definition: every problem has its line and column") {
  const auto problems =
      problems_of("{\n \"input\": true,\n \"nodes\": [\n  {\"id\": \"a\",\n   \"type\": \"nope\"}\n ],\n"
                  " \"edges\": [{\"source\": \"a\"}]\n}");
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].line == 5);
  CHECK(problems[0].column == 12);
  CHECK(problems[1].line == 7);
  CHECK(problems[1].column == 12);
}

TEST_CASE("definition: a warning about an expression names the text that holds it") {
  const auto problems = problems_of(
      R"({"input":true,"nodes":[{"id":"a","type":"set","data":{"good":"{{ input }}","bad":["{{ nodes.b.output }}"]}}],"edges":[]})");
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].pointer == "/nodes/0/data/bad/0");
  CHECK(problems[0].is_warning);
}

TEST_CASE("definition: without an input schema there is a warning") {
  const auto problems = problems_of(R"({"nodes":[{"id":"a","type":"set"}],"edges":[]})");
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].is_warning);
  CHECK(problems[0].message.find("no input schema") != std::string::npos);
}

TEST_CASE("definition: a hundred errors are listed, and how many more there are") {
  std::string nodes;
  for (int i = 0; i < 250; ++i)
    nodes += (i == 0 ? "" : ",") + std::string(R"({"id":"a","type":")") + std::string(5'000, 'x') + "\"}";
  const auto problems = problems_of(R"({"id":"d","start":"a","nodes":[)" + nodes + R"(],"edges":[]})");
  REQUIRE(problems.size() == 101);
  CHECK(problems.back().message == "and 399 more errors"); // a type and an id each, but for the first
  CHECK(problems.front().message.size() < 3'000);
}

TEST_CASE("definition: warnings do not crowd out an error") {
  std::string nodes;
  for (int i = 0; i < 250; ++i)
    nodes += R"({"id":"n)" + std::to_string(i) + R"(","type":"set","daat":1},)";
  const auto problems =
      problems_of(R"({"id":"d","start":"n0","nodes":[)" + nodes + R"({"id":"z","type":"nope"}],"edges":[]})");
  CHECK(std::count_if(problems.begin(), problems.end(), [](const problem& p) { return !p.is_warning; }) == 1);
  CHECK(problems.back().message == "and 150 more warnings");
}

TEST_CASE("definition: expressions of all nodes are counted together") {
  definition_limits limits;
  limits.expressions_max = 2;
  const std::string text =
      R"({"id":"d","nodes":[{"id":"a","type":"set","data":"{{1}}{{2}}"},{"id":"b","type":"set","data":"{{3}}"}],"edges":[]})";
  CHECK_FALSE(compile(text, "", test::types_with_task(), limits)->workflow);
  limits.expressions_max = 3;
  CHECK(compile(text, "", test::types_with_task(), limits)->workflow);
}

TEST_CASE("definition: a byte order mark does no harm") {
  const auto problems =
      problems_of("\xEF\xBB\xBF{\"id\":\"b\",\"nodes\":[{\"id\":\"x\",\"type\":\"trigger\"}],\"edges\":[]}");
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].line == 1);
}

} // namespace core_compile_test
