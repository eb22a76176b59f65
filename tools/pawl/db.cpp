// pawl db: what a store says of itself, and a new identity for a copy that goes on beside the original.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/output.hpp"

#include <pawl/maintenance.hpp>
#include <pawl/store_reader.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <utility>

namespace pawl::tool {
namespace {

int show_info(const common_arguments& common) {
  auto reader = need(store_reader::open(common.store()));
  const store_info info = need(reader.info());
  if (common.how != format::table) {
    print_json({{"identity", info.identity},
                {"format", info.format},
                {"fileBytes", info.file_bytes},
                {"logBytes", info.log_bytes},
                {"reserveBytes", info.reserve_bytes}},
               common.how);
    return exit_code::done;
  }
  print_line(name_and_value("identity", info.identity));
  print_line(name_and_value("format", std::to_string(info.format)));
  for (const auto& [name, bytes] :
       {std::pair("file", info.file_bytes), std::pair("log", info.log_bytes), std::pair("reserve", info.reserve_bytes)})
    print_line(name_and_value(name, fmt::format("{} bytes", bytes)));
  return exit_code::done;
}

int give_new_identity(const common_arguments& common) {
  maintenance store = need(maintenance::open(common.store()));
  const std::string identity = need(store.renew_identity());
  if (common.how == format::table)
    print_line(name_and_value("identity", identity));
  else
    print_json({{"identity", identity}}, common.how);
  return exit_code::done;
}

void add_part(CLI::App& db, action& chosen, const char* name, const char* help, int (*work)(const common_arguments&)) {
  auto given = std::make_shared<common_arguments>();
  CLI::App& command = *db.add_subcommand(name, help);
  add_common(command, *given);
  command.callback([given, work, &chosen] { chosen = [given, work] { return work(*given); }; });
}

} // namespace

void add_db(CLI::App& app, action& chosen) {
  CLI::App& db = *app.add_subcommand("db", "The store as a whole: what it is, and whose");
  db.require_subcommand(1);
  add_part(db, chosen, "info", "Identity, format and sizes of the store; owns nothing", show_info);
  add_part(
      db, chosen, "new-identity",
      "For a copy that goes on beside the original: from now on its nodes get other idempotency keys. Refused while "
      "instances are in flight",
      give_new_identity);
}

} // namespace pawl::tool
