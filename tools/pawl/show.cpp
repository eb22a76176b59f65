// pawl show: where one instance stands.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/reading.hpp"
#include "tools/pawl/secrets_arguments.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/views.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pawl::tool {
namespace {

using nlohmann::json;

constexpr std::size_t value_columns_max = 90;

struct show_arguments {
  common_arguments common;
  secrets_arguments keys;
  std::string id;
};

void print_waits(const snapshot& shown, const common_arguments& common) {
  for (const wait_info& w : shown.waits()) {
    print_line(name_and_value("waits", wait_text(w)));
    if (const auto answer = answer_text(shown.id(), w, common.store_words()); !answer.empty())
      print_line(name_and_value("", answer));
  }
  for (const json& s : shown.document().value("signals", json::array()))
    print_line(name_and_value("signal", printable(fmt::format("'{}', {} since {}", s.value("name", ""),
                                                              has_ended(shown.status()) ? "never consumed" : "kept",
                                                              time_text(s.value("at", std::int64_t{0}))))));
}

void print_outer_bounds(const json& d) {
  if (const auto closing = d.find("closing"); closing != d.end())
    print_line(name_and_value(
        "ending", printable(fmt::format("will be {} by {}{}", closing->value("end", ""),
                                        time_text(closing->value("until", std::int64_t{0})),
                                        closing->contains("reason") ? ": " + closing->value("reason", "") : ""))));
  if (d.contains("timeoutAt")) print_line(name_and_value("timeout", time_text(d.value("timeoutAt", std::int64_t{0}))));
}

std::string last_result(const json& result) {
  if (result.contains("error")) return printable("failed: " + result["error"].get<std::string>());
  return result.contains("output") ? brief(result["output"], value_columns_max) : "(no output)";
}

void print_results(const json& context) {
  if (context.empty()) return;
  print_line("");
  list_output table(format::table, "", {"NODE", "RESULTS", "LAST"});
  for (const auto& [node, results] : context.items())
    table.add([] { return json(); },
              [&, &id = node, &all = results]() -> std::vector<std::string> {
                return {printable(id), std::to_string(all.size()), last_result(all.back())};
              });
  table.finish();
}

void print_table(const snapshot& shown, const common_arguments& common) {
  const json& d = shown.document();
  print_line(name_and_value("instance", printable(shown.id())));
  print_line(name_and_value("workflow", printable(d.value("workflowId", ""))));
  if (d.contains("owner")) print_line(name_and_value("owner", printable(d.value("owner", ""))));
  print_line(name_and_value("status", to_string(shown.status())));
  if (const std::string why = end_reason(shown); !why.empty()) print_line(name_and_value("reason", printable(why)));
  print_outer_bounds(d);
  if (!shown.current_node().empty()) print_line(name_and_value("node", printable(shown.current_node())));
  print_line(name_and_value("revision", std::to_string(shown.revision())));
  print_line(name_and_value("created", time_text(d.value("createdAt", std::int64_t{0}))));
  print_line(name_and_value("updated", time_text(d.value("updatedAt", std::int64_t{0}))));
  if (d.contains("encrypted")) print_line(name_and_value("encrypted", d["encrypted"].get<std::string>()));
  print_line(name_and_value("input", brief(d.value("input", json(nullptr)), value_columns_max)));
  print_waits(shown, common);
  print_results(d.value("context", json::object()));
}

int show(const show_arguments& given) {
  const snapshot shown = read_instance(given.common.store(), given.id, given.keys.if_named());
  if (given.common.how == format::table)
    print_table(shown, given.common);
  else
    print_json(to_json(shown), given.common.how);
  flush_output();
  return exit_code::done;
}

} // namespace

void add_show(CLI::App& app, action& chosen) {
  auto given = std::make_shared<show_arguments>();
  CLI::App& command = *app.add_subcommand("show", "Where an instance stands: status, waits, last results");
  command.add_option("ID", given->id, "The instance")->required()->check(not_empty());
  add_common(command, given->common);
  add_reading_secrets(command, given->keys);
  command.callback([given, &chosen] { chosen = [given] { return show(*given); }; });
}

} // namespace pawl::tool
