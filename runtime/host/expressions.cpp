// pawl::expression: the public way to the evaluator, without a workflow.
#include "runtime/host/expressions.hpp"

#include "runtime/expression/evaluate.hpp"
#include "runtime/expression/functions/registry.hpp"
#include "runtime/expression/json_template.hpp"
#include "runtime/expression/json_text.hpp"

#include <pawl/expression.hpp>

#include <chrono>

namespace pawl {
namespace {

using json_result = result<std::shared_ptr<const nlohmann::json>>;

struct settled {
  expression::limits allowed;
  std::shared_ptr<const expression::functions> known;

  expression::environment environment() const {
    return {allowed, known.get(), {}, [] {
              const auto since = std::chrono::steady_clock::now().time_since_epoch();
              return static_cast<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
            }};
  }
};

result<settled> settle(const expression_settings& given) {
  auto allowed = host::accept_limits(given.limits);
  if (!allowed) return allowed.failure();
  if (given.functions.empty()) return settled{*allowed, expression::standard_registry()};
  auto known = expression::make_registry(given.functions);
  if (!known) return known.failure();
  return settled{*allowed, std::move(*known)};
}

json_result shared(std::optional<nlohmann::json> value) {
  if (!value) return std::shared_ptr<const nlohmann::json>();
  return std::shared_ptr<const nlohmann::json>(std::make_shared<const nlohmann::json>(std::move(*value)));
}

} // namespace

result<expression::limits> host::accept_limits(const expression_limits& given) {
  if (given.depth_max > 1000) return error{errc::invalid_argument, "expressions.depth_max is at most 1000", ""};
  if (given.nodes_max > 60'000) return error{errc::invalid_argument, "expressions.nodes_max is at most 60000", ""};
  if (given.time_ms_max > UINT32_MAX)
    return error{errc::invalid_argument, "expressions.time_ms_max is at most 4294967295", ""};
  if (given.template_time_ms_max > UINT32_MAX)
    return error{errc::invalid_argument, "expressions.template_time_ms_max is at most 4294967295", ""};
  expression::limits accepted{
      given.source_bytes_max,    given.depth_max,        given.nodes_max,
      given.steps_max,           given.string_bytes_max, given.array_items_max,
      given.allocated_bytes_max, given.output_bytes_max, static_cast<std::uint32_t>(given.time_ms_max)};
  accepted.template_time_ms_max = static_cast<std::uint32_t>(given.template_time_ms_max);
  return accepted;
}

json_result evaluate_expression(std::string_view source, const nlohmann::json& context,
                                const expression_settings& settings) {
  auto with = settle(settings);
  if (!with) return with.failure();
  auto program = expression::compile(source, with->allowed);
  if (!program) return program.failure();
  auto value = expression::evaluate(*program, expression::value::borrow(context), with->environment());
  if (!value) return value.failure();
  auto document = expression::to_json(*value, with->allowed);
  if (!document) return document.failure();
  return shared(std::move(*document));
}

json_result render_template(const nlohmann::json& data, const nlohmann::json& context,
                            const expression_settings& settings) {
  auto with = settle(settings);
  if (!with) return with.failure();
  std::vector<expression::template_problem> problems;
  const auto compiled = expression::json_template::compile(data, problems, "", with->allowed);
  error broken{errc::bad_expression, "", ""};
  for (const auto& p : problems)
    if (!p.is_warning) {
      if (broken.message.empty()) broken.where = p.pointer;
      broken.message += (broken.message.empty() ? "" : "\n" + p.pointer + ": ") + p.message;
    }
  if (!broken.message.empty()) return broken;
  auto document = compiled.render(expression::value::borrow(context), with->environment());
  if (!document) return document.failure();
  return shared(std::move(*document));
}

} // namespace pawl
