// Compilation of a schema document, and a check as one error.
#include "runtime/schema/schema.hpp"

#include "runtime/schema/outline.hpp"
#include "runtime/schema/plan.hpp"
#include "runtime/schema/validator.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace pawl::schema {

std::shared_ptr<const schema> schema::compile(const nlohmann::json& document, std::vector<problem>& problems,
                                              const std::string& pointer, const limits& allowed,
                                              compile_budget* budget) {
  compile_budget own;
  outline read(document, problems, pointer, allowed, budget != nullptr ? *budget : own);
  if (read.has_errors()) return nullptr;
  try {
    return make_validator(make_plan(document, read), allowed);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    problems.push_back({false, pointer,
                        "the validator does not accept this schema, though nothing is known to be wrong",
                        "please report it with the schema"});
    return nullptr;
  }
}

result<void> require(const schema& by, const nlohmann::json& value, const char* what) {
  auto checked = by.check(value);
  if (!checked) {
    error failure = std::move(checked.failure());
    failure.message = fmt::format("{} was not checked to the end: {}", what, failure.message);
    return failure;
  }
  if (checked->empty()) return {};
  std::string message = fmt::format("{} does not fit its schema", what);
  for (const violation& found : *checked)
    message += fmt::format("\n  {}: expected {}, found {}", found.pointer.empty() ? "at the top" : found.pointer,
                           found.expected, found.actual);
  return error{errc::invalid_payload, std::move(message), checked->front().pointer};
}

} // namespace pawl::schema
