// log: hands what an author wrote to the host. Never fails the node because of the host.
#include "nodes/control/control.hpp"
#include "nodes/control/data_fields.hpp"
#include "nodes/short_text.hpp"
#include "runtime/core/json.hpp"

#include <pawl/printable.hpp>

#include <array>
#include <stdexcept>
#include <utility>

namespace pawl {

const char* to_string(log_level level) noexcept {
  switch (level) {
    case log_level::debug: return "debug";
    case log_level::warn: return "warn";
    case log_level::error: return "error";
    default: return "info";
  }
}

} // namespace pawl

namespace pawl::nodes {
namespace {

using nlohmann::json;

log_level level_of(const json& data) {
  const std::string name = text_field(data, "level", "info");
  for (const log_level level : {log_level::debug, log_level::info, log_level::warn, log_level::error})
    if (name == to_string(level)) return level;
  throw std::invalid_argument("data.level must be debug, info, warn or error");
}

log_entry entry_of(const node_context& c) {
  const json* message = field(c.data(), "message");
  if (message == nullptr || !message->is_string()) throw std::invalid_argument("data.message must be a text");
  log_entry entry;
  entry.time_ms = c.time_ms();
  entry.instance_id = c.instance_id();
  entry.node_id = c.node_id();
  entry.visit = c.visit();
  entry.level = level_of(c.data());
  entry.message = shortened(message->get<std::string>());
  return entry;
}

// A host writes each text as a line, or as part of one.
void tell(const node_logger& logger, log_entry entry) {
  if (!logger) return;
  for (std::string* text : {&entry.instance_id, &entry.node_id, &entry.message})
    *text = printable(*text);
  entry.fields_json = printable_json(entry.fields_json);
  try {
    logger(entry);
  } catch (...) {
    // A host that cannot log must not stop workflows.
  }
}

outcome run_log(node_context& c, const node_logger& logger) {
  log_entry entry = entry_of(c);
  json output{{"level", to_string(entry.level)}, {"message", entry.message}};
  if (const json* fields = field(c.data(), "fields")) {
    if (!fields->is_object()) throw std::invalid_argument("data.fields must be an object");
    auto text = core::to_text(*fields, "data.fields");
    if (!text) throw std::invalid_argument(text.failure().message);
    entry.fields_json = std::move(*text);
    output["fields"] = *fields;
  }
  tell(logger, std::move(entry));
  return outcome::output(std::move(output));
}

} // namespace

node_type log_type(node_logger logger) {
  node_type type;
  type.name = "log";
  type.execute = [logger = std::move(logger)](node_context& c) { return run_log(c, logger); };
  type.concurrency = 1; // on a thread of its own: the host may write to a disk or a socket
  return type;
}

} // namespace pawl::nodes
