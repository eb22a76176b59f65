// Expressions: compile and evaluate each, compare with what the reference gave.
#include "tests/conformance/accidents.hpp"

#include "runtime/expression/evaluate.hpp"

#include <algorithm>

namespace conformance {

outcome evaluate_case(const std::string& source, const json& context) {
  outcome out;
  const auto compiled = expression::compile(source);
  if (!compiled) {
    out.message = to_string(compiled.failure());
    return out;
  }
  out.extensions = compiled->extensions_used();
  expression::environment with;
  with.known = &checker_functions();
  auto answer = expression::evaluate(*compiled, expression::value::copy(context), with);
  out.reached = answer ? outcome::stage::evaluated : outcome::stage::failed;
  if (answer) {
    out.value = *answer;
  } else {
    out.message = to_string(answer.failure());
  }
  return out;
}

std::string show(const outcome& o) {
  return o.reached == outcome::stage::evaluated ? notation(o.value).dump() : o.message;
}

namespace {

bool does_as_expected(const json& c, const outcome& got) {
  const auto& expect = c.at("expect");
  if (expect.contains("error")) return got.reached != outcome::stage::evaluated;
  return got.reached == outcome::stage::evaluated && matches(expect, got.value, has_tag(c, "pow-ulp") ? 1 : 0);
}

/// Rejected by the reference's parser, accepted by ours, and the syntax that makes the difference was recorded.
bool is_extended(const json& c, const outcome& got) {
  return has_tag(c, "error:parse") && got.reached == outcome::stage::evaluated && !got.extensions.empty();
}

bool has_own_coercion(const json& data) {
  if (data.is_object() && (data.contains("toString") || data.contains("valueOf"))) return true;
  return data.is_structured() && std::any_of(data.begin(), data.end(), has_own_coercion);
}

/// The rules that excuse a difference; none: it is a failure.
std::vector<std::string> excuses(const json& c, const outcome& got) {
  std::vector<std::string> rules;
  if (is_extended(c, got)) {
    for (const auto used : got.extensions.list())
      rules.push_back("extension:" + std::string(to_string(used)));
  } else if (has_tag(c, "error:eval") && has_own_coercion(c.at("context")) && ignores_own_coercion(c, got)) {
    rules.emplace_back("accident:own-toString");
  }
  return rules;
}

void check_expression(const json& c, const options& with, tally& out) {
  const auto got = evaluate_case(c.at("expr"), c.at("context"));
  const bool as_expected = does_as_expected(c, got);
  const std::string id = c.at("id");
  if (!with.rulings.is_null() && !accident_classes(c).empty()) {
    std::string why;
    const auto verdict = judge_accident(c, with.rulings, got, as_expected, why);
    if (!verdict) return out.fail(id, why, show(got) + " for " + c.at("expr").dump());
    return verdict->empty() ? out.pass() : out.rule({*verdict});
  }
  if (as_expected) return out.pass();
  const auto rules = excuses(c, got);
  if (rules.empty()) return out.fail(id, c.at("expect").dump(), show(got) + " for " + c.at("expr").dump());
  out.rule(rules);
}

} // namespace

void check_expressions(const options& with, tally& out) {
  each_case(with, [&](const json& c) { check_expression(c, with, out); });
}

} // namespace conformance
