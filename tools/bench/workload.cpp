// The node types and definitions of the benches.
#include "tools/bench/workload.hpp"

#include <pawl/node.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <future>
#include <stdexcept>

namespace pawl::bench {
namespace {

using nlohmann::json;

constexpr auto patience = std::chrono::minutes(30);

constexpr char number_schema[] = R"({"type": "object", "required": ["n", "text"], "additionalProperties": false,
  "properties": {"n": {"type": "integer", "minimum": 0}, "text": {"type": "string", "maxLength": 1000}}})";
constexpr char input_schema[] = R"({"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}})";

outcome count(node_context& context) {
  return outcome::output({{"n", context.data().at("n")}, {"text", std::string(80, 'x')}});
}

outcome repeat(node_context& context) {
  const json& n = context.data().at("n");
  json output{{"n", n}, {"text", std::string(280, 'x')}};
  if (n < context.input().at("limit")) return outcome::to("again", std::move(output));
  return outcome::output(std::move(output));
}

outcome park(node_context& context) {
  if (context.payload() != nullptr) return outcome::output(*context.payload());
  if (context.input().value("timer", false)) return outcome::pause_until_timeout(std::chrono::hours(24 * 365));
  return outcome::pause();
}

node_type quick_type(const char* name, node_type::executor run) {
  node_type type(name, std::move(run));
  type.blocking = false;
  return type;
}

json node_of(const std::string& id, const char* type, json data) {
  json node{{"id", id}, {"type", type}};
  if (!data.is_null()) node["data"] = std::move(data);
  return node;
}

} // namespace

std::vector<node_type> bench_types() {
  std::vector<node_type> types{quick_type("count", count), quick_type("repeat", repeat), quick_type("park", park)};
  types[0].input_schema = number_schema;
  types[1].input_schema = number_schema;
  types[1].handles = {"again"};
  types[2].can_wait = true;
  return types;
}

std::string linear_definition(int nodes) {
  json document{{"id", "linear"}, {"start", "n1"}, {"input", json::parse(input_schema)}, {"edges", json::array()}};
  for (int i = 1; i <= nodes; ++i) {
    const std::string last = i == 1 ? "input.n" : fmt::format("nodes.n{}.last.data.n", i - 1);
    const std::string id = fmt::format("n{}", i);
    document["nodes"].push_back(
        node_of(id, "count", {{"n", fmt::format("{{{{ {} + 1 }}}}", last)}, {"text", "a step of ten"}}));
    if (i > 1) document["edges"].push_back({{"source", fmt::format("n{}", i - 1)}, {"target", id}});
  }
  return document.dump();
}

std::string loop_definition() {
  const char* const next = "{{ nodes.r.last ? nodes.r.last.data.n + 1 : 1 }}";
  return json{{"id", "loop"},
              {"start", "r"},
              {"stepLimit", 0},
              {"nodes", {node_of("r", "repeat", {{"n", next}, {"text", "once more"}})}},
              {"edges", {{{"source", "r"}, {"sourceHandle", "again"}, {"target", "r"}}}}}
      .dump();
}

std::string park_definition() {
  return json{{"id", "park"}, {"start", "p"}, {"nodes", {node_of("p", "park", nullptr)}}, {"edges", json::array()}}
      .dump();
}

std::unique_ptr<host::engine> open_engine(const std::string& file, std::shared_ptr<observations> seen,
                                          const storage::payload_protection& payloads) {
  options opts;
  opts.store_path = file;
  opts.node_types = bench_types();
  return must(host::engine::open(
      std::move(opts), [file, payloads, seen = std::move(seen)]() -> result<std::unique_ptr<storage::store>> {
        if (file.empty())
          return std::unique_ptr<storage::store>(std::make_unique<watched_store>(storage::open_memory_store(), seen));
        auto inner = storage::open_sqlite_store(file, 0, payloads);
        if (!inner) return inner.failure();
        return std::unique_ptr<storage::store>(std::make_unique<watched_store>(*std::move(inner), seen));
      }));
}

void start_all(host::engine& engine, const std::string& definition, int count) {
  std::vector<std::future<result<std::string>>> started;
  started.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    started.push_back(engine.start_async(definition, {{"n", 0}}, {}));
  for (auto& each : started)
    must(each.get());
}

linear_run run_linear(const std::string& file, int instances, int waves, const std::shared_ptr<observations>& seen,
                      const storage::payload_protection& payloads) {
  auto engine = open_engine(file, seen, payloads);
  must(engine->load_definition(linear_definition(linear_nodes), ""));
  const usage before = usage_now();
  const moment begin = now();
  for (int i = 0; i < waves; ++i) {
    start_all(*engine, "linear", instances);
    must(engine->drain(patience));
  }
  linear_run run;
  run.seconds = seconds_between(begin, now());
  run.cpu_us = usage_now().cpu_us - before.cpu_us;
  engine->stop();
  run.bytes_written = usage_now().bytes_written - before.bytes_written;
  run.steps = static_cast<double>(instances) * waves * linear_nodes;
  run.commits = static_cast<double>(seen->batches.size());
  run.batch_mean = static_cast<double>(seen->changes) / run.commits;
  if (seen->changes != static_cast<std::int64_t>(instances) * waves * linear_changes)
    throw std::runtime_error(fmt::format("{} changes were committed: some instance failed", seen->changes.load()));
  return run;
}

} // namespace pawl::bench
