// pawl resume: gives a waiting visit its payload and runs on.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/foreground.hpp"
#include "tools/pawl/reading.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/views.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pawl::tool {
namespace {

using nlohmann::json;

struct resume_arguments {
  common_arguments common;
  foreground_arguments foreground;
  std::string id;
  std::string node;
  std::optional<std::int64_t> visit;
  std::optional<std::string> payload;
};

std::string list_waits(const snapshot& there) {
  std::string lines;
  for (const wait_info& w : there.waits())
    lines += "\n" + wait_text(w);
  return lines;
}

// The one wait that is meant. The visit goes along, so that a repeated command cannot answer the next pause.
wait_info choose_wait(const resume_arguments& given, const snapshot& there) {
  if (has_ended(there.status()))
    throw command_failure(exit_code::failed,
                          fmt::format("instance '{}' has ended: {}", given.id, to_string(there.status())));
  std::vector<wait_info> fitting;
  for (const wait_info& w : there.waits())
    if (w.kind != wait_kind::timer && w.kind != wait_kind::signal && (given.node.empty() || w.node == given.node) &&
        (!given.visit || w.visit == *given.visit))
      fitting.push_back(w);
  if (fitting.size() == 1) return fitting.front();
  if (!fitting.empty())
    throw command_failure(exit_code::failed,
                          fmt::format("instance '{}' has several waits; say which by --node and --visit:{}", given.id,
                                      list_waits(there)));
  const std::string which = given.node.empty() && !given.visit ? "" : " there";
  throw command_failure(
      exit_code::failed,
      fmt::format("instance '{}' does not wait for a payload{}; {}{}", given.id, which,
                  there.waits().empty() ? "it waits for nothing" : "it waits so:", list_waits(there)));
}

void give(const resume_arguments& given, runtime& runtime, const wait_info& wait, const json& payload) {
  if (!given.payload && wait.kind == wait_kind::payload)
    throw command_failure(exit_code::usage, fmt::format("--payload JSON is missing: {}", wait_text(wait)));
  resume_options which;
  which.node = wait.node;
  which.visit = wait.visit;
  need(runtime.resume(given.id, given.payload ? &payload : nullptr, which));
}

int resume_in(foreground& here, const resume_arguments& given) {
  const json payload = given.payload ? read_json(*given.payload, "--payload") : json();
  if (is_old(given.common.store())) here.own(); // migrates it
  const snapshot before = read_instance(given.common.store(), given.id);
  here.shown().follow(given.id, before.revision());
  runtime& runtime = here.own();
  // What a crash cut off in the middle goes on first, up to the wait.
  const snapshot there = here.wait_for(given.id, wait_until::at_rest);
  give(given, runtime, choose_wait(given, there), payload);
  return here.go_on(given.id);
}

int resume(const resume_arguments& given) {
  foreground here(given.common, given.foreground);
  return here.carry_out(given.id, [&] { return resume_in(here, given); });
}

} // namespace

void add_resume(CLI::App& app, action& chosen) {
  auto given = std::make_shared<resume_arguments>();
  CLI::App& command =
      *app.add_subcommand("resume", "Give a waiting instance its payload, then run on in the foreground");
  command.add_option("ID", given->id, "The instance")->required()->check(not_empty());
  command.add_option("--payload", given->payload, "What the wait gets; a retry wait needs none")
      ->type_name("JSON|@FILE|-");
  command.add_option("--node", given->node, "Which wait, where there are several")->type_name("NODE");
  command.add_option("--visit", given->visit, "Which visit; keeps a repeated command from answering the next pause")
      ->type_name("N");
  add_common(command, given->common);
  add_foreground(command, given->foreground);
  command.callback([given, &chosen] { chosen = [given] { return resume(*given); }; });
}

} // namespace pawl::tool
