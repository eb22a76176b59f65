// Rendering a compiled template, to JSON or to a value.
#include "runtime/expression/json_template.hpp"

#include "runtime/expression/json_text.hpp"
#include "runtime/expression/template_content.hpp"
#include "runtime/expression/unicode.hpp"

namespace pawl::expression {

namespace {

using json = nlohmann::json;

/// One rendering: the first failing text ends it, and every call answers whether to go on.
class renderer {
public:
  renderer(const value& root, const environment& with)
      : root_(root), with_(with), text_cost_(with.allowed, with.should_stop, with.now_ms),
        builder_(with.allowed.output_bytes_max) {
    if (with.now_ms) since_ms_ = with.now_ms();
    text_cost_.join_rendering(since_ms_);
  }

  error take_failure() { return std::move(failure_); }
  void add_usage(usage& to) const noexcept {
    const usage texts = text_cost_.used();
    to.steps += used_.steps + texts.steps;
    to.allocated_bytes += used_.allocated_bytes + texts.allocated_bytes;
  }

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
      case template_shape::whole: return evaluate_part(out, *node.parts[0].expression);
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
  bool evaluate_part(value& out, const template_expression& part) {
    if (!part.compiled) return fail(part.compiled.failure(), part);
    if (!is_affordable()) return false;
    auto answer = evaluate(*part.compiled, root_, with_, used_, since_ms_);
    if (!answer) {
      auto failure = std::move(answer).failure();
      if (!failure.where.empty()) failure.message += " at " + failure.where;
      return fail(std::move(failure), part);
    }
    out = *std::move(answer);
    return true;
  }

  bool is_affordable() {
    const limits& allowed = with_.allowed;
    if (used_.steps >= allowed.template_steps_max) return over("template_steps_max", allowed.template_steps_max);
    if (used_.allocated_bytes < allowed.template_allocated_bytes_max) return true;
    return over("template_allocated_bytes_max", allowed.template_allocated_bytes_max);
  }

  bool over(const char* name, std::uint64_t allowed) {
    return fail({errc::limit,
                 std::string("the template costs too much: more than ") + name + " = " + std::to_string(allowed), ""});
  }

  bool render_whole(json& out, bool& is_there, const template_node& node) {
    const auto& part = *node.parts[0].expression;
    value answer;
    if (!evaluate_part(answer, part)) return false;
    is_there = !answer.is(kind::undefined);
    return builder_.build(out, answer) || fail(builder_.take_failure(), part);
  }

  bool render_text(json& out, const template_node& node) {
    std::string text;
    if (!join(text, node)) return false;
    if (!builder_.charge(text.size() + 2)) return fail(builder_.take_failure());
    out = std::move(text);
    return true;
  }

  bool join(std::string& out, const template_node& node) {
    for (const auto& part : node.parts) {
      out += part.plain;
      if (part.expression && !append_part(out, *part.expression)) return false;
    }
    return true;
  }

  bool append_part(std::string& out, const template_expression& part) {
    value answer;
    if (!evaluate_part(answer, part)) return false;
    if (answer.is_nullish()) return true;
    return append_template_text(out, answer, text_cost_) || fail(text_cost_.take_failure(), part);
  }

  bool render_array(json& out, const template_node& node) {
    out = json::array();
    auto& items = out.get_ref<json::array_t&>();
    items.reserve(node.children.size());
    bool is_there = true;
    for (const auto& child : node.children) {
      if (!render(items.emplace_back(), is_there, child)) return fail_below(std::to_string(items.size() - 1));
    }
    return true;
  }

  bool render_object(json& out, const template_node& node) {
    out = json::object();
    auto& members = out.get_ref<json::object_t&>();
    auto child = node.children.begin();
    for (const auto& [key, unused] : node.data->get_ref<const json::object_t&>()) {
      bool is_there = true;
      json member;
      if (!render(member, is_there, *child++)) return fail_below(key);
      if (is_there) members.emplace_hint(members.end(), key, std::move(member));
    }
    return true;
  }

  bool render_array(value& out, const template_node& node) {
    std::vector<value> items(node.children.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!render(items[i], node.children[i])) return fail_below(std::to_string(i));
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
      if (!render(members.back().second, *child++)) return fail_below(key);
    }
    out = value::object(std::move(members));
    return true;
  }

  bool fail(error e, const template_expression& part) {
    e.message.insert(0, "Jexl Error in [" + shortened(part.raw, shown_bytes_max) + "]: ");
    return fail(std::move(e));
  }

  bool fail(error e) {
    failure_ = std::move(e);
    failure_.where.clear();
    return false;
  }

  /// The pointer is made from its end, on the way back.
  bool fail_below(std::string_view key) {
    failure_.where.insert(0, pointer_token(key));
    return false;
  }

  const value& root_;
  const environment& with_;
  std::optional<std::int64_t> since_ms_;
  meter text_cost_;
  json_builder builder_;
  usage used_;
  error failure_;
};

} // namespace

bool json_template::has_expressions() const noexcept { return content_->root.shape != template_shape::fixed; }

std::optional<std::string_view> json_template::expression_of(std::string_view member) const noexcept {
  if (content_->root.shape != template_shape::object) return std::nullopt;
  auto child = content_->root.children.begin();
  for (const auto& [key, unused] : content_->root.data->get_ref<const json::object_t&>()) {
    const template_node& node = *child++;
    if (key == member && node.shape == template_shape::whole) return node.parts[0].expression->raw;
  }
  return std::nullopt;
}

const mentions& json_template::mentioned() const noexcept { return content_->mentioned; }

const called_names& json_template::called() const noexcept { return content_->called; }

extension_set json_template::extensions_used() const noexcept { return content_->extensions; }

std::size_t json_template::expression_count() const noexcept { return content_->expressions; }

result<std::optional<nlohmann::json>> json_template::render(const value& root, const environment& with,
                                                            usage* used) const {
  renderer r(root, with);
  std::optional<json> out(std::in_place);
  bool is_there = true;
  const bool ok = r.render(*out, is_there, content_->root);
  if (used) r.add_usage(*used);
  if (!ok) return r.take_failure();
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
