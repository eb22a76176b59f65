// Options that are lists: patterns of policies, and labels as K=V.
#include "tools/pawl/settings_arguments.hpp"

#include "tools/pawl/arguments.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/times.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace pawl::tool {
namespace {

constexpr const char* policy_options = "Who may have it (each repeatable, one * at the end stands for any rest)";

void add_list(CLI::App& command, const char* name, std::vector<std::string>& list, const char* type, const char* help) {
  command.add_option(name, list, help)->allow_extra_args(false)->type_name(type)->group(policy_options);
}

} // namespace

bool settings_arguments::is_given() const {
  return !owners.empty() || !definitions.empty() || !types.empty() || !hosts.empty() || !labels.empty() ||
         !expires.empty();
}

secret_policy settings_arguments::policy() const {
  secret_policy made;
  made.owners = owners;
  made.definitions = definitions;
  made.node_types = types;
  made.hosts = hosts;
  for (const std::string& label : labels) {
    const auto equals = label.find('=');
    if (equals == std::string::npos || equals == 0)
      throw command_failure(exit_code::usage, fmt::format("--allow-label: '{}' is not LABEL=VALUE", label));
    if (!made.labels.emplace(label.substr(0, equals), label.substr(equals + 1)).second)
      throw command_failure(exit_code::usage, fmt::format("--allow-label: {} is given twice; a label has one pattern",
                                                          label.substr(0, equals)));
  }
  need(check(made));
  return made;
}

std::optional<std::int64_t> settings_arguments::expires_at_ms() const {
  if (expires.empty() || expires == "never") return std::nullopt;
  return moment_to_come(expires, "--expires");
}

void add_allowed(CLI::App& command, settings_arguments& given) {
  add_list(command, "--allow-definition", given.definitions, "ID", "A workflow's id; without one any");
  add_list(command, "--allow-owner", given.owners, "OWNER",
           "Whose definitions, as the host says that loads them; without one anybody's. A definition names itself");
  add_list(command, "--allow-type", given.types, "TYPE", "A node type; without one any");
  add_list(
      command, "--allow-host", given.hosts, "HOST",
      "HOST, HOST:PORT or https://HOST[:PORT], by https only; http://HOST[:PORT] permits it in clear text. Without a "
      "port the usual one of the scheme. Without one, nodes that say where they send, as http does, do not get it; "
      "with one, only these do");
  add_list(command, "--allow-label", given.labels, "LABEL=VALUE",
           "A label that the instance must have; without one any instance");
}

void add_settings(CLI::App& command, settings_arguments& given) {
  add_allowed(command, given);
  command.add_option("--expires", given.expires, fmt::format("No node gets it from then on: {}", time_forms))
      ->type_name("TIME|never")
      ->check(not_empty());
}

} // namespace pawl::tool
