// trigger, set, if, fail: nodes that answer at once.
#include "nodes/control/control.hpp"
#include "nodes/control/data_fields.hpp"
#include "nodes/control/truthiness.hpp"

#include <stdexcept>

namespace pawl::nodes {
namespace {

using nlohmann::json;

outcome run_trigger(node_context& c) { return outcome::output(c.input()); }

outcome run_set(node_context& c) { return c.has_data() ? outcome::output(c.data()) : outcome::nothing(); }

outcome run_if(node_context& c) {
  if (!c.data().is_object()) throw std::invalid_argument("data must be an object with the member 'condition'");
  const json* condition = field(c.data(), "condition"); // undefined and null are false
  const bool met = condition != nullptr && is_truthy(*condition);
  return outcome::to(met ? "true" : "false", {{"condition", met}});
}

outcome run_fail(node_context& c) {
  const std::string name = text_field(c.data(), "name", "Error");
  const std::string message = text_field(c.data(), "message", "the workflow says so");
  const json* retryable = field(c.data(), "retryable");
  const bool again = retryable == nullptr || is_truthy(*retryable);
  return again ? outcome::fail(message, name) : outcome::fail_for_good(message, name);
}

node_type immediate(const char* name, outcome (*run)(node_context&)) {
  node_type type;
  type.name = name;
  type.execute = run;
  type.blocking = false;
  return type;
}

} // namespace

bool is_truthy(const json& value) {
  switch (value.type()) {
    case json::value_t::null: return false;
    case json::value_t::boolean: return value.get<bool>();
    case json::value_t::string: return !value.get_ref<const std::string&>().empty();
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
    case json::value_t::number_float: return value.get<double>() != 0;
    default: return true;
  }
}

node_type trigger_type() { return immediate("trigger", run_trigger); }
node_type set_type() { return immediate("set", run_set); }
node_type fail_type() { return immediate("fail", run_fail); }

node_type if_type() {
  node_type type = immediate("if", run_if);
  type.handles = {"true", "false"};
  return type;
}

} // namespace pawl::nodes
