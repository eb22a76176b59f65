// Reads a node's `credentials`: the source is written out, the name may be computed from what host and starter gave.
#include "runtime/core/credentials.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace pawl::core {
namespace {

struct parts {
  std::string source;
  std::string name;
};

// Only what stands before the first expression can be a source.
parts parts_of(const std::string& text) {
  const auto colon = text.substr(0, text.find("{{")).find(':');
  if (colon == std::string::npos) return {sealed_source, text};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

bool reads_results(const expression::mentions& mentioned) {
  return mentioned.every_node_all || !mentioned.nodes.empty();
}

void check_literal(const parts& of, const std::string& pointer, std::vector<problem>& problems) {
  if (const auto named = parse_secret_reference(of.source + ":" + of.name); !named)
    problems.push_back({false, pointer, named.failure().message, "name a secret, as NAME or SOURCE:NAME", 0, 0});
}

} // namespace

credential read_credential(std::string slot, const std::string& text, const std::string& pointer,
                           const expression::limits& allowed, std::vector<problem>& problems) {
  const parts of = parts_of(text);
  std::vector<expression::template_problem> found;
  credential made{std::move(slot), of.source, expression::json_template::compile_text(of.name, found, pointer, allowed),
                  text};
  for (auto& p : found)
    problems.push_back({p.is_warning, std::move(p.pointer), std::move(p.message), "correct the expression", 0, 0});
  if (reads_results(made.name.mentioned()))
    problems.push_back({false, pointer, "the name of a secret is made of `input`, `globals` and `run` only",
                        "take `nodes` out: what nodes answer must not choose secrets", 0, 0});
  else if (!made.name.has_expressions())
    check_literal(of, pointer, problems);
  else
    check_literal({of.source, "name"}, pointer, problems);
  return made;
}

result<secret_reference> name_now(const credential& of, const expression::value& root,
                                  const expression::environment& with) {
  auto rendered = of.name.render(root, with);
  if (!rendered) return rendered.failure();
  if (!*rendered || !(*rendered)->is_string())
    return error{errc::invalid_argument, "its name is no text: an expression in it gives something else", ""};
  return parse_secret_reference(of.source + ":" + (*rendered)->get_ref<const std::string&>());
}

} // namespace pawl::core
