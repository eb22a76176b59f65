// pawl secrets set, allow and rm: what the store holds, and who may have it.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/secret_reading.hpp"
#include "tools/pawl/secret_views.hpp"
#include "tools/pawl/secrets_arguments.hpp"
#include "tools/pawl/secrets_commands.hpp"
#include "tools/pawl/settings_arguments.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/times.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace pawl::tool {
namespace {

void print_settings(const secret_settings& settings) {
  for (const std::string& line : settings_lines(settings))
    print_line("  " + line);
  flush_output();
}

// ---- set

struct set_arguments {
  secrets_arguments sealed;
  settings_arguments settings;
  std::string name;
  std::size_t keep = 1;
  bool no_mask = false;
  bool is_raw = false;
};

// Of what is there already, only what the command line names is changed: no forgotten option opens a secret.
secret_settings settings_for(const set_arguments& given, const secret_settings& wanted, const secret_store& store) {
  const auto all = store.list();
  const auto there = std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.name == given.name; });
  if (there == all.end()) return wanted;
  secret_settings made = there->settings;
  if (!wanted.policy.owners.empty()) made.policy.owners = wanted.policy.owners;
  if (!wanted.policy.definitions.empty()) made.policy.definitions = wanted.policy.definitions;
  if (!wanted.policy.node_types.empty()) made.policy.node_types = wanted.policy.node_types;
  if (!wanted.policy.hosts.empty()) made.policy.hosts = wanted.policy.hosts;
  if (!wanted.policy.labels.empty()) made.policy.labels = wanted.policy.labels;
  if (!given.settings.expires.empty()) made.expires_at_ms = wanted.expires_at_ms;
  made.no_mask = made.no_mask || given.no_mask;
  if (made.expires_at_ms && *made.expires_at_ms <= now_ms())
    throw command_failure(exit_code::usage, fmt::format("secret '{}' has expired, and so would the new version: give "
                                                        "--expires TIME, or --expires never",
                                                        printable(given.name)));
  return made;
}

// All is read before the store is opened: its lock is not held while somebody types.
int set(const set_arguments& given) {
  const secret_settings wanted{given.settings.policy(), given.settings.expires_at_ms(), given.no_mask};
  const secret_key key = given.sealed.key();
  const secret_bytes value = read_value(given.name, given.is_raw);
  secret_store store = need(secret_store::open(given.sealed.path(), key));
  const secret_settings settings = settings_for(given, wanted, store);
  const std::int64_t version = need(store.set(given.name, value, settings, given.keep));
  print_line(fmt::format("{}, {} bytes", version_text(given.name, version), value.size()));
  print_settings(settings);
  return exit_code::done;
}

// ---- allow

struct allow_arguments {
  secrets_arguments sealed;
  settings_arguments settings;
  std::string name;
  std::vector<std::string> clear;
};

void add_missing(std::vector<std::string>& list, const std::vector<std::string>& more) {
  for (const std::string& one : more)
    if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(one);
}

void clear_list(secret_policy& policy, const std::string& which) {
  if (which == "owners") policy.owners.clear();
  if (which == "definitions") policy.definitions.clear();
  if (which == "types") policy.node_types.clear();
  if (which == "hosts") policy.hosts.clear();
  if (which == "labels") policy.labels.clear();
}

int allow(const allow_arguments& given) {
  if (!given.settings.is_given() && given.clear.empty())
    throw command_failure(exit_code::usage, "nothing to change: give --allow-owner, --allow-definition, "
                                            "--allow-type, --allow-host, --allow-label, --expires or --clear");
  const secret_policy more = given.settings.policy();
  const bool has_expiry = !given.settings.expires.empty();
  const auto expiry = given.settings.expires_at_ms();
  secret_store store = given.sealed.open();
  secret_settings settings = need_secret(store, given.name).settings;
  for (const std::string& which : given.clear)
    clear_list(settings.policy, which);
  add_missing(settings.policy.owners, more.owners);
  add_missing(settings.policy.definitions, more.definitions);
  add_missing(settings.policy.node_types, more.node_types);
  add_missing(settings.policy.hosts, more.hosts);
  for (const auto& [label, pattern] : more.labels)
    settings.policy.labels[label] = pattern;
  if (has_expiry) settings.expires_at_ms = expiry;
  need(store.change_settings(given.name, settings));
  print_line(fmt::format("secret '{}' may be had so:", printable(given.name)));
  print_settings(settings);
  return exit_code::done;
}

// ---- rm

struct rm_secret_arguments {
  secrets_arguments sealed;
  std::string name;
  bool is_forced = false;
};

int rm_secret(const rm_secret_arguments& given) {
  secret_store store = given.sealed.open();
  need_secret(store, given.name);
  need(store.remove(given.name, given.is_forced));
  print_line(fmt::format("secret '{}' is removed", printable(given.name)));
  flush_output();
  return exit_code::done;
}

} // namespace

void add_secrets_set(CLI::App& secrets, action& chosen) {
  auto given = std::make_shared<set_arguments>();
  CLI::App& command =
      add_discreet(secrets, "set",
                   "Put a value in, or a new version of one: from stdin, of which one final line end is "
                   "taken off, or asked for twice on the terminal");
  command.add_option("NAME", given->name, "1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'")->required()->type_name("");
  given->sealed.add(command);
  add_settings(command, given->settings);
  command.add_option("--keep", given->keep, "So many versions stay, this one included")
      ->type_name("N")
      ->capture_default_str();
  command
      .add_flag("--no-mask", given->no_mask, "Permit a value of under 8 bytes, and do not mask it in results and logs")
      ->disable_flag_override();
  command.add_flag("--raw", given->is_raw, "Keep a final line end of stdin")->disable_flag_override();
  command.footer(
      "A name that exists keeps what no option names; an option replaces its own list. 'pawl secrets allow'\n"
      "adds to lists and empties them. A new name without options: anything may have it, but http not at all.");
  on_chosen(command, chosen, [given] { return set(*given); });
}

void add_secrets_allow(CLI::App& secrets, action& chosen) {
  auto given = std::make_shared<allow_arguments>();
  CLI::App& command = add_discreet(secrets, "allow", "Add to the lists of who may have a secret; its value stays");
  command.add_option("NAME", given->name, "The secret")->required()->type_name("");
  given->sealed.add(command);
  add_settings(command, given->settings);
  command
      .add_option("--clear", given->clear, "Empty a list first: owners, definitions, types, hosts, labels; repeatable")
      ->check(CLI::IsMember({"owners", "definitions", "types", "hosts", "labels"}).description(""))
      ->allow_extra_args(false)
      ->type_name("LIST");
  command.footer("An empty list means any (of hosts: none for http), so its first entry bounds it, and --clear\n"
                 "opens it. A label that is there gets the new value.");
  on_chosen(command, chosen, [given] { return allow(*given); });
}

void add_secrets_rm(CLI::App& secrets, action& chosen) {
  auto given = std::make_shared<rm_secret_arguments>();
  CLI::App& command = add_discreet(secrets, "rm", "Take a secret out, with all its versions");
  command.add_option("NAME", given->name, "The secret")->required()->type_name("");
  command
      .add_flag("--force", given->is_forced, "Also the key of encrypted payloads, which nobody can read then any more")
      ->disable_flag_override();
  given->sealed.add(command);
  on_chosen(command, chosen, [given] { return rm_secret(*given); });
}

} // namespace pawl::tool
