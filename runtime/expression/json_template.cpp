// Rendering a compiled template, to JSON or to a value.
#include "runtime/expression/json_template.hpp"

#include "runtime/expression/json_text.hpp"
#include "runtime/expression/template_content.hpp"

#include <algorithm>

namespace pawl::expression {

namespace {

using json = nlohmann::json;

/// One rendering: the first failing text ends it, and every call answers whether to go on.
class renderer {
public:
  renderer(const value& root, const environment& with) noexcept
      : root_(root), with_(with), text_cost_(with.allowed, with.should_stop, with.now_ms),
        builder_(with.allowed.output_bytes_max) {}

  error take_failure() { return std::move(failure_); }

  /// False in `is_there`: undefined.
  bool render(json& out, bool& is_there, const template_node& node) {
    is_there = true;
    switch (node.shape) {
      case template_shape::fixed: out = *node.data; return true;
      case template_shape::whole: return render_whole(out, is_there, node);
      case template_shape::text: return render_text(out, node);
      case template_shape::array: return render_array(out, node);
      case template_shape::object: return render_object(out, node);
    }
    return true;
  }

  bool render(value& out, const template_node& node) {
    switch (node.shape) {
      case template_shape::fixed: out = value::borrow(*node.data); return true;
      case template_shape::whole: return evaluate_part(out, *node.parts[0].expression, node);
      case template_shape::array: return render_array(out, node);
      case template_shape::object: return render_object(out, node);
      case template_shape::text: break;
    }
    std::string text;
    if (!join(text, node)) return false;
    out = value::text(std::move(text));
    return true;
  }

private:
  bool evaluate_part(value& out, const template_expression& part, const template_node& node) {
    if (!part.compiled) return fail(part.compiled.failure(), part, node);
    auto answer = evaluate(*part.compiled, root_, with_);
    if (!answer) {
      auto failure = std::move(answer).failure();
      if (!failure.where.empty()) failure.message += " at " + failure.where;
      return fail(std::move(failure), part, node);
    }
    out = *std::move(answer);
    return true;
  }

  bool render_whole(json& out, bool& is_there, const template_node& node) {
    const auto& part = *node.parts[0].expression;
    value answer;
    if (!evaluate_part(answer, part, node)) return false;
    is_there = !answer.is(kind::undefined);
    return builder_.build(out, answer) || fail(builder_.take_failure(), part, node);
  }

  bool render_text(json& out, const template_node& node) {
    std::string text;
    if (!join(text, node)) return false;
    if (!builder_.charge(text.size() + 2)) return fail_at(builder_.take_failure(), node);
    out = std::move(text);
    return true;
  }

  bool join(std::string& out, const template_node& node) {
    for (const auto& part : node.parts) {
      out += part.plain;
      if (part.expression && !append_part(out, *part.expression, node)) return false;
    }
    return true;
  }

  bool append_part(std::string& out, const template_expression& part, const template_node& node) {
    value answer;
    if (!evaluate_part(answer, part, node)) return false;
    if (answer.is_nullish()) return true;
    return append_template_text(out, answer, text_cost_) || fail(text_cost_.take_failure(), part, node);
  }

  bool render_array(json& out, const template_node& node) {
    out = json::array();
    auto& items = out.get_ref<json::array_t&>();
    items.reserve(node.children.size());
    bool is_there = true;
    return std::all_of(node.children.begin(), node.children.end(),
                       [&](const auto& child) { return render(items.emplace_back(), is_there, child); });
  }

  bool render_object(json& out, const template_node& node) {
    out = json::object();
    auto& members = out.get_ref<json::object_t&>();
    auto child = node.children.begin();
    for (const auto& [key, unused] : node.data->get_ref<const json::object_t&>()) {
      bool is_there = true;
      json member;
      if (!render(member, is_there, *child++)) return false;
      if (is_there) members.emplace_hint(members.end(), key, std::move(member));
    }
    return true;
  }

  bool render_array(value& out, const template_node& node) {
    std::vector<value> items(node.children.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!render(items[i], node.children[i])) return false;
    }
    out = value::array(std::move(items));
    return true;
  }

  bool render_object(value& out, const template_node& node) {
    value::members members;
    members.reserve(node.children.size());
    auto child = node.children.begin();
    for (const auto& [key, unused] : node.data->get_ref<const json::object_t&>()) {
      members.emplace_back(key, value());
      if (!render(members.back().second, *child++)) return false;
    }
    out = value::object(std::move(members));
    return true;
  }

  bool fail(error e, const template_expression& part, const template_node& node) {
    e.message.insert(0, "Jexl Error in [" + part.raw + "]: ");
    return fail_at(std::move(e), node);
  }

  bool fail_at(error e, const template_node& node) {
    failure_ = std::move(e);
    failure_.where = node.pointer;
    return false;
  }

  const value& root_;
  const environment& with_;
  meter text_cost_;
  json_builder builder_;
  error failure_;
};

} // namespace

bool json_template::has_expressions() const noexcept { return content_->root.shape != template_shape::fixed; }

const mentions& json_template::mentioned() const noexcept { return content_->mentioned; }

const called_names& json_template::called() const noexcept { return content_->called; }

extension_set json_template::extensions_used() const noexcept { return content_->extensions; }

result<std::optional<nlohmann::json>> json_template::render(const value& root, const environment& with) const {
  renderer r(root, with);
  std::optional<json> out(std::in_place);
  bool is_there = true;
  if (!r.render(*out, is_there, content_->root)) return r.take_failure();
  if (!is_there) out.reset();
  return out;
}

result<value> json_template::render_value(const value& root, const environment& with) const {
  renderer r(root, with);
  value out;
  if (!r.render(out, content_->root)) return r.take_failure();
  return out;
}

} // namespace pawl::expression
