// switch: the first case that matches names the handle. Its cases come from data, so they are checked at each visit.
#include "nodes/control/control.hpp"
#include "nodes/control/data_fields.hpp"
#include "nodes/control/truthiness.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace pawl::nodes {
namespace {

using nlohmann::json;

const json* member(const json& object, const char* name) {
  const auto at = object.find(name);
  return at == object.end() ? nullptr : &*at;
}

void check_case(const json& one, std::size_t index) {
  const auto wrong = [index](const std::string& what) {
    throw std::invalid_argument(fmt::format("data.cases[{}] {}", index, what));
  };
  if (!one.is_object()) wrong(R"(must be an object, {"equals": …, "handle": …} or {"if": …, "handle": …})");
  const json* handle = member(one, "handle");
  if (handle == nullptr || !handle->is_string() || handle->get_ref<const std::string&>().empty())
    wrong("must name its handle, a text that is not empty");
  if (one.contains("equals") && one.contains("if")) wrong("has both 'equals' and 'if'; a case has one of them");
  for (const auto& part : one.items())
    if (part.key() != "equals" && part.key() != "if" && part.key() != "handle")
      wrong(fmt::format("has the member '{}'; known are equals, if, handle", part.key()));
}

// What is undefined is left out of data: such a case never matches, and a value that is undefined equals nothing.
bool matches(const json& one, const json* value) {
  if (const json* condition = member(one, "if")) return is_truthy(*condition);
  const json* wanted = member(one, "equals");
  return wanted != nullptr && value != nullptr && *wanted == *value;
}

outcome run_switch(node_context& c) {
  const json* cases = field(c.data(), "cases");
  if (cases == nullptr || !cases->is_array()) throw std::invalid_argument("data.cases must be an array of cases");
  const std::string fallback = text_field(c.data(), "default", "default");
  if (fallback.empty()) throw std::invalid_argument("data.default must be the name of a handle, not empty");
  for (std::size_t i = 0; i < cases->size(); ++i)
    check_case((*cases)[i], i);
  const json* value = member(c.data(), "value");
  for (std::size_t i = 0; i < cases->size(); ++i) {
    if (!matches((*cases)[i], value)) continue;
    const auto handle = (*cases)[i]["handle"].get<std::string>();
    return outcome::to(handle, {{"handle", handle}, {"case", i}});
  }
  return outcome::to(fallback, {{"handle", fallback}, {"case", nullptr}});
}

} // namespace

node_type switch_type() {
  node_type type;
  type.name = "switch";
  type.execute = run_switch;
  type.any_handle = true;
  type.blocking = false;
  return type;
}

} // namespace pawl::nodes
