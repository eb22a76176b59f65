// pawl secrets audit: who asked for a secret, of the state store, read in pages.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/reading.hpp"
#include "tools/pawl/secrets_arguments.hpp"
#include "tools/pawl/secrets_commands.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/views.hpp"

#include <pawl/secrets.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pawl::tool {
namespace {

using nlohmann::json;

constexpr std::size_t audit_page = 1000;
constexpr std::size_t reason_columns_max = 60;

struct audit_arguments {
  common_arguments common;
  secrets_arguments keys;
  std::int64_t after = 0;
  std::size_t limit = 0; ///< 0 = all
  bool only_refused = false;
};

json json_of_entry(const secret_audit_entry& entry) {
  json shown{
      {"sequence", entry.sequence}, {"timestamp", entry.at_ms}, {"secret", entry.secret}, {"allowed", entry.allowed}};
  if (!entry.instance_id.empty())
    shown.update({{"instanceId", entry.instance_id},
                  {"node", entry.node_id},
                  {"visit", entry.visit},
                  {"attempt", entry.attempt},
                  {"slot", entry.slot}});
  for (const auto& [name, text] : {std::pair("version", &entry.version), std::pair("destination", &entry.destination),
                                   std::pair("reason", &entry.reason), std::pair("owner", &entry.owner)})
    if (!text->empty()) shown[name] = *text;
  if (entry.encrypted) shown["encrypted"] = true;
  return shown;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : printable(text); }

std::vector<std::string> audit_row(const secret_audit_entry& entry) {
  const std::string why = entry.reason.empty() ? "" : ": " + shortened(printable(entry.reason), reason_columns_max);
  return {std::to_string(entry.sequence), time_text(entry.at_ms),
          or_dash(entry.instance_id),     entry.node_id.empty() ? "-" : node_and_visit(entry.node_id, entry.visit),
          or_dash(entry.secret),          or_dash(entry.version),
          or_dash(entry.destination),     (entry.allowed ? "allowed" : "refused") + why};
}

// Refused ones alone are picked here, so a page may hold none and the next one some.
int audit(const audit_arguments& given) {
  store_reader reader = open_for_reading(given.common.store(), given.keys.if_named());
  list_output out(given.common.how, "audit",
                  {"SEQUENCE", "TIME", "INSTANCE", "NODE", "SECRET", "VERSION", "DESTINATION", "ANSWER"});
  std::int64_t last = given.after;
  std::size_t left = given.limit == 0 ? std::size_t(-1) : given.limit;
  for (bool more = true; more && left > 0;) {
    const auto found = need(reader.secret_audit(last, audit_page));
    more = found.size() == audit_page;
    for (const secret_audit_entry& entry : found) {
      last = entry.sequence;
      if (left == 0 || (given.only_refused && entry.allowed)) continue;
      --left;
      if (!out.add([&] { return json_of_entry(entry); }, [&] { return audit_row(entry); })) return exit_code::done;
    }
  }
  out.finish();
  return exit_code::done;
}

} // namespace

void add_secrets_audit(CLI::App& secrets, action& chosen) {
  auto given = std::make_shared<audit_arguments>();
  CLI::App& command =
      add_discreet(secrets, "audit",
                   "Who asked for a secret, and was it given: what the state store (pawl.db) remembers, "
                   "oldest first");
  add_common(command, given->common);
  add_reading_secrets(command, given->keys);
  command.add_option("--after", given->after, "Only entries behind this one")->type_name("SEQUENCE");
  command.add_option("--limit", given->limit, "At most so many; 0 = all")->type_name("N");
  command.add_flag("--refused", given->only_refused, "Only what was refused")->disable_flag_override();
  on_chosen(command, chosen, [given] { return audit(*given); });
}

} // namespace pawl::tool
