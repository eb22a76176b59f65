// pawl schedule add: puts a schedule into a store that nobody owns right now.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/definition_file.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/schedule_commands.hpp"
#include "tools/pawl/secrets_arguments.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/times.hpp"

#include <pawl/maintenance.hpp>
#include <pawl/runtime.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <memory>

namespace pawl::tool {
namespace {

using nlohmann::json;

struct add_arguments {
  common_arguments common;
  secrets_arguments keys;
  bool encrypt_payloads = false;
  std::string definition; ///< a file, or the id of one that the store has
  std::string every;
  std::string window;
  std::string start_at;
  std::string input = "{}";
  std::vector<std::string> labels;
  std::string owner;
  schedule_spec spec;
  add_schedule_options how;
};

// A store that is not there yet is made as any owner makes one; there is nothing in it that could run.
void make_store(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return;
  options opts;
  opts.store_path = path;
  need(runtime::open(std::move(opts))).stop();
}

schedule_spec spec_of(const add_arguments& given) {
  schedule_spec spec = given.spec;
  if (given.every.empty() == spec.cron.empty())
    throw command_failure(exit_code::usage, "say when: either --cron '0 2 * * *' or --every 15m");
  if (!given.every.empty() && spec.time_zone != schedule_spec().time_zone)
    throw command_failure(exit_code::usage, "--zone goes with --cron; an interval has no time zone");
  if (given.every.empty() && !given.start_at.empty())
    throw command_failure(exit_code::usage, "--start-at goes with --every; --cron says itself when");
  if (!given.every.empty()) spec.every_ms = length_of_time(given.every, "--every");
  if (!given.window.empty()) spec.catch_up_window_ms = length_of_time(given.window, "--window");
  if (!given.start_at.empty()) spec.start_at_ms = moment_to_come(given.start_at, "--start-at");
  spec.labels = read_labels(given.labels);
  return spec;
}

// Before a store is made or taken.
void check_times(const schedule_spec& spec) {
  schedule_spec in_utc = spec;
  in_utc.time_zone = schedule_spec().time_zone;
  need(next_times(in_utc, now_ms(), 1), spec.every_ms != 0 ? "--every" : "--cron");
  need(next_times(spec, now_ms(), 1), "--zone");
}

schedule_info store_schedule(maintenance& store, const add_arguments& given, const schedule_spec& spec,
                             const json& input) {
  auto added = store.add_schedule(spec, input, given.how);
  if (!added && added.failure().code == errc::conflict && !given.how.replace)
    throw command_failure(exit_code::failed,
                          fmt::format("the schedule '{}' has another content; --replace puts this one in its "
                                      "place, another --id beside it",
                                      spec.id));
  if (!added && added.failure().code == errc::unknown_definition)
    throw command_failure(
        exit_code::failed,
        fmt::format("there is neither a file '{0}' nor a definition '{0}' in {1}; name the workflow's JSON file",
                    given.definition, given.common.store()));
  return need(std::move(added));
}

bool is_file(const std::string& definition) {
  std::error_code ignored;
  return definition.find('/') != std::string::npos || std::filesystem::exists(definition, ignored) ||
         std::filesystem::path(definition).extension() == ".json";
}

int add(const add_arguments& given) {
  schedule_spec spec = spec_of(given);
  check_times(spec);
  const json input = read_json(given.input, "--input");
  const std::string fallback_id = std::filesystem::path(given.definition).stem().string();
  const bool from_file = is_file(given.definition);
  const std::string text = from_file ? read_definition(given.definition, fallback_id) : std::string();
  const secrets_options keys = given.keys.if_named();
  make_store(given.common.store());
  maintenance store = need(maintenance::open(given.common.store(), keys, given.encrypt_payloads));
  load_options loading;
  loading.fallback_id = fallback_id;
  loading.owner = given.owner;
  spec.definition_id = from_file ? need(store.load_definition(text, loading), given.definition).id : given.definition;
  const schedule_info added = store_schedule(store, given, spec, input);
  if (given.common.how == format::table)
    print_line(fmt::format("schedule {} of {}: {}, next {}", printable(added.spec.id),
                           printable(added.spec.definition_id), printable(when_text(added.spec)),
                           added.next_due_ms ? time_text(*added.next_due_ms)
                           : added.paused    ? "paused"
                                             : "never"));
  else
    print_json(json{{"schedule", to_json(added)}}, given.common.how);
  flush_output();
  return exit_code::done;
}

void add_policies(CLI::App& command, add_arguments& given) {
  const std::map<std::string, overlap_policy> overlaps{
      {"skip", overlap_policy::skip}, {"queue", overlap_policy::queue}, {"allow", overlap_policy::allow}};
  const std::map<std::string, missed_policy> misseds{
      {"none", missed_policy::none}, {"last", missed_policy::last}, {"all", missed_policy::all}};
  command
      .add_option("--overlap", given.spec.overlap, "When the run before has not ended: skip (default), queue, allow")
      ->transform(CLI::CheckedTransformer(overlaps).description(""))
      ->type_name("POLICY");
  command
      .add_option("--missed", given.spec.missed, "What was due while nobody owned the store: last (default), none, all")
      ->transform(CLI::CheckedTransformer(misseds).description(""))
      ->type_name("POLICY");
  command.add_option("--window", given.window, "How old a run may be that is made up: 90s, 15m, 12h, 30d; default 1d")
      ->type_name("TIME");
}

} // namespace

void add_schedule_add(CLI::App& schedule, action& chosen) {
  auto given = std::make_shared<add_arguments>();
  CLI::App& command = *schedule.add_subcommand("add", "Add a schedule, or replace one");
  command.add_option("DEFINITION", given->definition, "The workflow's JSON file, or its id when the store has it")
      ->required()
      ->check(not_empty());
  command.add_option("--id", given->spec.id, "The schedule's id; its instances are ID-2026-11-28T02:00:00Z")
      ->required()
      ->type_name("ID");
  command
      .add_option("--cron", given->spec.cron, "Minute, hour, day of month, month, day of week; or @daily and the like")
      ->type_name("'M H D M W'");
  command.add_option("--zone", given->spec.time_zone, "Whose clocks --cron goes by: Europe/Berlin; default UTC")
      ->type_name("ZONE");
  command.add_option("--every", given->every, "Instead of --cron: 90s, 15m, 12h, 30d")->type_name("TIME");
  command.add_option("--start-at", given->start_at, fmt::format("The first run of --every: {}", time_forms))
      ->type_name("TIME");
  command.add_option("--input", given->input, "The input of each instance; default {}")->type_name("JSON|@FILE|-");
  command.add_option("--label", given->labels, "A label of each instance; repeatable")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
  command.add_option("--owner", given->owner, "Whose definition the file is; policies of secrets may go by it")
      ->type_name("OWNER")
      ->check(not_empty());
  add_policies(command, *given);
  command.add_flag("--replace", given->how.replace, "Take the place of a schedule of that id with another content");
  add_common(command, given->common);
  add_reading_secrets(command, given->keys);
  command.add_flag("--encrypt-payloads", given->encrypt_payloads, "Encrypt the input, with a key in the sealed store")
      ->disable_flag_override();
  command.footer("");
  command.callback([given, &chosen] { chosen = [given] { return add(*given); }; });
}

} // namespace pawl::tool
