// wait and delay: nodes that let an instance rest.
#include "nodes/control/control.hpp"
#include "nodes/control/data_fields.hpp"
#include "runtime/core/field_names.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace pawl::nodes {
namespace {

using nlohmann::json;

// The names under `signal` (one) or `signals` (a list); nothing: it waits for a payload.
std::vector<std::string> signals_of(const json& data) {
  if (field(data, "signal") != nullptr) {
    if (field(data, "signals") != nullptr) throw std::invalid_argument("data has both 'signal' and 'signals'");
    return {text_field(data, "signal", "")};
  }
  const json* names = field(data, "signals");
  if (names == nullptr) return {};
  if (!names->is_array() || names->empty()) throw std::invalid_argument("data.signals must be a list of names");
  for (const json& name : *names)
    if (!name.is_string()) throw std::invalid_argument("data.signals must be a list of names");
  return names->get<std::vector<std::string>>();
}

// Which of several it was is what the nodes after it want to know.
outcome taken(const node_context& c) {
  const json* payload = c.payload();
  if (field(c.data(), "signals") != nullptr)
    return outcome::output({{"signal", c.signal()}, {"payload", payload != nullptr ? *payload : json()}});
  return payload != nullptr ? outcome::output(*payload) : outcome::nothing();
}

outcome wait_for_signal(const node_context& c, std::vector<std::string> names) {
  if (!c.signal().empty()) return taken(c);
  const auto timeout = duration_field(c.data(), "timeout");
  outcome pause = outcome::pause_for_signals(std::move(names)).because(text_field(c.data(), "reason", ""));
  return timeout ? std::move(pause).within(*timeout) : std::move(pause);
}

outcome run_wait(node_context& c) {
  if (auto names = signals_of(c.data()); !names.empty()) return wait_for_signal(c, std::move(names));
  if (const json* payload = c.payload()) return outcome::output(*payload);
  const auto timeout = duration_field(c.data(), "timeout");
  std::string reason = text_field(c.data(), "reason", "");
  return (timeout ? outcome::pause_until_timeout(*timeout) : outcome::pause()).because(std::move(reason));
}

outcome run_delay(node_context& c) {
  if (c.timer_fired() && c.node_state() != nullptr) return outcome::output(*c.node_state());
  const auto ms = duration_field(c.data(), "ms");
  if (!ms) throw std::invalid_argument("data.ms must say how many milliseconds to wait");
  return outcome::pause_for(*ms).because(text_field(c.data(), "reason", "")).keep({{"ms", ms->count()}});
}

node_type waiting(const char* name, outcome (*run)(node_context&)) {
  node_type type;
  type.name = name;
  type.execute = run;
  type.blocking = false;
  type.can_wait = true;
  return type;
}

bool is_expression(const json& value) {
  return value.is_string() && value.get_ref<const std::string&>().find("{{") != std::string::npos;
}

// What can be said of a duration before it is resolved.
void check_duration(const json& data, const char* name, std::vector<problem>& problems) {
  const json* value = field(data, name);
  if (value == nullptr || is_expression(*value)) return;
  if (!value->is_number() || value->get<double>() < 0)
    problems.push_back({false, std::string("/") + name, "is no number of milliseconds", "write one, or an expression"});
}

void check_members(const json& data, std::initializer_list<std::string_view> known, std::vector<problem>& problems) {
  if (!data.is_object()) return;
  for (const auto& [name, value] : data.items())
    if (const auto meant = core::misspelt(name, known))
      problems.push_back({true, "/" + core::pointer_token(name), fmt::format("'{}' is ignored", name),
                          fmt::format("is '{}' meant?", *meant)});
}

void check_signals(const json& data, std::vector<problem>& problems) {
  const json* one = field(data, "signal");
  const json* several = field(data, "signals");
  if (one != nullptr && several != nullptr)
    problems.push_back({false, "/signals", "stands beside 'signal'", "keep one of them"});
  if (one != nullptr && (!one->is_string() || one->get_ref<const std::string&>().empty()))
    problems.push_back({false, "/signal", "is no name", "write the name of a signal"});
  if (several != nullptr && !is_expression(*several) && (!several->is_array() || several->empty()))
    problems.push_back({false, "/signals", "is no list of names", "write [\"approve\", \"reject\"]"});
  if ((one != nullptr || several != nullptr) && field(data, "schema") != nullptr)
    problems.push_back({false, "/schema", "says nothing of signals",
                        "write the schema under the signal's name in the definition's \"signals\""});
}

std::vector<problem> check_wait(const json& data) {
  std::vector<problem> problems;
  check_members(data, {"reason", "timeout", "schema", "signal", "signals"}, problems);
  check_duration(data, "timeout", problems);
  check_signals(data, problems);
  return problems;
}

std::vector<problem> check_delay(const json& data) {
  std::vector<problem> problems;
  check_members(data, {"reason", "ms"}, problems);
  check_duration(data, "ms", problems);
  const bool is_written = data.is_object() || data.is_null(); // else it is an expression
  if (is_written && field(data, "ms") == nullptr)
    problems.push_back({false, "", "a delay needs 'ms'", "say how many milliseconds to wait"});
  return problems;
}

} // namespace

node_type wait_type() {
  node_type type = waiting("wait", run_wait);
  type.payload_schema_member = "schema";
  type.definite_members = {"signal", "signals", "timeout"};
  type.signal_members = {"signal", "signals"};
  type.check_data = check_wait;
  return type;
}

node_type delay_type() {
  node_type type = waiting("delay", run_delay);
  type.definite_members = {"ms"};
  type.check_data = check_delay;
  return type;
}

} // namespace pawl::nodes
