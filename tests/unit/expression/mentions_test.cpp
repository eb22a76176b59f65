// Which parts of the context an expression can read: never less than it does.
#include "tests/unit/expression/support.hpp"

namespace expression_mentions_test {

using namespace expression_tests;

namespace {

/// "a:latest b:all *" for people.
std::string mentioned(const char* source) {
  const auto compiled = compile(source);
  REQUIRE(compiled);
  const auto found = compiled->find_mentions();
  std::string out;
  for (const auto& [id, used] : found.nodes) {
    out += id + (used.latest ? ":latest" : "") + (used.all ? ":all" : "") + " ";
  }
  if (found.every_node_all) out += "* ";
  if (found.input) out += "input ";
  if (found.globals) out += "globals ";
  if (found.run) out += "run ";
  if (!out.empty()) out.pop_back();
  return out;
}

} // namespace

TEST_CASE("mentions: of nodes, results and the other names") {
  const std::pair<const char*, const char*> rows[] = {
      {"1 + x", ""},
      {"nodes.a.output.x", "a:latest"},
      {"nodes.a.last", "a:latest"},
      {"nodes['a b'].last.data", "a b:latest"},
      {"nodes[\"a\"]['all']", "a:all"},
      {"nodes.a.all[0].data", "a:all"},
      {"nodes.a", "a:all"},
      {"nodes.a[k]", "a:all"},
      {"nodes.a[.x]", "a:all"},
      {"nodes.a.nosuch", "a:latest"},
      {"nodes.a.output + nodes.a.all", "a:latest:all"},
      {"nodes", "*"},
      {"nodes[k].output", "*"},
      {"nodes[.output]", "*"},
      {"f(nodes)", "*"},
      {"nodes|t", "*"},
      {"(nodes).a.output", "*"},
      {"[nodes][0].a", "*"},
      {".nodes.a.output", "a:latest"},
      {".nodes", "*"},
      {"x[.nodes.a]", ""},
      {"x[nodes.a.output == .y]", "a:latest"},
      {"x[nodes.a[.nodes]]", "a:all"},
      {"x ? nodes.a.output : nodes.b.all", "a:latest b:all"},
      {"{k: nodes.a.output}.k", "a:latest"},
      {"(x ? nodes : y).a", "*"},
      {"nodes[0].output", "0:latest"},
      {"input.a + globals.b + run.id", "input globals run"},
      {"x.input", ""},
      {"x[.input == input]", "input"},
  };
  for (const auto& [source, wanted] : rows) {
    INFO(source);
    CHECK(mentioned(source) == wanted);
  }
}

TEST_CASE("mentions: merging keeps everything") {
  auto both = compile("nodes.a.output + input")->find_mentions();
  both.merge(compile("nodes.a.all == nodes.b.last + run + globals")->find_mentions());
  CHECK((both.nodes["a"].latest && both.nodes["a"].all && both.nodes["b"].latest && !both.nodes["b"].all));
  CHECK((both.input && both.run && both.globals && !both.every_node_all));
}

TEST_CASE("mentions: called names") {
  const auto called = compile("f(g(1)) + (x|t|u(f()))")->find_called_names();
  CHECK(called.functions == std::vector<std::string>{"f", "g"});
  CHECK(called.transforms == std::vector<std::string>{"t", "u"});
}

} // namespace expression_mentions_test
