// pawl secrets seal and import: a value on its way to a store that the sender cannot read.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/new_file.hpp"
#include "tools/pawl/secret_reading.hpp"
#include "tools/pawl/secret_views.hpp"
#include "tools/pawl/secrets_arguments.hpp"
#include "tools/pawl/secrets_commands.hpp"
#include "tools/pawl/settings_arguments.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/times.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>

namespace pawl::tool {
namespace {

struct seal_arguments {
  settings_arguments settings;
  std::string name;
  std::string to;
  std::string valid_until;
  std::int64_t version = 0;
  std::string sign_with;
  std::string out;
  bool no_mask = false;
  bool is_raw = false;
};

// stdout is the envelope's.
void say_what_is_sealed(const secret_envelope& envelope) {
  std::string text = fmt::format("sealed '{}'{}\n", printable(envelope.name), envelope.signing_key ? ", signed" : "");
  for (const std::string& line : settings_lines(envelope.settings))
    text += "  " + line + "\n";
  std::fputs(text.c_str(), stderr);
}

int seal_value(const seal_arguments& given) {
  secret_envelope envelope;
  envelope.to = given.to;
  envelope.name = given.name;
  envelope.settings = {given.settings.policy(), given.settings.expires_at_ms(), given.no_mask};
  if (!given.valid_until.empty()) envelope.valid_until_ms = moment_to_come(given.valid_until, "--valid-until");
  envelope.version = given.version;
  if (!given.sign_with.empty())
    envelope.signing_key = std::make_shared<secret_bytes>(read_private_file(given.sign_with, "--sign-with"));
  const std::string text = need(seal(envelope, read_value(given.name, given.is_raw)));
  if (given.out.empty()) {
    print_line(text);
    flush_output();
  } else {
    new_file file(given.out, ordinary_file, "--out");
    file.write(text + "\n");
    file.keep();
  }
  say_what_is_sealed(envelope);
  return exit_code::done;
}

struct import_arguments {
  secrets_arguments sealed;
  std::string envelope = "-";
  bool replace_policy = false;
};

int import_envelope(const import_arguments& given) {
  const std::string text =
      given.envelope == "-" ? read_argument("-", "FILE") : read_file(given.envelope, "FILE"); // sealed, so no secret
  secret_store store = given.sealed.open();
  const secret_summary became = need(store.import(text, now_ms(), given.replace_policy));
  print_line(fmt::format("{}, {} bytes", version_text(became.name, became.version), became.size));
  for (const std::string& line : settings_lines(became.settings))
    print_line("  " + line);
  flush_output();
  return exit_code::done;
}

} // namespace

void add_secrets_seal(CLI::App& secrets, action& chosen) {
  auto given = std::make_shared<seal_arguments>();
  CLI::App& command = add_discreet(secrets, "seal",
                                   "Seal a value for a store elsewhere, which only that store can open; prints the "
                                   "envelope, one line. Needs no store");
  command.add_option("NAME", given->name, "What the store calls it")->required()->type_name("");
  command.add_option("--to", given->to, "What 'pawl secrets public-key' printed there")
      ->required()
      ->check(not_empty())
      ->type_name("KEY");
  add_settings(command, given->settings);
  command
      .add_option("--valid-until", given->valid_until,
                  "The store accepts the envelope until then: a time as for --expires")
      ->check(not_empty())
      ->type_name("TIME");
  command.add_option("--version", given->version, "Only accepted as this version; without it as whatever comes next")
      ->type_name("N");
  command.add_option("--sign-with", given->sign_with, "The file of 'pawl secrets signing-key'")
      ->check(not_empty())
      ->type_name("FILE");
  command.add_option("--out", given->out, "Where the envelope goes instead; never over a file that exists")
      ->check(not_empty())
      ->type_name("FILE");
  command
      .add_flag("--no-mask", given->no_mask, "Permit a value of under 8 bytes, and do not mask it in results and logs")
      ->disable_flag_override();
  command.add_flag("--raw", given->is_raw, "Keep a final line end of stdin")->disable_flag_override();
  command.footer("The value comes from stdin, of which one final line end is taken off, or is asked for twice on\n"
                 "the terminal. The envelope's settings replace those that the name has there.");
  on_chosen(command, chosen, [given] { return seal_value(*given); });
}

void add_secrets_import(CLI::App& secrets, action& chosen) {
  auto given = std::make_shared<import_arguments>();
  CLI::App& command =
      add_discreet(secrets, "import", "Open an envelope that was sealed for this store and put its secret in");
  command.add_option("FILE", given->envelope, "The envelope; - or nothing is stdin")->type_name("")->check(not_empty());
  command
      .add_flag("--replace-policy", given->replace_policy,
                "Take the envelope's policy also where the secret has another and the store lists no signers")
      ->disable_flag_override();
  given->sealed.add(command);
  on_chosen(command, chosen, [given] { return import_envelope(*given); });
}

} // namespace pawl::tool
