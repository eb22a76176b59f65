// The command pawl: reads the command line, carries out one command, turns every failure into one message.
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"

#include <pawl/version.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>

namespace {

using namespace pawl::tool;

const char* const footer = R"(Examples:
  pawl run approval.json --input '{"title": "Hello"}' --id post-1
  pawl list --status paused
  pawl show post-1
  pawl resume post-1 --visit 1 --payload '{"approved": true}'
  pawl history post-1 -o jsonl | jq .node
  pawl rm post-1
  pawl prune --older-than 30d
  pawl validate *.json --strict
  pawl eval 'input.n * 2' --context '{"input": {"n": 21}}'

Exit codes:
  0  done; for run and resume: the instance completed
  1  the instance failed, or the command could not do its work
  2  the command line is wrong
  3  the instance waits for a payload
  4  no such instance, or no such store
  130, 143  run or resume was stopped by SIGINT or SIGTERM; the instance goes on with the next run

The store is --store FILE, else $PAWL_STORE, else ./pawl.db. list, show and history
read beside a running owner and change nothing; run, resume, rm and prune own the
store.)";

int report(const std::exception& what) {
  complain(what.what());
  return exit_code::failed;
}

int carry_out(const action& chosen) {
  try {
    return chosen();
  } catch (const command_failure& failure) {
    if (*failure.what() != '\0') complain(failure.what());
    return failure.code();
  } catch (const std::exception& other) {
    return report(other);
  }
}

// CLI11 only misses a subcommand where a wrong one stands.
std::string reason(const CLI::ParseError& error, bool has_command, int count, char** words) {
  const bool wrong_command = !has_command && count > 1 && words[1][0] != '-';
  return wrong_command ? fmt::format("there is no command '{}'", words[1]) : error.what();
}

int refuse(const CLI::App& app, const CLI::ParseError& error, int count, char** words) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
  const auto named = app.get_subcommands();
  complain(reason(error, !named.empty(), count, words));
  std::fprintf(stderr, "  'pawl%s%s --help' says what there is\n", named.empty() ? "" : " ",
               named.empty() ? "" : named.front()->get_name().c_str());
  return exit_code::usage;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs durable workflows and looks at them.", "pawl"};
  action chosen;
  app.set_version_flag("--version", std::string("pawl ") + pawl::version());
  app.footer(footer);
  app.require_subcommand(1);
  for (auto add :
       {add_run, add_resume, add_list, add_show, add_history, add_rm, add_prune, add_validate, add_eval, add_functions})
    add(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return refuse(app, error, argc, argv);
  }
  return carry_out(chosen);
}
