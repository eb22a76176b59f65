// The command pawl: reads the command line, carries out one command, turns every failure into one message.
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"

#include <pawl/process.hpp>
#include <pawl/version.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <utility>

namespace {

using namespace pawl::tool;

const char* const command_footer = R"(Examples:
  pawl run approval.json --input '{"title": "Hello"}' --id post-1
  pawl list --status paused
  pawl show post-1
  pawl resume post-1 --visit 1 --payload '{"approved": true}'
  pawl signal order-7 paid --payload '{"amount": 12}' --key payment-4711
  pawl cancel order-7 --reason 'ordered twice'
  pawl history post-1 -o jsonl | jq .node
  pawl rm post-1
  pawl prune --older-than 30d
  pawl db info
  pawl def prune
  pawl validate *.json --strict
  pawl eval 'input.n * 2' --context '{"input": {"n": 21}}'
  pawl schedule add approval.json --id nightly --cron '0 2 * * *' --zone Europe/Berlin
  pawl secrets init --key-file /media/key/pawl.key
  pawl secrets set mail --allow-host mail.example.org --key-file /media/key/pawl.key < mail-token

Exit codes:
  0  done; for run, resume and signal: the instance completed; for cancel: it is cancelled
  1  the instance failed, or the command could not do its work; secrets check: something deserves a look
  2  the command line is wrong
  3  the instance waits for a payload or a signal
  4  no such instance, no such secret, or no such store
  130, 143  run, resume, signal, cancel, schedule run or a question of secrets was stopped by SIGINT or SIGTERM; the instance
     goes on with the next run

The store is --store FILE, else $PAWL_STORE, else ./pawl.db. list, show, history,
db info and def list read beside a running owner and change nothing; run, resume, signal,
cancel, rm, prune, def rm, def prune and db new-identity own the store.)";

int report(const std::exception& what) {
  complain(what.what());
  return exit_code::failed;
}

/// What the process does to itself before any command, unless told otherwise.
struct process_arguments {
  bool allows_core_dumps = false;
  bool accepts_unlocked_memory = false;

  void add(CLI::App& app) {
    app.add_flag("--allow-core-dumps", allows_core_dumps,
                 "Let core images be written and debuggers look in; secrets then do not stay inside")
        ->disable_flag_override();
    app.add_flag("--accept-unlocked-memory", accepts_unlocked_memory,
                 "Go on where the system locks no memory for secrets: they may be swapped out")
        ->disable_flag_override();
  }
  void apply() const {
    if (!allows_core_dumps) need(pawl::harden_process());
    pawl::accept_unlocked_memory(accepts_unlocked_memory);
  }
};

int carry_out(const process_arguments& process, const action& chosen) {
  try {
    process.apply();
    return chosen();
  } catch (const command_failure& failure) {
    if (*failure.what() != '\0') complain(failure.what());
    return failure.code();
  } catch (const std::exception& other) {
    return report(other);
  }
}

// The innermost command that the words name, and those words.
std::pair<const CLI::App*, std::string> innermost(const CLI::App& app) {
  const CLI::App* command = &app;
  std::string named;
  for (auto below = app.get_subcommands(); !below.empty(); below = command->get_subcommands()) {
    command = below.front();
    named += ' ' + command->get_name();
  }
  return {command, named};
}

// CLI11 only misses a subcommand where a wrong one stands.
std::string reason(const CLI::ParseError& error, const CLI::App& command) {
  const bool has_commands = !command.get_subcommands([](const CLI::App*) { return true; }).empty();
  const auto unread = command.remaining();
  const bool wrong_command = has_commands && !unread.empty() && unread.front()[0] != '-';
  return wrong_command ? fmt::format("there is no command '{}'", unread.front()) : error.what();
}

int refuse(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
  const auto [command, named] = innermost(app);
  complain(reason(error, *command));
  std::fprintf(stderr, "  'pawl%s --help' says what there is\n", named.c_str());
  return exit_code::usage;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs durable workflows and looks at them.", "pawl"};
  action chosen;
  process_arguments process;
  process.add(app);
  app.set_version_flag("--version", std::string("pawl ") + pawl::version());
  app.footer(command_footer);
  app.require_subcommand(1);
  for (auto add : {add_run, add_resume, add_signal, add_cancel, add_list, add_show, add_history, add_rm, add_prune,
                   add_db, add_def, add_validate, add_eval, add_functions, add_secrets, add_schedule})
    add(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return refuse(app, error);
  }
  return carry_out(process, chosen);
}
