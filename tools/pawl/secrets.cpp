// pawl secrets: the commands of the sealed store, and what they say together.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/secrets_commands.hpp"

#include <CLI/CLI.hpp>

namespace pawl::tool {
namespace {

const char* const secrets_footer = R"(A sealed store is one encrypted file: --secrets FILE, else $PAWL_SECRETS, else
./pawl.secrets. What opens it lies elsewhere and is one of
  --key-file FILE         32 random bytes in a file that only its owner may read
  --credential NAME       32 bytes that systemd hands over to a service
  --passphrase            asked for on the terminal, without echo
  --passphrase-file FILE  a passphrase in a file that only its owner may read
There is no default: without one of them the commands say so and do nothing.

Values come from stdin, or are asked for on the terminal without echo. They are never
an argument, which other users can read, and no command shows one.

Examples:
  pawl secrets init --key-file /media/key/pawl.key
  pawl secrets set mail --allow-host mail.example.org --key-file … < mail-token
  pawl secrets list -o jsonl --key-file … | jq .name
  pawl secrets allow mail --allow-definition 'order-*' --expires 90d --key-file …
  pawl secrets check --key-file … || echo 'something deserves a look'

From a machine that cannot read the store:
  pawl secrets public-key --key-file …                   here, once: prints KEY
  pawl secrets signing-key --out signing.key             there, once: prints SIGNER
  pawl secrets signer add SIGNER --key-file …            here, once
  pawl secrets seal mail --to KEY --sign-with signing.key --out mail.sealed  < mail-token
  pawl secrets import mail.sealed --key-file …           here)";

} // namespace

CLI::App& add_discreet(CLI::App& parent, const std::string& name, const std::string& description) {
  CLI::App& command = *parent.add_subcommand(name, description);
  command.allow_extras();
  command.footer(""); // not the parent's
  return command;
}

void on_chosen(CLI::App& command, action& chosen, action work) {
  command.callback([&command, &chosen, work = std::move(work)] {
    if (!command.remaining().empty())
      throw CLI::ExtrasError("there is a word too many, or an option that does not exist. It is not repeated here, for "
                             "it may be a secret; if it is one, take another: other users could read it",
                             CLI::ExitCodes::ExtrasError);
    chosen = work;
  });
}

void add_secrets(CLI::App& app, action& chosen) {
  CLI::App& secrets = *app.add_subcommand("secrets", "Keep secrets that nodes may have, in a sealed store");
  secrets.require_subcommand(1);
  secrets.footer(secrets_footer);
  for (auto add :
       {add_secrets_init, add_secrets_set, add_secrets_list, add_secrets_policy, add_secrets_allow, add_secrets_rm,
        add_secrets_rotate, add_secrets_rotate_payload_key, add_secrets_public_key, add_secrets_signing_key,
        add_secrets_signer, add_secrets_seal, add_secrets_import, add_secrets_check, add_secrets_audit})
    add(secrets, chosen);
}

} // namespace pawl::tool
