// Compiling data into a template: cuts its texts, compiles their expressions, gathers problems and what is mentioned.
#include "runtime/expression/template_content.hpp"
#include "runtime/expression/template_cut.hpp"

#include <algorithm>

namespace pawl::expression {

namespace {

constexpr std::size_t problems_a_text_max = 20;

std::string pointer_token(std::string_view key) {
  std::string out = "/";
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

} // namespace

class template_compiler {
public:
  using json = nlohmann::json;

  template_compiler(std::vector<template_problem>& problems, const std::string& prefix, const limits& allowed)
      : problems_(problems), prefix_(prefix), allowed_(allowed) {}

  json_template run(json data) {
    auto content = std::make_shared<json_template::content>();
    content->data = std::move(data);
    out_ = content.get();
    std::string pointer;
    compile_node(content->root, content->data, pointer, 0);
    return json_template(std::move(content));
  }

private:
  void compile_node(template_node& node, const json& data, std::string& pointer, std::size_t depth) {
    node.data = &data;
    if (depth > value_depth_max) return add_problem(pointer, "the data is nested too deeply", false);
    if (data.is_string()) return compile_text(node, data.get_ref<const std::string&>(), pointer);
    if (!data.is_structured()) return;
    node.children.resize(data.size());
    auto child = node.children.begin();
    const auto length = pointer.size();
    for (auto item = data.begin(); item != data.end(); ++item, ++child) {
      pointer += data.is_object() ? pointer_token(item.key()) : "/" + std::to_string(item - data.begin());
      compile_node(*child, *item, pointer, depth + 1);
      pointer.resize(length);
    }
    const auto is_fixed = [](const template_node& n) { return n.shape == template_shape::fixed; };
    if (std::all_of(node.children.begin(), node.children.end(), is_fixed)) {
      node.children.clear();
    } else {
      node.shape = data.is_array() ? template_shape::array : template_shape::object;
    }
  }

  void compile_text(template_node& node, const std::string& text, const std::string& pointer) {
    if (text.find("{{") == std::string::npos) return;
    const auto cut = cut_template(text);
    if (cut.has_plain_braces) {
      add_problem(
          pointer,
          "a text that looks like an expression stays plain: empty braces, no closing braces, or a line break inside",
          true);
    }
    std::string plain;
    const auto problems_end = problems_.size() + problems_a_text_max;
    for (const auto& piece : cut.pieces) {
      if (problems_.size() >= problems_end) break; // the rest can wait: the template is refused
      if (!piece.is_expression) {
        plain = piece.text;
        continue;
      }
      node.shape = cut.is_whole ? template_shape::whole : template_shape::text;
      node.parts.push_back({std::exchange(plain, {}), compile_expression(piece.text, text, pointer)});
    }
    if (node.shape == template_shape::fixed) return;
    if (!plain.empty()) node.parts.push_back({std::move(plain), std::nullopt});
    node.pointer = pointer;
  }

  template_expression compile_expression(std::string_view raw, std::string_view text, const std::string& pointer) {
    auto compiled = expression::compile(raw, allowed_);
    if (compiled) {
      out_->mentioned.merge(compiled->find_mentions());
      out_->called.merge(compiled->find_called_names());
      out_->extensions.add(compiled->extensions_used());
      return {std::string(raw), std::move(compiled)};
    }
    auto failure = std::move(compiled).failure();
    if (!failure.where.empty()) failure.message += " at " + failure.where;
    std::string shown(reference_cut(text, static_cast<std::size_t>(raw.data() - text.data())));
    if (shown.empty()) shown = raw;
    if (shown != raw) failure.message += " of [" + std::string(raw) + "]";
    failure.where.clear();
    add_problem(pointer, "Jexl Error in [" + shown + "]: " + failure.message, false);
    return {std::move(shown), std::move(failure)};
  }

  void add_problem(const std::string& pointer, std::string message, bool is_warning) {
    problems_.push_back({prefix_ + pointer, std::move(message), is_warning});
  }

  std::vector<template_problem>& problems_;
  const std::string& prefix_;
  const limits& allowed_;
  json_template::content* out_ = nullptr;
};

json_template json_template::compile(const nlohmann::json& data, std::vector<template_problem>& problems,
                                     const std::string& pointer_prefix, const limits& allowed) {
  return template_compiler(problems, pointer_prefix, allowed).run(data);
}

json_template json_template::compile_text(std::string text, std::vector<template_problem>& problems,
                                          const std::string& pointer_prefix, const limits& allowed) {
  return template_compiler(problems, pointer_prefix, allowed).run(std::move(text));
}

} // namespace pawl::expression
