// Templates: a text by itself, and the same as JSON data. A text without braces is itself; both ways of rendering
// agree.
#include "tests/fuzz/support.hpp"

#include "runtime/core/json.hpp"
#include "runtime/expression/json_template.hpp"
#include "runtime/expression/json_text.hpp"

#include <algorithm>

using namespace pawl;
using namespace pawl::expression;

namespace {

std::string shown(const result<std::optional<nlohmann::json>>& rendered) {
  if (!rendered) return to_string(rendered.failure());
  return *rendered ? core::canonical_json(**rendered) : "undefined";
}

void check(const json_template& t, const std::vector<template_problem>& problems) {
  const auto root = value::borrow(fuzz::context());
  const environment with;
  usage used;
  const auto rendered = t.render(root, with, &used);
  const bool is_broken =
      std::any_of(problems.begin(), problems.end(), [](const template_problem& p) { return !p.is_warning; });
  fuzz::require(!is_broken || !rendered, "a broken template does not render");
  fuzz::require(problems.size() <= 202, "problems are bounded");
  fuzz::require(used.steps <= with.allowed.template_steps_max + 2 * with.allowed.steps_max, "steps keep their limit");
  fuzz::require(shown(rendered) == shown(t.render(root, with)), "rendering is deterministic");
  const auto as_value = t.render_value(root, with);
  if (!rendered || !as_value) return;
  const auto document = to_json(*as_value, with.allowed);
  // By value: a whole number may be an integer or a double.
  fuzz::require(!document || *document == *rendered, "render() and render_value() agree");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  // Texts come from parsed JSON: they are UTF-8.
  const nlohmann::json plain = std::string(text);
  if (!core::to_text(plain, "the text")) return 0;
  std::vector<template_problem> problems;
  const auto alone = json_template::compile_text(std::string(text), problems);
  check(alone, problems);
  if (text.find("{{") == std::string_view::npos) {
    fuzz::require(!alone.has_expressions() && problems.empty(), "a text without braces is no template");
    const auto rendered = alone.render(value(), {});
    fuzz::require(rendered && *rendered && **rendered == plain, "a text without braces is itself");
  }
  const auto document = core::parse_json(text, "the data");
  if (!document) return 0;
  problems.clear();
  check(json_template::compile(*document, problems), problems);
  return 0;
}
