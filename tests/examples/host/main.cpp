// A host program: a node type of its own, in a workflow that survives being killed.
#include <pawl/runtime.hpp>

#include <nlohmann/json.hpp>

#include <iostream>

const char* const workflow = R"({
  "id": "shipping",
  "input": {"type": "object", "required": ["parcels"]},
  "start": "each",
  "nodes": [
    {"id": "each", "type": "iterator", "data": {"items": "{{ input.parcels }}"}},
    {"id": "ship", "type": "ship", "data": "{{ nodes.each.output.item }}"},
    {"id": "pause", "type": "delay", "data": {"ms": 1000}}
  ],
  "edges": [
    {"source": "each", "sourceHandle": "loop", "target": "ship"},
    {"source": "ship", "target": "pause"},
    {"source": "pause", "target": "each"}
  ]
})";

pawl::outcome ship(pawl::node_context& node) {
  std::cout << "shipping " << node.data() << ", key " << node.idempotency_key() << std::endl;
  return pawl::outcome::output({{"shipped", node.data()}});
}

int failed(const pawl::error& why) {
  std::cerr << to_string(why) << '\n';
  return 1;
}

int main() {
  pawl::options options;
  options.store_path = "shipping.db";
  options.node_types.push_back({"ship", ship});
  options.on_log = [](const std::string& line) { std::cerr << line << '\n'; }; // else nothing is printed
  auto runtime = pawl::runtime::open(std::move(options));
  if (!runtime) return failed(runtime.failure());
  auto loaded = runtime->load_definition(workflow);
  if (!loaded) return failed(loaded.failure());
  pawl::start_options how;
  how.id = "order-1"; // starting it again is harmless: an id starts once
  auto started = runtime->start("shipping", {{"parcels", {"books", "tea", "maps", "ink"}}}, how);
  if (!started) return failed(started.failure());
  auto ended = runtime->wait("order-1");
  if (!ended) return failed(ended.failure());
  std::cout << to_string(ended->status()) << " after " << ended->revision() << " steps" << std::endl;
}
