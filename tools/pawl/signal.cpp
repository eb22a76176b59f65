// pawl signal: sends an instance a named signal and runs on.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/foreground.hpp"
#include "tools/pawl/reading.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>

namespace pawl::tool {
namespace {

using nlohmann::json;

struct signal_arguments {
  common_arguments common;
  foreground_arguments foreground;
  std::string id;
  std::string name;
  std::optional<std::string> payload;
  std::string key;
};

int signal_in(foreground& here, const signal_arguments& given) {
  const json payload = given.payload ? read_json(*given.payload, "--payload") : json();
  if (is_old(given.common.store())) here.own(); // migrates it
  const snapshot before = read_instance(given.common.store(), given.id);
  here.shown().follow(given.id, before.revision());
  signal_options how;
  how.key = given.key;
  need(here.own().signal(given.id, given.name, given.payload ? &payload : nullptr, how));
  return here.go_on(given.id);
}

int signal(const signal_arguments& given) {
  foreground here(given.common, given.foreground);
  return here.carry_out(given.id, [&] { return signal_in(here, given); });
}

} // namespace

void add_signal(CLI::App& app, action& chosen) {
  auto given = std::make_shared<signal_arguments>();
  CLI::App& command =
      *app.add_subcommand("signal", "Send an instance a named signal, kept until something waits for it; then run on");
  command.add_option("ID", given->id, "The instance")->required()->check(not_empty());
  command.add_option("NAME", given->name, "The signal")->required()->check(not_empty());
  command.add_option("--payload", given->payload, "What comes with it")->type_name("JSON|@FILE|-");
  command
      .add_option("--key", given->key,
                  "Makes a repeated command harmless: a second signal of this key counts for nothing")
      ->check(not_empty())
      ->type_name("KEY");
  add_common(command, given->common);
  add_foreground(command, given->foreground);
  command.callback([given, &chosen] { chosen = [given] { return signal(*given); }; });
}

} // namespace pawl::tool
