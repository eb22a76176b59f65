// What is given to the calls is made before the memory fails; what they give is read after it.
#include "tests/allocation/pure_targets.hpp"

#include "nodes/catalog.hpp"
#include "runtime/core/json.hpp"
#include "runtime/core/workflow.hpp"
#include "runtime/host/inspect.hpp"
#include "runtime/schema/schema.hpp"
#include "storage/codec.hpp"
#include "tests/contract/promises.hpp"
#include "tests/golden/golden.hpp"
#include "tests/support/places.hpp"

#include <pawl/expression.hpp>
#include <pawl/functions.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

namespace pawl::allocation {
namespace {

using nlohmann::json;

std::string file(const std::string& name) {
  std::ifstream in(test::source("tests/" + name));
  if (!in) throw std::runtime_error("cannot read " + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string text(const error& e) { return "error " + to_string(e); }
std::string text(const json& value) { return value.dump(); }
std::string text(const core::json_ptr& value) { return value ? value->dump() : "undefined"; }
std::string text(const std::string& value) { return value; }
std::string text(const result<void>& r) { return r ? "done" : text(r.failure()); }

std::string text(const std::vector<problem>& problems) {
  std::string all;
  for (const problem& p : problems)
    all += p.pointer + ": " + p.message + "; " + p.advice + "\n";
  return all;
}
std::string text(const core::compiled& c) {
  return text(c.problems) + (c.workflow ? c.workflow->hash + std::to_string(c.workflow->nodes.size()) : "none");
}
std::string text(const snapshot& s) { return s.document().dump(); }
std::string text(const std::vector<history_entry>& entries) {
  std::string all;
  for (const history_entry& e : entries)
    all += std::to_string(e.revision) + e.event + e.node + e.error + e.note + text(e.output) + "\n";
  return all;
}

std::string text(const storage::step_write& w) {
  std::string all = std::to_string(w.header.revision) + to_string(w.header.status) + w.step.node + w.step.note +
                    w.step.output.value_or("-").substr(0, 20) + w.step.detail.value_or("-") +
                    w.step.error.value_or("-");
  for (const storage::cursor_row& c : w.cursors_set)
    all += c.key + c.node + c.payload.value_or("-") + c.node_state.value_or("-") + c.wait_reason;
  for (const storage::memory_row& m : w.memories_set)
    all += m.node + m.name + m.value.value_or("-");
  return all + std::to_string(w.timers_set.size()) + std::to_string(w.visits_set.size()) + "\n";
}
std::string text(const std::vector<storage::change>& life) {
  std::string all;
  for (const storage::change& c : life) {
    const auto* step = std::get_if<storage::step_write>(&c);
    all += text(step != nullptr ? *step : std::get<storage::create_write>(c).first);
  }
  return all;
}

template <class T> std::string text(const result<T>& r) { return r ? text(*r) : text(r.failure()); }

const auto as_text = [](const auto& answer) { return text(answer); };

template <class Call> target call(std::string name, Call c) {
  return make_target(std::move(name), std::move(c), as_text);
}

} // namespace

std::vector<target> json_targets() {
  std::vector<target> all;
  const auto parse = [&](const char* name, std::string source) {
    all.push_back(call(std::string("json: ") + name, [source] { return core::parse_json(source, "the payload"); }));
  };
  parse("parse", file("golden/everything.json"));
  parse("parse, a member twice", R"({"a": [1, "text that is long enough for the heap", {"b": null}], "a": 2})");
  parse("parse, cut off", R"({"a": [1, 2, {"b": "text that is long enough for the heap")");
  const json value = json::parse(file("golden/everything.json"));
  all.push_back(call("json: to text", [value] { return core::to_text(value, "the payload"); }));
  all.push_back(call("json: canonical", [value] { return core::canonical_json(value); }));
  return all;
}

std::vector<target> definition_targets() {
  auto types = std::make_shared<core::node_types>(nodes::built_in_types());
  for (const node_type& own : golden::host_types({}))
    if (!core::add_type(*types, own)) throw std::runtime_error("a type is refused");
  std::vector<target> all;
  const auto compile = [&](const char* name, std::string source) {
    all.push_back(call(std::string("definition: ") + name,
                       [source, types] { return core::compile(source, "fallback", *types); }));
  };
  compile("a loop", file("examples/loop.json"));
  compile("schemas", file("examples/order.json"));
  compile("of the golden store", file("golden/everything.json"));
  compile("many problems", R"({
    "id": "bad", "strat": "a", "input": {"type": "objekt", "pattern": "("}, "nodes": [
      {"id": "a", "type": "unknown", "data": "{{ nodes.missing.output }}"}, {"id": "a", "type": "set", "data": "{{ 1 + }}"},
      {"id": "b", "type": "wait", "data": {"schema": {"type": 1}, "timeout": "soon"}, "retry": {"maxAttempts": "many"}}],
    "edges": [{"source": "a", "target": "nowhere"}, {"source": "b", "sourceHandle": "left", "target": "a"}]})");
  return all;
}

std::vector<target> schema_targets() {
  const json order = json::parse(file("examples/order.json"));
  const json document = order["input"];
  const json hostile = json::parse(file("examples/hostile-order.json"));
  const json good{{"orderId", "AB-1"}, {"email", "a@example.org"}, {"items", {{{"sku", "tea"}, {"quantity", 2}}}}};
  std::vector<problem> none;
  const auto compiled = schema::schema::compile(document, none);
  std::vector<target> all;
  all.push_back(call("schema: compile", [document] {
    std::vector<problem> problems;
    const bool made = schema::schema::compile(document, problems) != nullptr;
    if (!made && problems.empty()) problems.push_back({false, "", "refused without a reason", ""});
    return problems;
  }));
  const auto check = [&](const char* name, const json& value) {
    all.push_back(
        call(std::string("schema: ") + name, [compiled, value] { return schema::require(*compiled, value, "it"); }));
  };
  check("check what fits", good);
  check("check what does not", hostile);
  return all;
}

std::vector<target> expression_targets() {
  const auto context = std::make_shared<const json>(json{
      {"input",
       {{"name", "Ada"}, {"items", {{{"price", 1.5}, {"n", "a long text that lies on the heap"}}, {{"price", 3}}}}}},
      {"nodes", {{"ask", {{"output", {{"by", "Bo"}}}}}}}});
  std::vector<target> all;
  const auto evaluate = [&](const std::string& source, const std::shared_ptr<const json>& with) {
    all.push_back(call("expression: " + source, [source, with] { return evaluate_expression(source, *with); }));
  };
  evaluate("input.items[.price > 1]|map('price')|sum + nodes.ask.output.by.length * 2", context);
  evaluate("{a: input.name + ' and ' + input.items[0].n, b: [1, 2, input.items]}", context);
  evaluate("input.items|unknown", context);
  evaluate("input.items[ +", context);
  for (const function_doc& doc : standard_functions())
    for (const function_example& e : doc.examples)
      evaluate(e.expression, std::make_shared<const json>(json::parse(e.context)));
  const json data{{"text", "Hello {{ input.name }}, {{ input.items.length }} items"},
                  {"whole", "{{ input.items }}"},
                  {"list", {"{{ missing }}", {{"deep", "{{ input.items|map('n') }}"}}}}};
  all.push_back(call("template: render", [data, context] { return render_template(data, *context); }));
  const json broken{{"a", "{{ 1 + }}"}, {"b", "{{ input.name|unknown }}"}};
  all.push_back(call("template: broken", [broken, context] { return render_template(broken, *context); }));
  return all;
}

std::vector<target> first_expression_targets() {
  const auto context = std::make_shared<const json>(json{{"name", "Grüße"}, {"at", 0}});
  std::vector<target> all;
  for (const char* source :
       {"name|upper|length", "name|matches('(?i)GR')", "at|formatTime('EEE d MMM')", "name|sha256|base64"})
    all.push_back(call(std::string("expression: ") + source,
                       [source, context] { return evaluate_expression(source, *context); }));
  return all;
}

std::vector<target> core_targets() {
  const auto life = test::life_of("a");
  const std::shared_ptr<storage::store> rows = storage::open_memory_store();
  if (!rows->save_definition(test::life_definition(), 1)) throw std::runtime_error("a definition is refused");
  for (const storage::change& c : life)
    if (!rows->write({test::for_instance(c, 1)})[0]) throw std::runtime_error("a step is refused");
  std::vector<target> all;
  all.push_back(call("core: transitions and rows", [] { return test::life_of("another instance"); }));
  all.push_back(call("core: snapshot", [rows] { return host::read_snapshot(*rows, "a"); }));
  all.push_back(call("core: history", [rows] { return host::read_history(*rows, "a", 0, 100); }));
  all.push_back(call("core: replay", [rows] {
    storage::reader& from = *rows;
    return storage::check_replay(test::life_workflow(), from, 1);
  }));
  return all;
}

} // namespace pawl::allocation
