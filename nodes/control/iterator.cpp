// iterator: one item a visit. Its items are fixed at the first visit and kept until the loop is done.
#include "nodes/control/control.hpp"
#include "nodes/control/data_fields.hpp"

#include <stdexcept>

namespace pawl::nodes {
namespace {

using nlohmann::json;

const json& items_of(node_context& c) {
  if (const json* kept = c.memory("items")) return *kept;
  const json* items = field(c.data(), "items");
  if (items == nullptr || !items->is_array()) throw std::invalid_argument("data.items must be an array");
  return *items;
}

outcome run_iterator(node_context& c) {
  const json& items = items_of(c);
  const json* next = c.memory("next");
  const std::size_t index = next != nullptr ? next->get<std::size_t>() : 0;
  if (index >= items.size()) return outcome::to("done", {{"count", items.size()}}).forget("items").forget("next");
  outcome step = outcome::to("loop", {{"item", items[index]}, {"index", index}}).remember("next", index + 1);
  return next != nullptr ? std::move(step) : std::move(step).remember("items", items);
}

} // namespace

node_type iterator_type() {
  node_type type;
  type.name = "iterator";
  type.execute = run_iterator;
  type.handles = {"loop", "done"};
  type.blocking = false;
  type.lazy_data = true; // the items are resolved once, when the loop starts
  return type;
}

} // namespace pawl::nodes
