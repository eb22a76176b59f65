// Templates: compile and render each against a context made of the recorded results, compare with the reference.
#include "tests/conformance/accidents.hpp"

#include "runtime/expression/json_template.hpp"
#include "runtime/expression/json_text.hpp"
#include "runtime/expression/template_cut.hpp"

#include <algorithm>

namespace conformance {

namespace {

using expression::value;

/// A recorded result as expressions see it. The parts are borrowed, so that `output` and `last.data` are one object.
value seen_result(const json& r) {
  const auto part = [&](const char* name) { return r.contains(name) ? value::borrow(r.at(name)) : value(); };
  return value::object({{"data", part("output")}, {"timestamp", part("timestamp")}, {"error", part("error")}});
}

value context_of(const json& c) {
  value::members nodes;
  for (const auto& [id, results] : c.at("nodes").items()) {
    if (results.empty()) continue;
    std::vector<value> all;
    for (const auto& r : results)
      all.push_back(seen_result(r));
    const value last = all.back();
    nodes.emplace_back(
        id, value::object({{"output", last.member("data")}, {"last", last}, {"all", value::array(std::move(all))}}));
  }
  const value globals = c.contains("globals") ? value::borrow(c.at("globals")) : value();
  return value::object(
      {{"nodes", value::object(std::move(nodes))}, {"input", value::borrow(c.at("template"))}, {"globals", globals}});
}

/// The expressions of a text as the reference cuts it.
std::vector<std::string> reference_pieces(const std::string& text) {
  std::vector<std::string> pieces;
  for (std::size_t at = text.find("{{"); at != text.npos; at = text.find("{{", at)) {
    const auto raw = expression::reference_cut(text, at);
    at = raw.empty() ? at + 1 : static_cast<std::size_t>(raw.data() - text.data()) + raw.size() + 2;
    if (!raw.empty()) pieces.emplace_back(raw);
  }
  return pieces;
}

bool is_cut_differently(const json& data) {
  if (data.is_string()) {
    std::vector<std::string> pieces;
    for (const auto& piece : expression::cut_template(data.get_ref<const std::string&>()).pieces) {
      if (piece.is_expression) pieces.emplace_back(piece.text);
    }
    return pieces != reference_pieces(data);
  }
  return data.is_structured() && std::any_of(data.begin(), data.end(), is_cut_differently);
}

/// Equal but for texts in which the reference printed an object and Pawl wrote JSON.
bool differs_by_objects_in_text(const json& expected, const json& got) {
  if (expected == got) return true;
  if (expected.is_string() && got.is_string()) {
    const std::string& was = expected.get_ref<const std::string&>();
    const auto at = was.find("[object Object]");
    const std::string& is = got.get_ref<const std::string&>();
    return at != was.npos && is.find('{') != is.npos && is.find("[object Object]") == is.npos;
  }
  if (expected.type() != got.type() || !expected.is_structured() || expected.size() != got.size()) return false;
  return std::equal(expected.begin(), expected.end(), got.begin(), differs_by_objects_in_text);
}

bool has_non_finite(const json& shown) {
  if (shown.is_object() && shown.contains("$number")) return shown.at("$number") != "-0";
  return shown.is_structured() && std::any_of(shown.begin(), shown.end(), has_non_finite);
}

/// One case, with everything that its values borrow from.
struct rendering {
  explicit rendering(const json& c) : the_case(c), root(context_of(c)) {
    std::vector<expression::template_problem> problems;
    const auto t = expression::json_template::compile(c.at("template"), problems);
    const auto fault = std::find_if(problems.begin(), problems.end(), [](const auto& p) { return !p.is_warning; });
    extensions = t.extensions_used();
    auto answer = t.render_value(root, {});
    is_rejected = fault != problems.end();
    is_evaluated = answer.has_value();
    if (answer) {
      shown = notation(*answer);
      is_expected_value = !c.at("expect").contains("error") && matches(c.at("expect"), *answer);
    } else {
      message = is_rejected ? fault->message : answer.failure().message;
    }
    const auto document = t.render(root, {});
    const auto converted = answer ? to_json(*answer) : pawl::result<std::optional<json>>(answer.failure());
    is_json = document.has_value();
    is_consistent = is_json == converted.has_value() && (!is_json || *document == *converted);
    if (!is_json) json_message = document.failure().message;
  }

  std::string text() const { return is_evaluated ? shown.dump() : message; }

  const json& the_case;
  value root;
  expression::extension_set extensions;
  bool is_rejected = false;
  bool is_evaluated = false;
  bool is_expected_value = false;
  bool is_json = false;
  bool is_consistent = false; ///< render() and render_value() agree
  json shown;
  std::string message;
  std::string json_message;
};

bool does_as_expected(const json& c, const rendering& got) {
  const auto& expect = c.at("expect");
  if (!expect.contains("error")) return got.is_expected_value;
  return !got.is_evaluated && got.message.rfind(expect.value("messagePrefix", "Jexl Error in ["), 0) == 0;
}

/// The rules that excuse a difference; none: it is a failure.
std::vector<std::string> excuses(const json& c, const rendering& got) {
  const auto& expect = c.at("expect");
  if (!expect.contains("error")) {
    const bool is_text = got.is_evaluated && differs_by_objects_in_text(expect.begin().value(), got.shown);
    return is_text ? std::vector<std::string>{"template:object-in-text"} : std::vector<std::string>{};
  }
  if (is_cut_differently(c.at("template"))) return {"template:cut-by-tokens"};
  std::vector<std::string> rules;
  if (!got.is_evaluated) return rules;
  for (const auto used : got.extensions.list())
    rules.push_back("extension:" + std::string(to_string(used)));
  return rules;
}

/// Accidents of templates: those of the expressions inside, and a key that the reference loses.
std::vector<std::string> accident_excuses(const json& c, const json& rulings, const rendering& got) {
  for (const auto& name : accident_classes(c)) {
    const bool is_denied = rulings.contains(name) && rulings.at(name).at("ruling") != "support";
    if (!is_denied) continue;
    const bool keeps_key = name == "proto-key" && got.is_evaluated && got.shown.contains("__proto__");
    const bool is_rejected = got.is_rejected && name != "proto-key" && name != "proto-access";
    const bool is_harmless = name == "proto-access" && got.text().find("Object") == std::string::npos;
    const bool is_recut = is_cut_differently(c.at("template")); // quotes and braces then count as the tokens say
    if (keeps_key || is_rejected || is_harmless || is_recut) return {name};
  }
  return {};
}

void check_template(const json& c, const options& with, tally& out) {
  const rendering got(c);
  const std::string id = c.at("id");
  const bool is_finite = !got.is_evaluated || !has_non_finite(got.shown);
  const bool names_expression = got.json_message.rfind("Jexl Error in [", 0) == 0;
  if (is_finite ? !got.is_consistent : got.is_json || !names_expression) {
    return out.fail(id, "the value as JSON, an error where JSON cannot hold it", got.json_message);
  }
  if (does_as_expected(c, got)) return is_finite ? out.pass() : out.rule({"template:not-finite"});
  auto rules = excuses(c, got);
  if (!with.rulings.is_null() && !accident_classes(c).empty()) rules = accident_excuses(c, with.rulings, got);
  if (rules.empty()) return out.fail(id, c.at("expect").dump(), got.text() + " for " + c.at("template").dump());
  out.rule(rules);
}

} // namespace

void check_templates(const options& with, tally& out) {
  each_case(with, [&](const json& c) { check_template(c, with, out); });
}

} // namespace conformance
