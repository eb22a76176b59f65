// pawl cancel: ends an instance from outside.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/foreground.hpp"
#include "tools/pawl/reading.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace pawl::tool {
namespace {

struct cancel_arguments {
  common_arguments common;
  foreground_arguments foreground;
  std::string id;
  cancel_options how;
};

int cancel_in(foreground& here, const cancel_arguments& given) {
  if (is_old(given.common.store())) here.own(); // migrates it
  const snapshot before = read_instance(given.common.store(), given.id);
  here.shown().follow(given.id, before.revision());
  need(here.own().cancel(given.id, given.how));
  const int code = here.go_on(given.id);
  return need(here.own().query(given.id)).status() == instance_status::cancelled ? exit_code::done : code;
}

int cancel(const cancel_arguments& given) {
  foreground here(given.common, given.foreground);
  return here.carry_out(given.id, [&] { return cancel_in(here, given); });
}

} // namespace

void add_cancel(CLI::App& app, action& chosen) {
  auto given = std::make_shared<cancel_arguments>();
  CLI::App& command = *app.add_subcommand(
      "cancel", "End an instance from outside: nothing new starts, and what runs has 10 seconds to answer");
  command.add_option("ID", given->id, "The instance")->required()->check(not_empty());
  command.add_option("--reason", given->how.reason, "Why, for people: stored and shown")->type_name("TEXT");
  command.add_flag("--terminate", given->how.terminate, "At once: what runs has no time to answer")
      ->disable_flag_override();
  add_common(command, given->common);
  add_foreground(command, given->foreground);
  command.callback([given, &chosen] { chosen = [given] { return cancel(*given); }; });
}

} // namespace pawl::tool
