// Compiling, and what can be told about a compiled expression without evaluating it.
#include "runtime/expression/program.hpp"

#include "runtime/expression/code.hpp"
#include "runtime/expression/parser.hpp"
#include "runtime/expression/unicode.hpp"

#include <algorithm>
#include <span>

namespace pawl::expression {

namespace {

void sort_unique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

/// `path` starts at the outermost context, so that its first step is one of the context's own names.
void add_mention(mentions& found, std::span<const step> path) {
  const auto root = path[0].name;
  found.input = found.input || root == "input";
  found.globals = found.globals || root == "globals";
  found.run = found.run || root == "run";
  if (root != "nodes") return;
  if (path.size() == 1) { // passed on whole, filtered, or indexed by something computed
    found.every_node_all = true;
    return;
  }
  auto& node = found.nodes[std::string(path[1].name)];
  const bool takes_entry = path.size() == 2 || path[2].name == "all";
  (takes_entry ? node.all : node.latest) = true;
}

} // namespace

void called_names::merge(const called_names& other) {
  functions.insert(functions.end(), other.functions.begin(), other.functions.end());
  transforms.insert(transforms.end(), other.transforms.begin(), other.transforms.end());
  sort_unique(functions);
  sort_unique(transforms);
}

std::string_view program::source() const noexcept { return code_->source; }

extension_set program::extensions_used() const noexcept { return code_->extensions; }

mentions program::find_mentions() const {
  mentions found;
  for (const auto& i : code_->instructions) {
    if (i.code == op::path_context) add_mention(found, std::span(code_->steps).subspan(i.operand, i.count));
  }
  return found;
}

called_names program::find_called_names() const {
  called_names found;
  for (const auto& i : code_->instructions) {
    if (i.code == op::call_function) found.functions.emplace_back(code_->names[i.operand]);
    if (i.code == op::call_transform) found.transforms.emplace_back(code_->names[i.operand]);
  }
  sort_unique(found.functions);
  sort_unique(found.transforms);
  return found;
}

result<program> compile(std::string_view source, const limits& allowed) {
  if (source.size() > allowed.source_bytes_max) {
    return error{errc::limit,
                 "the expression is too long: more than source_bytes_max = " + std::to_string(allowed.source_bytes_max),
                 ""};
  }
  if (const auto fault = find_invalid_utf8(source)) {
    return error{errc::bad_expression, "the expression is not UTF-8", "byte " + std::to_string(*fault)};
  }
  auto compiled = std::make_shared<code>();
  compiled->source = source;
  if (auto failure = parser(*compiled, allowed).run()) return std::move(*failure);
  return program(std::move(compiled));
}

} // namespace pawl::expression
