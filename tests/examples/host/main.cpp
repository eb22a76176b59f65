// A host program: registers a node type of its own and runs a workflow that survives being killed.
#include <pawl/runtime.hpp>

#include <nlohmann/json.hpp>

#include <iostream>

const char* const workflow = R"({
  "id": "shipping",
  "input": {"type": "object", "required": ["parcels"], "properties": {"parcels": {"type": "array"}}},
  "nodes": [
    {"id": "in", "type": "trigger"},
    {"id": "each", "type": "iterator", "data": {"items": "{{ input.parcels }}"}},
    {"id": "ship", "type": "ship", "data": {"parcel": "{{ nodes.each.output.item }}"}},
    {"id": "pause", "type": "delay", "data": {"ms": 1000}}
  ],
  "edges": [
    {"source": "in", "target": "each"},
    {"source": "each", "sourceHandle": "loop", "target": "ship"},
    {"source": "ship", "target": "pause"},
    {"source": "pause", "target": "each"}
  ]
})";

pawl::outcome ship(pawl::node_context& node) {
  std::cout << "shipping " << node.data()["parcel"] << ", key " << node.idempotency_key() << std::endl;
  return pawl::outcome::output({{"shipped", node.data()["parcel"]}});
}

int main() {
  pawl::options options;
  options.store_path = "shipping.db";
  options.node_types.push_back({"ship", ship});
  auto runtime = pawl::runtime::open(std::move(options));
  if (!runtime) return std::cerr << to_string(runtime.failure()) << '\n', 1;
  auto loaded = runtime->load_definition(workflow);
  if (!loaded) return std::cerr << to_string(loaded.failure()) << '\n', 1;
  pawl::start_options how;
  how.id = "order-1"; // starting it again is harmless: an id starts once
  auto started = runtime->start("shipping", {{"parcels", {"books", "tea", "maps", "ink"}}}, how);
  if (!started) return std::cerr << to_string(started.failure()) << '\n', 1;
  auto ended = runtime->wait("order-1");
  if (!ended) return std::cerr << to_string(ended.failure()) << '\n', 1;
  std::cout << to_string(ended->status()) << " after " << ended->revision() << " steps" << std::endl;
}
