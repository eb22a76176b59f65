// The flattened context as a value of the expression language (runtime/SEMANTICS.md, What expressions see).
#include "runtime/core/context.hpp"

namespace pawl::core {
namespace {

using expression::value;

value borrow(const json_ptr& document) { return document ? value::borrow(*document) : value(); }

value entry_of(const context_result& r) {
  value::members members{{"data", borrow(r.output)}, {"timestamp", value::integer(r.at)}};
  if (!r.error.empty()) members.emplace_back("error", value::text(r.error));
  return value::object(std::move(members));
}

value node_of(const context_node& node) {
  value::members members;
  if (node.with_all) {
    std::vector<value> all;
    all.reserve(node.results.size());
    for (const context_result& r : node.results)
      all.push_back(entry_of(r));
    members.emplace_back("all", value::array(std::move(all)));
  }
  members.emplace_back("last", entry_of(node.results.back()));
  members.emplace_back("output", borrow(node.results.back().output));
  return value::object(std::move(members));
}

} // namespace

value root_of(const flattened_context& from) {
  value::members nodes;
  for (const context_node& node : from.nodes)
    if (!node.results.empty()) nodes.emplace_back(node.id, node_of(node));
  const run_info& r = from.run;
  value run = value::object({{"id", value::text(r.instance_id)},
                             {"node", value::text(r.node_id)},
                             {"visit", value::integer(r.visit)},
                             {"attempt", value::integer(r.attempt)},
                             {"time", value::integer(r.time)}});
  return value::object({{"nodes", value::object(std::move(nodes))},
                        {"input", borrow(from.input)},
                        {"globals", borrow(from.globals)},
                        {"run", std::move(run)}});
}

} // namespace pawl::core
