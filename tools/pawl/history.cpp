// pawl history: every committed transition of an instance, read in pages.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/reading.hpp"
#include "tools/pawl/secrets_arguments.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/views.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pawl::tool {
namespace {

constexpr std::size_t history_page = 1000;
constexpr std::size_t output_columns_max = 60;

struct history_arguments {
  common_arguments common;
  secrets_arguments keys;
  std::string id;
  std::size_t limit = 0; ///< 0 = all
  std::int64_t after = 0;
};

std::vector<std::string> history_row(const history_entry& e) {
  return {std::to_string(e.revision), time_text(e.at_ms), node_and_visit(e.node, e.visit),
          shortened(what_happened(e), 60), e.output ? brief(*e.output, output_columns_max) : ""};
}

int history(const history_arguments& given) {
  store_reader reader = open_for_reading(given.common.store(), given.keys.if_named());
  list_output out(given.common.how, "history", {"REVISION", "TIME", "NODE", "WHAT", "OUTPUT"});
  std::int64_t last = given.after;
  std::size_t left = given.limit == 0 ? std::size_t(-1) : given.limit;
  for (bool more = true; more && left > 0;) {
    const auto found = need(reader.history(given.id, last, std::min(history_page, left)));
    more = found.size() == history_page;
    left -= found.size();
    for (const history_entry& e : found) {
      last = e.revision;
      if (!out.add([&] { return to_json(e); }, [&] { return history_row(e); })) return exit_code::done;
    }
  }
  out.finish();
  return exit_code::done;
}

} // namespace

void add_history(CLI::App& app, action& chosen) {
  auto given = std::make_shared<history_arguments>();
  CLI::App& command = *app.add_subcommand("history", "What an instance did, oldest first");
  command.add_option("ID", given->id, "The instance")->required()->check(not_empty());
  add_common(command, given->common);
  add_reading_secrets(command, given->keys);
  command.add_option("--limit", given->limit, "At most so many; 0 = all")->type_name("N");
  command.add_option("--after", given->after, "Only revisions above this one")->type_name("REVISION");
  command.callback([given, &chosen] { chosen = [given] { return history(*given); }; });
}

} // namespace pawl::tool
