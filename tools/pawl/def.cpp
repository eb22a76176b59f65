// pawl def: the definitions that a store has, in all their versions.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/reading.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/times.hpp"

#include <pawl/maintenance.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pawl::tool {
namespace {

using nlohmann::json;

constexpr std::size_t definitions_page = 1000;

const char* const def_footer =
    R"(Each document that was loaded under an id is a version of it. Starts take the latest one; an
instance keeps the one that it started with.

Examples:
  pawl def list
  pawl def prune --dry-run
  pawl def rm approval --hash 5f0c…)";

struct def_arguments {
  common_arguments common;
  std::string id;
  std::string hash;
  bool dry_run = false;
};

json version_json(const definition_info& version) {
  json shown{{"number", version.number},
             {"definitionId", version.id},
             {"hash", version.hash},
             {"latest", version.latest_since_ms.has_value()},
             {"instances", version.instances}};
  if (!version.owner.empty()) shown["owner"] = version.owner;
  if (version.latest_since_ms) shown["latestSince"] = *version.latest_since_ms;
  return shown;
}

const std::vector<std::string> version_header{"WORKFLOW", "OWNER", "VERSION", "LATEST SINCE", "INSTANCES"};

std::vector<std::string> version_row(const definition_info& version) {
  return {printable(version.id), version.owner.empty() ? "-" : printable(version.owner), version.hash,
          version.latest_since_ms ? time_text(*version.latest_since_ms) : "-", std::to_string(version.instances)};
}

int list_definitions(const def_arguments& given) {
  store_reader reader = open_for_reading(given.common.store());
  list_output out(given.common.how, "definitions", version_header);
  std::int64_t last = 0;
  for (bool more = true; more;) {
    const auto found = need(reader.list_definitions(definitions_page, last));
    more = found.size() == definitions_page;
    for (const definition_info& version : found) {
      last = version.number;
      if (!out.add([&] { return version_json(version); }, [&] { return version_row(version); })) return exit_code::done;
    }
  }
  out.finish();
  return exit_code::done;
}

int remove_definition(const def_arguments& given) {
  maintenance store = need(maintenance::open(given.common.store()));
  need(store.remove_definition(given.id, given.hash));
  list_output out(given.common.how, "removed", {"REMOVED"});
  out.add(
      [&] {
        return json{{"definitionId", given.id}, {"hash", given.hash}};
      },
      [&] { return std::vector{printable(given.id)}; });
  out.finish();
  return exit_code::done;
}

int prune_definitions(const def_arguments& given) {
  maintenance store = need(maintenance::open(given.common.store()));
  const auto found = need(store.prune_definitions(given.dry_run));
  list_output out(given.common.how, given.dry_run ? "wouldRemove" : "removed", version_header);
  for (const definition_info& version : found)
    if (!out.add([&] { return version_json(version); }, [&] { return version_row(version); })) return exit_code::done;
  out.finish();
  if (given.common.how == format::table)
    print_line(fmt::format("{} version{} {}removed", found.size(), found.size() == 1 ? "" : "s",
                           given.dry_run ? "would be " : ""));
  return exit_code::done;
}

CLI::App& add_def_command(CLI::App& def, const char* name, const char* help,
                          const std::shared_ptr<def_arguments>& given, int (*work)(const def_arguments&),
                          action& chosen) {
  CLI::App& command = *def.add_subcommand(name, help);
  add_common(command, given->common);
  command.callback([given, work, &chosen] { chosen = [given, work] { return work(*given); }; });
  return command;
}

} // namespace

void add_def(CLI::App& app, action& chosen) {
  CLI::App& def = *app.add_subcommand("def", "Look at the definitions in the store, remove what nothing needs");
  def.footer(def_footer);
  def.require_subcommand(1);
  add_def_command(def, "list", "List all versions", std::make_shared<def_arguments>(), list_definitions, chosen);
  auto removing = std::make_shared<def_arguments>();
  CLI::App& rm = add_def_command(def, "rm", "Remove a definition that no instance and no schedule needs", removing,
                                 remove_definition, chosen);
  rm.add_option("ID", removing->id, "Its id")->required()->type_name("");
  rm.add_option("--hash", removing->hash, "Only the version with this hash")->type_name("HASH")->check(not_empty());
  auto pruning = std::make_shared<def_arguments>();
  CLI::App& prune =
      add_def_command(def, "prune", "Remove all versions that no instance needs and that are not the latest", pruning,
                      prune_definitions, chosen);
  prune.add_flag("--dry-run", pruning->dry_run, "Say which ones, remove nothing");
}

} // namespace pawl::tool
