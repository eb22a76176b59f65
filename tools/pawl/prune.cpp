// pawl prune: removes all instances that ended long ago.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/views.hpp"

#include <pawl/maintenance.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>

namespace pawl::tool {
namespace {

struct prune_arguments {
  common_arguments common;
  std::int64_t ended_for_ms = 0;
  prune_options which;
};

int prune(prune_arguments given) {
  given.which.ended_for = std::chrono::milliseconds(given.ended_for_ms);
  maintenance store = need(maintenance::open(given.common.store()));
  const auto found = need(store.prune(given.which));
  list_output out(given.common.how, given.which.dry_run ? "wouldRemove" : "removed", summary_header());
  for (const instance_summary& i : found)
    if (!out.add([&] { return to_json(i); }, [&] { return summary_row(i); })) return exit_code::done;
  out.finish();
  if (given.common.how == format::table)
    print_line(fmt::format("{} instance{} {}removed", found.size(), found.size() == 1 ? "" : "s",
                           given.which.dry_run ? "would be " : ""));
  return exit_code::done;
}

std::map<std::string, instance_status> ended_statuses() {
  std::map<std::string, instance_status> names;
  for (const auto s : {instance_status::completed, instance_status::failed, instance_status::cancelled})
    names.emplace(to_string(s), s);
  return names;
}

const std::map<std::string, std::int64_t>& units_in_ms() {
  static const std::map<std::string, std::int64_t> units{
      {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  return units;
}

} // namespace

void add_prune(CLI::App& app, action& chosen) {
  auto given = std::make_shared<prune_arguments>();
  CLI::App& command = *app.add_subcommand("prune", "Remove all instances that have ended, or those that are meant");
  add_common(command, given->common);
  command.add_option("--older-than", given->ended_for_ms, "Only those that ended so long ago: 90s, 15m, 12h, 30d")
      ->transform(CLI::AsNumberWithUnit(units_in_ms(), CLI::AsNumberWithUnit::UNIT_REQUIRED).description(""))
      ->type_name("TIME");
  command.add_option("--status", given->which.statuses, "Only these: completed, failed, cancelled")
      ->transform(CLI::CheckedTransformer(ended_statuses()).description(""))
      ->delimiter(',')
      ->type_name("STATUS[,STATUS]");
  command.add_option("--definition", given->which.definition_id, "Only those of this workflow")->type_name("ID");
  command.add_option("--limit", given->which.limit, "At most so many, the oldest first")
      ->type_name("N")
      ->capture_default_str();
  command.add_flag("--dry-run", given->which.dry_run, "Say which ones, remove nothing");
  command.callback([given, &chosen] { chosen = [given] { return prune(*given); }; });
}

} // namespace pawl::tool
