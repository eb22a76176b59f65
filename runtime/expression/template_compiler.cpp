// Compiling data into a template: cuts its texts, compiles their expressions, gathers problems and what is mentioned.
#include "runtime/expression/template_content.hpp"
#include "runtime/expression/template_cut.hpp"
#include "runtime/expression/unicode.hpp"

#include <algorithm>
#include <set>

namespace pawl::expression {

namespace {

constexpr std::size_t problems_a_text_max = 20;
constexpr std::size_t problems_max = 100; ///< of errors, and of warnings
constexpr std::size_t token_bytes_max = 200;

} // namespace

std::string pointer_token(std::string_view key) {
  std::string out = "/";
  for (const char c : shortened(key, token_bytes_max)) {
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
    content->called = {{functions_.begin(), functions_.end()}, {transforms_.begin(), transforms_.end()}};
    content->expressions = expressions_;
    report_unlisted();
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
      node.children = {};
    } else {
      node.shape = data.is_array() ? template_shape::array : template_shape::object;
    }
  }

  void compile_text(template_node& node, const std::string& text, const std::string& pointer) {
    if (is_full_ || text.find("{{") == std::string::npos) return;
    const auto cut = cut_template(text, allowed_.template_expressions_max - expressions_);
    if (cut.has_plain_braces) {
      add_problem(
          pointer,
          "a text that looks like an expression stays plain: empty braces, no closing braces, or a line break inside",
          true);
    }
    std::string plain;
    const auto problems_end = errors_ + problems_a_text_max;
    for (const auto& piece : cut.pieces) {
      if (errors_ >= problems_end || is_full_) break; // the rest can wait: the template is refused
      if (!piece.is_expression) {
        plain = piece.text;
        continue;
      }
      node.shape = cut.is_whole ? template_shape::whole : template_shape::text;
      node.parts.push_back({std::exchange(plain, {}), compile_expression(piece.text, text, pointer)});
    }
    if (node.shape == template_shape::fixed) return;
    if (!plain.empty()) node.parts.push_back({std::move(plain), std::nullopt});
  }

  template_expression compile_expression(std::string_view raw, std::string_view text, const std::string& pointer) {
    if (expressions_ >= allowed_.template_expressions_max) return refuse_more(raw, pointer);
    ++expressions_;
    auto compiled = expression::compile(raw, allowed_);
    if (compiled) {
      out_->mentioned.merge(compiled->find_mentions());
      auto called = compiled->find_called_names();
      functions_.insert(called.functions.begin(), called.functions.end());
      transforms_.insert(called.transforms.begin(), called.transforms.end());
      out_->extensions.add(compiled->extensions_used());
      return {std::string(raw), std::move(compiled)};
    }
    auto failure = std::move(compiled).failure();
    if (!failure.where.empty()) failure.message += " at " + failure.where;
    const auto reference = reference_cut(text, static_cast<std::size_t>(raw.data() - text.data()));
    auto shown = shortened(reference.empty() ? raw : reference, shown_bytes_max);
    const auto own = shortened(raw, shown_bytes_max);
    if (shown != own) failure.message += " of [" + own + "]";
    failure.where.clear();
    add_problem(pointer, "Jexl Error in [" + shown + "]: " + failure.message, false);
    return {std::move(shown), std::move(failure)};
  }

  template_expression refuse_more(std::string_view raw, const std::string& pointer) {
    is_full_ = true;
    error failure{errc::limit,
                  "too many expressions: more than template_expressions_max = " +
                      std::to_string(allowed_.template_expressions_max),
                  ""};
    add_problem(pointer, failure.message, false);
    return {shortened(raw, shown_bytes_max), std::move(failure)};
  }

  void add_problem(const std::string& pointer, std::string message, bool is_warning) {
    auto& count = is_warning ? warnings_ : errors_;
    if (++count > problems_max) return;
    problems_.push_back({prefix_ + pointer, std::move(message), is_warning});
  }

  void report_unlisted() {
    if (errors_ > problems_max)
      problems_.push_back({prefix_, "and " + std::to_string(errors_ - problems_max) + " more expressions", false});
    if (warnings_ > problems_max)
      problems_.push_back({prefix_, "and " + std::to_string(warnings_ - problems_max) + " more such texts", true});
  }

  std::vector<template_problem>& problems_;
  const std::string& prefix_;
  const limits& allowed_;
  json_template::content* out_ = nullptr;
  std::set<std::string> functions_;
  std::set<std::string> transforms_;
  std::size_t expressions_ = 0;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
  bool is_full_ = false;
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
