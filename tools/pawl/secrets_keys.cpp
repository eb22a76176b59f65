// pawl secrets init, rotate, public-key, signing-key and signer: the store itself, its keys and those it trusts.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/new_file.hpp"
#include "tools/pawl/secrets_arguments.hpp"
#include "tools/pawl/secrets_commands.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/times.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>

#include <unistd.h>

namespace pawl::tool {
namespace {

// ---- init

int init(const secrets_arguments& given) {
  std::error_code ignored;
  const std::string& key_file = given.opened_by.key_file;
  const bool makes_key = !key_file.empty() && !std::filesystem::exists(key_file, ignored);
  const secret_store store = need(secret_store::create(given.path(), given.first_key()));
  print_line(fmt::format("the sealed store {} is made, id {}", printable(given.path()), store.id()));
  if (makes_key)
    print_line(fmt::format("its key is the new file {}: without it nobody opens the store, so keep a copy elsewhere",
                           printable(key_file)));
  flush_output();
  for (const std::string& concern : store.concerns(now_ms()))
    complain(concern);
  return exit_code::done;
}

// ---- rotate

struct rotate_arguments {
  secrets_arguments sealed;
  key_arguments new_key;
};

void show_progress(std::size_t done, std::size_t all) {
  const bool is_live = ::isatty(STDERR_FILENO) != 0;
  if (is_live || done == all)
    std::fprintf(stderr, "%s%zu of %zu values encrypted anew%s", is_live ? "\r" : "", done, all,
                 done == all ? "\n" : "");
}

int rotate(const rotate_arguments& given) {
  const secret_key old_key = given.sealed.key();
  std::optional<secret_key> wanted;
  if (given.new_key.count() > 0) wanted = new_key(given.new_key);
  secret_store store = need(secret_store::open(given.sealed.path(), old_key));
  need(store.rotate(wanted, show_progress));
  print_line(fmt::format("the sealed store {} has a new data key{}, generation {}", printable(given.sealed.path()),
                         wanted ? " and another key that opens it" : "", store.generation()));
  if (wanted) print_line("copies of the store from before are still opened by the old key: remove both where you can");
  flush_output();
  return exit_code::done;
}

int rotate_payload_key(const secrets_arguments& given) {
  secret_store store = given.open();
  const std::int64_t number = need(store.rotate_payload_key());
  print_line(
      fmt::format("payloads are encrypted with key {} by every runtime that opens from now on; the older keys stay, "
                  "for what they encrypted",
                  number));
  flush_output();
  return exit_code::done;
}

// ---- keys to seal and to sign with

int show_public_key(const secrets_arguments& given) {
  print_line(given.open().public_key());
  flush_output();
  return exit_code::done;
}

int make_signing_key_file(const std::string& file) {
  new_file made(file, private_file, "--out");
  const signing_key_pair keys = need(make_signing_key());
  made.write(keys.secret.view());
  made.write("\n");
  made.keep();
  print_line(keys.public_key);
  flush_output();
  return exit_code::done;
}

// ---- signers

struct signer_arguments {
  secrets_arguments sealed;
  format how = format::table;
  std::string key;
};

int add_signer(const signer_arguments& given) {
  secret_store store = given.sealed.open();
  need(store.add_signer(given.key));
  print_line(fmt::format("the store accepts envelopes of {} signer{}, and no unsigned ones", store.signers().size(),
                         store.signers().size() == 1 ? "" : "s"));
  flush_output();
  return exit_code::done;
}

int remove_signer(const signer_arguments& given) {
  secret_store store = given.sealed.open();
  need(store.remove_signer(given.key));
  print_line(store.signers().empty() ? "the store lists no signer any more and accepts unsigned envelopes"
                                     : fmt::format("signers left: {}", store.signers().size()));
  flush_output();
  return exit_code::done;
}

int list_signers(const signer_arguments& given) {
  const secret_store store = given.sealed.open();
  list_output out(given.how, "signers", {"SIGNER"});
  for (const std::string& key : store.signers())
    if (!out.add([&] { return nlohmann::json{{"key", key}}; }, [&] { return std::vector{printable(key)}; })) break;
  out.finish();
  return exit_code::done;
}

void add_signer_change(CLI::App& signer, action& chosen, const char* name, const char* help,
                       int (*change)(const signer_arguments&)) {
  auto given = std::make_shared<signer_arguments>();
  CLI::App& command = add_discreet(signer, name, help);
  command.add_option("KEY", given->key, "What 'pawl secrets signing-key' printed")->required()->type_name("");
  given->sealed.add(command);
  on_chosen(command, chosen, [given, change] { return change(*given); });
}

void add_signer_list(CLI::App& signer, action& chosen) {
  auto given = std::make_shared<signer_arguments>();
  CLI::App& command = add_discreet(signer, "list", "The signers");
  given->sealed.add(command);
  add_format(command, given->how);
  on_chosen(command, chosen, [given] { return list_signers(*given); });
}

} // namespace

void add_secrets_init(CLI::App& secrets, action& chosen) {
  auto given = std::make_shared<secrets_arguments>();
  CLI::App& command = add_discreet(secrets, "init",
                                   "Make a sealed store, and its key file when --key-file names none that exists; "
                                   "nothing that exists is overwritten");
  given->add(command);
  on_chosen(command, chosen, [given] { return init(*given); });
}

void add_secrets_rotate(CLI::App& secrets, action& chosen) {
  auto given = std::make_shared<rotate_arguments>();
  CLI::App& command = add_discreet(secrets, "rotate",
                                   "Encrypt every value with a new data key, and on demand lock the store by another "
                                   "key; a running runtime goes on");
  given->sealed.add(command);
  add_new_key(command, given->new_key);
  on_chosen(command, chosen, [given] { return rotate(*given); });
}

void add_secrets_rotate_payload_key(CLI::App& secrets, action& chosen) {
  auto given = std::make_shared<secrets_arguments>();
  CLI::App& command =
      add_discreet(secrets, "rotate-payload-key",
                   "Add a key that payloads are encrypted with from now on (--encrypt-payloads); what is "
                   "there keeps its own");
  given->add(command);
  on_chosen(command, chosen, [given] { return rotate_payload_key(*given); });
}

void add_secrets_public_key(CLI::App& secrets, action& chosen) {
  auto given = std::make_shared<secrets_arguments>();
  CLI::App& command =
      add_discreet(secrets, "public-key", "What 'seal' needs on another machine, one line; holds no secret");
  given->add(command);
  on_chosen(command, chosen, [given] { return show_public_key(*given); });
}

void add_secrets_signing_key(CLI::App& secrets, action& chosen) {
  auto file = std::make_shared<std::string>();
  CLI::App& command = add_discreet(
      secrets, "signing-key", "Make a key to sign envelopes with; prints the half for 'signer add'. Needs no store");
  command.add_option("--out", *file, "Where the secret half goes (mode 0400); never over a file that exists")
      ->required()
      ->check(not_empty())
      ->type_name("FILE");
  on_chosen(command, chosen, [file] { return make_signing_key_file(*file); });
}

void add_secrets_signer(CLI::App& secrets, action& chosen) {
  CLI::App& signer =
      *secrets.add_subcommand("signer", "Whose envelopes the store accepts; while it lists none, unsigned "
                                        "ones");
  signer.require_subcommand(1);
  signer.footer("");
  add_signer_change(signer, chosen, "add", "Accept envelopes that this key signed, and no unsigned ones", add_signer);
  add_signer_change(signer, chosen, "rm", "Accept them no more", remove_signer);
  add_signer_list(signer, chosen);
}

} // namespace pawl::tool
