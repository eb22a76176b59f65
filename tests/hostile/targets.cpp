// Compiling, evaluating, rendering and parsing the way the runtime does, against one rich context.
#include "tests/hostile/targets.hpp"

#include "nodes/catalog.hpp"
#include "runtime/core/json.hpp"
#include "runtime/expression/evaluate.hpp"
#include "runtime/expression/functions/registry.hpp"
#include "runtime/expression/json_template.hpp"
#include "runtime/expression/json_text.hpp"
#include "runtime/schema/schema.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace pawl::hostile {
namespace {

using nlohmann::json;

json numbers(std::size_t count, double first) {
  json list = json::array();
  for (std::size_t i = 0; i < count; ++i)
    list.push_back(first + static_cast<double>(i));
  return list;
}

json nested(int depth) {
  json deep = 1;
  for (int i = 0; i < depth; ++i)
    deep = json::array({std::move(deep)});
  return deep;
}

json wide(std::size_t members, const std::string& prefix) {
  json object = json::object();
  for (std::size_t i = 0; i < members; ++i)
    object[prefix + std::to_string(i)] = i;
  return object;
}

json long_decimals(std::size_t count) {
  json list = json::array();
  for (std::size_t i = 0; i < count; ++i)
    list.push_back(-1.0 / (3.0 + static_cast<double>(i)) * 1e-290);
  return list;
}

/// Texts that differ in their last bytes alone.
json like_texts(std::size_t count, std::size_t bytes) {
  json list = json::array();
  for (std::size_t i = 0; i < count; ++i)
    list.push_back(std::string(bytes, 'p') + std::to_string(i * 7'919 % count));
  return list;
}

json named(std::size_t count, std::size_t bytes) {
  json list = json::array();
  for (json& name : like_texts(count, bytes))
    list.push_back({{"n", std::move(name)}});
  return list;
}

/// Within json_limits, like every payload.
json make_context() {
  constexpr std::size_t mega = 1024 * 1024;
  return {{"l", numbers(9'000, 0)},
          {"many", numbers(30'000, 1)},
          {"decimals", long_decimals(9'000)},
          {"objects", json(5'000, json{{"a", 1}, {"b", "text"}})},
          {"wide", wide(20'000, "member")},
          {"keys", wide(100, std::string(7'000, 'k'))},
          {"deep", nested(120)},
          {"t", std::string(200'000, 'a')},
          {"mega", std::string(mega, 'm')},
          {"controls", std::string(200'000, '\x01')},
          {"digits", "0." + std::string(100'000, '7')},
          {"umlauts", repeat("ä", 50'000)},
          {"equals", like_texts(9'000, 100)},
          {"twins", like_texts(90, 40'000)},
          {"named", named(90, 40'000)},
          {"twin", std::string(200'000, 'p')},
          {"json", "[" + repeat("[{\"a\":1}],", 20'000) + "1]"},
          {"brackets", "[" + repeat("[],", 300'000) + "1]"},
          {"braces", repeat("{0}", 60'000)},
          {"percents", repeat("%", 300'000)},
          {"big", 18446744073709551615ULL},
          {"tiny", 5e-324},
          {"huge", 1.7e308},
          {"empty", json::array()},
          {"nothing", nullptr}};
}

const json& context() {
  static const json made = make_context();
  return made;
}

const core::node_types& types() {
  static const core::node_types made = [] {
    auto all = nodes::built_in_types();
    node_type any;
    any.name = "any";
    any.any_handle = true;
    any.execute = [](node_context&) { return pawl::outcome::nothing(); };
    if (!core::add_type(all, std::move(any))) std::abort();
    return all;
  }();
  return made;
}

outcome failed(error e) { return {std::move(e), {}, ""}; }

outcome run_expression(const std::string& text, const allowance& with) {
  const auto compiled = expression::compile(text, with.expressions);
  if (!compiled) return failed(compiled.failure());
  outcome done;
  expression::environment environment;
  environment.allowed = with.expressions;
  environment.known = expression::standard_registry().get();
  const auto answer = evaluate(*compiled, expression::value::borrow(context()), environment, done.used);
  if (!answer) {
    done.failure = answer.failure();
  } else if (const auto document = to_json(*answer, with.expressions); !document) {
    done.failure = document.failure();
  }
  (void)compiled->find_mentions();
  return done;
}

outcome run_template(const std::string& text, const allowance& with) {
  const auto data = core::parse_json(text, "the template", with.definitions.json);
  if (!data) return failed(data.failure());
  outcome done;
  std::vector<expression::template_problem> problems;
  const auto compiled = expression::json_template::compile(*data, problems, "/data", with.expressions);
  if (problems.size() > 202) done.broken = "lists more than 202 problems";
  const auto fault = std::find_if(problems.begin(), problems.end(), [](const auto& p) { return !p.is_warning; });
  expression::environment environment;
  environment.allowed = with.expressions;
  environment.known = expression::standard_registry().get();
  const auto answer = compiled.render(expression::value::borrow(context()), environment, &done.used);
  if (!answer) done.failure = answer.failure();
  if (fault != problems.end() && answer) done.broken = "renders in spite of a problem";
  return done;
}

outcome run_definition(const std::string& text, const allowance& with) {
  const auto made = core::compile(text, "fallback", types(), with.definitions);
  if (!made) return failed(made.failure());
  outcome done;
  std::size_t bytes = 0;
  for (const problem& p : made->problems) {
    bytes += p.pointer.size() + p.message.size() + p.advice.size();
    if (!p.is_warning && !done.failure) done.failure = error{errc::bad_definition, p.message, p.pointer};
  }
  if (made->problems.size() > 202) done.broken = "lists more than 202 problems";
  if (bytes > 1024 * 1024) done.broken = "takes more than 1 MiB to say what is wrong";
  if (!done.failure != (made->workflow != nullptr)) done.broken = "a workflow and an error, or neither";
  return done;
}

outcome run_json(const std::string& text, const allowance& with) {
  const auto parsed = core::parse_json(text, "the payload", with.definitions.json);
  if (!parsed) return failed(parsed.failure());
  outcome done;
  // Numbers may be written longer than they came: bytes has no limit here.
  auto limits = with.definitions.json;
  limits.bytes_max *= 8;
  if (!core::to_text(*parsed, "the payload", limits)) done.broken = "parses, but cannot be written";
  (void)core::canonical_json(*parsed);
  return done;
}

/// The first line is the schema, the rest a value; without a rest the schema is only compiled.
outcome run_schema(const std::string& text, const allowance& with) {
  const auto end = text.find('\n');
  const auto document = core::parse_json(std::string_view(text).substr(0, end), "the schema", with.definitions.json);
  if (!document) return failed(document.failure());
  outcome done;
  std::vector<problem> problems;
  const auto compiled = schema::schema::compile(*document, problems);
  std::size_t bytes = 0;
  for (const problem& p : problems) {
    bytes += p.pointer.size() + p.message.size() + p.advice.size();
    if (!p.is_warning && !done.failure) done.failure = error{errc::bad_definition, p.message, p.pointer};
  }
  if (problems.size() > 101) done.broken = "lists more than 101 problems";
  if (bytes > 1024 * 1024) done.broken = "takes more than 1 MiB to say what is wrong";
  if (!done.failure != (compiled != nullptr)) done.broken = "a schema and an error, or neither";
  if (compiled == nullptr || end == std::string::npos) return done;
  const auto value = core::parse_json(std::string_view(text).substr(end + 1), "the value", with.definitions.json);
  if (!value) return failed(value.failure());
  if (const auto fits = require(*compiled, *value, "the value"); !fits) done.failure = fits.failure();
  return done;
}

} // namespace

outcome run(kind of, const std::string& text, const allowance& with) {
  switch (of) {
    case kind::expression: return run_expression(text, with);
    case kind::json_template: return run_template(text, with);
    case kind::definition: return run_definition(text, with);
    case kind::json: return run_json(text, with);
    case kind::schema: return run_schema(text, with);
  }
  return {};
}

std::size_t peak_max(kind of, std::size_t text_bytes, const allowance& with) {
  constexpr std::size_t some = 64 * 1024;
  // Containers grow by doubling, which holds the old and the new at once; a member of a document takes a hundred bytes.
  const std::size_t evaluation = 2 * with.expressions.allocated_bytes_max;
  const std::size_t output = 16 * with.expressions.output_bytes_max;
  const std::size_t document = 8 * text_bytes + 160 * std::min(text_bytes / 2, with.definitions.json.values_max);
  const std::size_t program = 1024 * std::min(text_bytes / 3, with.definitions.expressions_max) + 24 * text_bytes;
  const std::size_t constraints = 2048 * std::min(text_bytes / 3, schema::limits().schema_values_max);
  constexpr std::size_t patterns = 8 * 1024 * 1024;
  switch (of) {
    case kind::expression: return some + 48 * text_bytes + evaluation + output;
    case kind::json_template: return some + document + program + evaluation + output;
    case kind::definition: return some + 2 * document + program;
    case kind::json: return some + document;
    case kind::schema: return some + 2 * document + constraints + patterns;
  }
  return 0;
}

void prepare() {
  (void)context();
  (void)types();
  (void)expression::standard_registry();
}

} // namespace pawl::hostile
