// Compilation of a schema document, and a check as one error.
#include "runtime/schema/schema.hpp"

#include "runtime/schema/outline.hpp"
#include "runtime/schema/plan.hpp"
#include "runtime/schema/validator.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace pawl::schema {
namespace {

constexpr std::size_t message_bytes_max = 12 * 1024; // of violations together: names and choices may be long

} // namespace

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
  } catch (const std::exception& e) {
    if (std::string_view(e.what()).starts_with("Failed to allocate memory")) throw std::bad_alloc(); // valijson's words
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
  for (std::size_t i = 0; i < checked->size(); ++i) {
    const violation& found = (*checked)[i];
    const std::string line =
        fmt::format("\n  {}: expected {}, found {}", found.pointer.empty() ? "at the top" : found.pointer,
                    found.expected, found.actual);
    if (message.size() + line.size() > message_bytes_max) {
      message += fmt::format("\n  and {} more lines like these", checked->size() - i);
      break;
    }
    message += line;
  }
  return error{errc::invalid_payload, std::move(message), checked->front().pointer};
}

} // namespace pawl::schema
