// pawl secrets list, policy and check: what is known of a store without any value.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/secret_views.hpp"
#include "tools/pawl/secrets_arguments.hpp"
#include "tools/pawl/secrets_commands.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/times.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pawl::tool {
namespace {

using nlohmann::json;

struct secrets_show_arguments {
  secrets_arguments sealed;
  format how = format::table;
  std::string name;
};

int list_secrets(const secrets_show_arguments& given) {
  const secret_store store = given.sealed.open();
  list_output out(given.how, "secrets", secret_header());
  for (const secret_summary& one : store.list())
    if (!out.add([&] { return to_json(one); }, [&] { return secret_row(one); })) return exit_code::done;
  out.finish();
  return exit_code::done;
}

std::string versions_text(const secret_summary& secret) {
  std::string text = std::to_string(secret.version);
  for (auto older = secret.older.rbegin(); older != secret.older.rend(); ++older)
    text += fmt::format("{}{}", older == secret.older.rbegin() ? "; still kept: " : ", ", *older);
  return text;
}

int policy(const secrets_show_arguments& given) {
  const secret_store store = given.sealed.open();
  const secret_summary secret = need_secret(store, given.name);
  if (given.how != format::table) {
    print_json(to_json(secret), given.how);
  } else {
    print_line(name_and_value("secret", printable(secret.name)));
    print_line(name_and_value("version", versions_text(secret)));
    print_line(name_and_value("bytes", std::to_string(secret.size)));
    print_line(name_and_value("changed", time_text(secret.changed_at_ms)));
    for (const std::string& line : settings_lines(secret.settings))
      print_line(line);
  }
  flush_output();
  return exit_code::done;
}

int check_store(const secrets_show_arguments& given) {
  const secret_store store = given.sealed.open(); // which verifies every byte
  const auto concerns = store.concerns(now_ms());
  if (concerns.empty() && given.how == format::table) {
    print_line(fmt::format("nothing deserves a look in {}: {} secrets, generation {}", printable(given.sealed.path()),
                           store.list().size(), store.generation()));
    flush_output();
    return exit_code::done;
  }
  list_output out(given.how, "concerns", {"DESERVES A LOOK"});
  for (const std::string& one : concerns)
    if (!out.add([&] { return json(one); }, [&] { return std::vector{printable(one)}; })) break;
  out.finish();
  return concerns.empty() ? exit_code::done : exit_code::failed;
}

} // namespace

void add_secrets_list(CLI::App& secrets, action& chosen) {
  auto given = std::make_shared<secrets_show_arguments>();
  CLI::App& command = add_discreet(secrets, "list", "The secrets of the store, without their values");
  given->sealed.add(command);
  add_format(command, given->how);
  on_chosen(command, chosen, [given] { return list_secrets(*given); });
}

void add_secrets_policy(CLI::App& secrets, action& chosen) {
  auto given = std::make_shared<secrets_show_arguments>();
  CLI::App& command = add_discreet(secrets, "policy", "Who may have a secret, and until when");
  command.add_option("NAME", given->name, "The secret")->required()->type_name("");
  given->sealed.add(command);
  add_format(command, given->how);
  on_chosen(command, chosen, [given] { return policy(*given); });
}

void add_secrets_check(CLI::App& secrets, action& chosen) {
  auto given = std::make_shared<secrets_show_arguments>();
  CLI::App& command = add_discreet(secrets, "check",
                                   "Verify the whole store and say what deserves a look; exit code 1 when something "
                                   "does");
  given->sealed.add(command);
  add_format(command, given->how);
  on_chosen(command, chosen, [given] { return check_store(*given); });
}

} // namespace pawl::tool
