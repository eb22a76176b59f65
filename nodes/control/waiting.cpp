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

// A pause as `timeout` or `until` bound it.
outcome bounded(outcome pause, const json& data) {
  const auto timeout = duration_field(data, "timeout");
  const auto until = time_field(data, "until");
  if (timeout && until) throw std::invalid_argument("data has both 'timeout' and 'until'");
  if (timeout) pause = std::move(pause).within(*timeout);
  if (until) pause = std::move(pause).by(*until);
  return std::move(pause).because(text_field(data, "reason", ""));
}

outcome run_wait(node_context& c) {
  auto names = signals_of(c.data());
  if (!names.empty()) {
    if (!c.signal().empty()) return taken(c);
    return bounded(outcome::pause_for_signals(std::move(names)), c.data());
  }
  if (const json* payload = c.payload()) return outcome::output(*payload);
  return bounded(outcome::pause(), c.data());
}

outcome run_delay(node_context& c) {
  if (c.timer_fired() && c.node_state() != nullptr) return outcome::output(*c.node_state());
  const auto ms = duration_field(c.data(), "ms");
  const auto until = time_field(c.data(), "until");
  if (ms.has_value() == until.has_value())
    throw std::invalid_argument("data must say how long to wait: either 'ms' (milliseconds) or 'until' (a time)");
  outcome pause = ms ? outcome::pause_for(*ms).keep({{"ms", ms->count()}})
                     : outcome::pause_until(*until).keep({{"until", *field(c.data(), "until")}});
  return std::move(pause).because(text_field(c.data(), "reason", ""));
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

// And of a time.
void check_time(const json& data, std::vector<problem>& problems) {
  const json* value = field(data, "until");
  if (value == nullptr || is_expression(*value) || time_of(*value)) return;
  problems.push_back({false, "/until", "is no time from 1970 on",
                      "write one such as \"2027-01-31T12:00:00Z\", milliseconds since 1970, or an expression"});
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
  check_members(data, {"reason", "timeout", "until", "schema", "signal", "signals"}, problems);
  check_duration(data, "timeout", problems);
  check_time(data, problems);
  if (field(data, "timeout") != nullptr && field(data, "until") != nullptr)
    problems.push_back({false, "/until", "stands beside 'timeout'", "keep one of them"});
  check_signals(data, problems);
  return problems;
}

std::vector<problem> check_delay(const json& data) {
  std::vector<problem> problems;
  check_members(data, {"reason", "ms", "until"}, problems);
  check_duration(data, "ms", problems);
  check_time(data, problems);
  const bool is_written = data.is_object() || data.is_null(); // else it is an expression
  const bool has_ms = field(data, "ms") != nullptr;
  const bool has_until = field(data, "until") != nullptr;
  if (is_written && !has_ms && !has_until)
    problems.push_back({false, "", "a delay needs 'ms' or 'until'",
                        "say how many milliseconds to wait, or until when (\"2027-01-31T12:00:00Z\")"});
  if (has_ms && has_until) problems.push_back({false, "/until", "stands beside 'ms'", "keep one of them"});
  return problems;
}

} // namespace

node_type wait_type() {
  node_type type = waiting("wait", run_wait);
  type.payload_schema_member = "schema";
  type.definite_members = {"signal", "signals", "timeout", "until"};
  type.signal_members = {"signal", "signals"};
  type.check_data = check_wait;
  return type;
}

node_type delay_type() {
  node_type type = waiting("delay", run_delay);
  type.definite_members = {"ms", "until"};
  type.check_data = check_delay;
  return type;
}

} // namespace pawl::nodes
