// pawl run: an instance of a definition in the foreground, new or, by its id, where it stood.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/definition_file.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/foreground.hpp"
#include "tools/pawl/reading.hpp"
#include "tools/pawl/text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace pawl::tool {
namespace {

using nlohmann::json;

struct run_arguments {
  common_arguments common;
  foreground_arguments foreground;
  std::string definition;
  std::optional<std::string> input;
  std::string id;
  std::string start_node;
  std::string owner;
  std::optional<std::string> payload;
  std::vector<std::string> labels; ///< NAME=VALUE
};

// What the new instance, or the one that is there, is started with.
json choose_input(const run_arguments& given, const std::optional<snapshot>& there) {
  if (given.input) return read_json(*given.input, "--input");
  return there ? there->document().value("input", json(nullptr)) : json::object();
}

[[noreturn]] void explain_conflict(const run_arguments& given, const snapshot& there,
                                   const std::string& definition_id) {
  const std::string is = there.document().value("workflowId", "");
  if (is != definition_id)
    throw command_failure(
        exit_code::failed,
        fmt::format("instance '{}' exists and belongs to the workflow '{}', not to '{}'; take another --id", given.id,
                    is, definition_id));
  throw command_failure(
      exit_code::failed,
      fmt::format("instance '{}' exists with another input or other labels; take another --id, or leave out --input "
                  "and --label to go on with what it has",
                  given.id));
}

// As the input: those that the instance has, unless others are given.
std::map<std::string, std::string> choose_labels(const run_arguments& given, const std::optional<snapshot>& there) {
  if (given.labels.empty() && there) return there->document().value("labels", std::map<std::string, std::string>());
  return read_labels(given.labels);
}

void say_how_it_goes_on(foreground& here, const snapshot& there, const loaded_definition& loaded) {
  here.shown().say(has_ended(there.status())
                       ? fmt::format("instance {} had ended before", printable(there.id()))
                       : fmt::format("instance {} goes on from revision {}", printable(there.id()), there.revision()));
  if (there.document().value("definitionHash", loaded.hash) != loaded.hash)
    complain(
        fmt::format("instance '{}' keeps the definition that it started with; the file has another now", there.id()));
}

std::string start(const run_arguments& given, runtime& runtime, const loaded_definition& loaded,
                  const std::optional<snapshot>& there) {
  const json input = choose_input(given, there);
  if (there && (given.payload || !given.start_node.empty()))
    throw command_failure(exit_code::usage,
                          fmt::format("instance '{}' has started already: --payload and --start mean nothing to it; "
                                      "`pawl resume` gives a waiting one its payload",
                                      there->id()));
  const json payload = given.payload ? read_json(*given.payload, "--payload") : json();
  start_options how;
  how.id = given.id;
  how.start_node = given.start_node;
  if (given.payload) how.payload = &payload;
  how.labels = choose_labels(given, there);
  auto started = runtime.start(loaded.id, input, how);
  if (!started && started.failure().code == errc::conflict && there) explain_conflict(given, *there, loaded.id);
  return need(std::move(started));
}

int run_definition_in(foreground& here, const run_arguments& given) {
  const std::string fallback_id = std::filesystem::path(given.definition).stem().string();
  const std::string text = read_definition(given.definition, fallback_id);
  if (is_old(given.common.store())) here.own(); // migrates it
  const std::optional<snapshot> there =
      given.id.empty() ? std::nullopt : find_instance(given.common.store(), given.id, here.keys());
  runtime& runtime = here.own();
  load_options how;
  how.fallback_id = fallback_id;
  how.owner = given.owner;
  const loaded_definition loaded = need(runtime.load_definition(text, how), given.definition);
  const std::string id = start(given, runtime, loaded, there);
  if (there)
    say_how_it_goes_on(here, *there, loaded);
  else
    here.shown().say(fmt::format("instance {} of {}", printable(id), printable(loaded.id)));
  here.shown().follow(id, there ? there->revision() : 0); // what was told before is shown now
  return here.go_on(id);
}

int run_definition(const run_arguments& given) {
  foreground here(given.common, given.foreground);
  return here.carry_out(given.id, [&] { return run_definition_in(here, given); });
}

} // namespace

void add_run(CLI::App& app, action& chosen) {
  auto given = std::make_shared<run_arguments>();
  CLI::App& command = *app.add_subcommand("run", "Run an instance in the foreground until it ends or needs a payload");
  command.add_option("DEFINITION", given->definition, "The workflow's JSON file")->required();
  command
      .add_option("--input", given->input, "The instance's input; - is stdin; without it {}, or what it has already")
      ->type_name("JSON|@FILE|-");
  command.add_option("--id", given->id, "The instance's id; if it exists, it goes on where it stood")
      ->check(not_empty())
      ->type_name("ID");
  add_common(command, given->common);
  command.add_option("--start", given->start_node, "The first node, else as the definition says")->type_name("NODE");
  command.add_option("--payload", given->payload, "The external payload of the first step")->type_name("JSON|@FILE|-");
  command
      .add_option("--label", given->labels, "What you say of the instance; policies of secrets go by it; repeatable")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
  command.add_option("--owner", given->owner, "Whose definition it is; policies of secrets may go by it")
      ->type_name("OWNER")
      ->check(not_empty());
  add_foreground(command, given->foreground);
  command.callback([given, &chosen] { chosen = [given] { return run_definition(*given); }; });
}

} // namespace pawl::tool
