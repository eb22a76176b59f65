// Turns the library's views into JSON and words. Members are named as in snapshots, units in names.
#include "tools/pawl/views.hpp"

#include "tools/pawl/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pawl::tool {

using nlohmann::json;

json to_json(const instance_summary& summary) {
  json shown{
      {"instanceId", summary.id},     {"workflowId", summary.definition_id}, {"status", to_string(summary.status)},
      {"revision", summary.revision}, {"createdAt", summary.created_at_ms},  {"updatedAt", summary.updated_at_ms}};
  if (summary.wake_at_ms) shown["wakeAt"] = *summary.wake_at_ms;
  if (!summary.owner.empty()) shown["owner"] = summary.owner;
  return shown;
}

json to_json(const history_entry& entry) {
  json shown{{"revision", entry.revision}, {"timestamp", entry.at_ms}, {"event", entry.event},
             {"node", entry.node},         {"visit", entry.visit},     {"attempt", entry.attempt}};
  if (!entry.handle.empty()) shown["handle"] = entry.handle;
  if (!entry.error.empty()) shown["error"] = entry.error;
  if (!entry.note.empty()) shown["note"] = entry.note;
  if (entry.output) shown["output"] = *entry.output;
  if (entry.encrypted) shown["encrypted"] = true;
  return shown;
}

json to_json(const instance_event& event) {
  json shown = to_json(event.entry);
  shown["instanceId"] = event.instance_id;
  if (event.status) shown["status"] = to_string(*event.status);
  shown["next"] = event.next_node.empty() ? json(nullptr) : json(event.next_node);
  return shown;
}

json to_json(const snapshot& shown) { return json{{"snapshot", shown.document()}}; }

std::vector<std::string> summary_header() { return {"INSTANCE", "WORKFLOW", "STATUS", "REVISION", "UPDATED", "TIMER"}; }

std::vector<std::string> summary_row(const instance_summary& i) {
  return {printable(i.id),
          printable(i.definition_id),
          to_string(i.status),
          std::to_string(i.revision),
          time_text(i.updated_at_ms),
          i.wake_at_ms ? time_text(*i.wake_at_ms) : "-"};
}

std::string node_and_visit(const std::string& node, std::int64_t visit) {
  return visit > 1 ? fmt::format("{} #{}", printable(node), visit) : printable(node);
}

std::string what_happened(const history_entry& entry) {
  std::string text = entry.event;
  if (entry.event == "succeeded") text = entry.handle.empty() ? "done" : fmt::format("done by '{}'", entry.handle);
  if (entry.event == "failed") text = fmt::format("failed (attempt {}): {}", entry.attempt, entry.error);
  if (entry.event == "paused") text = "waits";
  if (entry.event == "timer_fired") text = "its timer went off";
  if (entry.event == "signalled") text = "a signal came";
  if (entry.event == "cancelled") text = "its end was asked for";
  if (entry.event == "instance_timed_out") text = "its time is over";
  if (entry.event == "given_up")
    text = entry.error.empty() ? "did not begin" : fmt::format("given up (attempt {}): {}", entry.attempt, entry.error);
  if (!entry.note.empty()) text += fmt::format(" [{}]", entry.note);
  return printable(text);
}

std::string end_reason(const snapshot& shown) {
  if (!shown.failed_reason().empty()) return shown.failed_reason();
  const auto metadata = shown.document().find("metadata");
  return metadata == shown.document().end() ? "" : metadata->value("cancelledReason", "");
}

std::string wait_text(const wait_info& wait) {
  std::string text = fmt::format("node '{}', visit {}, waits for a {}", wait.node, wait.visit, to_string(wait.kind));
  for (std::size_t i = 0; i < wait.signals.size(); ++i)
    text += fmt::format("{}'{}'", i == 0 ? " " : " or ", wait.signals[i]);
  if (wait.until_ms) text += fmt::format(" until {}", time_text(*wait.until_ms));
  if (!wait.reason.empty()) text += ": " + shortened(wait.reason, 200);
  return printable(text);
}

namespace {

// The words that are no options first, as people write them; behind "--" where one of them looks like an option.
std::string command_line(const char* command, const std::vector<std::string>& words, const std::string& options) {
  const bool looks_like_option =
      std::any_of(words.begin(), words.end(), [](const std::string& w) { return w.rfind('-', 0) == 0; });
  std::string line;
  for (const std::string& word : words)
    line += " " + shell_word(word);
  if (looks_like_option) return fmt::format("pawl {}{} --{}", command, options, line);
  return fmt::format("pawl {}{}{}", command, line, options);
}

} // namespace

std::string answer_text(const std::string& id, const wait_info& wait, const std::string& store) {
  if (wait.kind == wait_kind::signal)
    return command_line("signal", {id, wait.signals.empty() ? "NAME" : wait.signals.front()},
                        store + " --payload JSON");
  if (wait.kind != wait_kind::payload) return "";
  return command_line(
      "resume", {id},
      fmt::format("{} {} --visit {} --payload JSON", store, shell_option("--node", wait.node), wait.visit));
}

} // namespace pawl::tool
