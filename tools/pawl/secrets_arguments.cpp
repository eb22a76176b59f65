// The options of store and key, and what they come to.
#include "tools/pawl/secrets_arguments.hpp"

#include "tools/pawl/arguments.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/hidden_input.hpp"
#include "tools/pawl/secret_reading.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace pawl::tool {
namespace {

constexpr const char* sealed_options = "Sealed store and its key";
constexpr const char* reading_group = "Encrypted payloads";
constexpr const char* new_key_group = "New key";

std::string from_environment() {
  const char* const named = std::getenv("PAWL_SECRETS");
  return named == nullptr ? "" : named;
}

// What the four options of a key say, in their order.
struct key_helps {
  const char* key_file;
  const char* passphrase;
  const char* passphrase_file;
  const char* credential;
};

void add_key(CLI::App& command, key_arguments& given, const std::string& start, const key_helps& helps,
             const char* group) {
  const std::vector<CLI::Option*> all{
      command.add_option(start + "key-file", given.key_file, helps.key_file)->type_name("FILE")->check(not_empty()),
      command.add_flag(start + "passphrase", given.asks_passphrase, helps.passphrase)->disable_flag_override(),
      command.add_option(start + "passphrase-file", given.passphrase_file, helps.passphrase_file)
          ->type_name("FILE")
          ->check(not_empty()),
      command.add_option(start + "credential", given.credential, helps.credential)
          ->type_name("NAME")
          ->check(not_empty())};
  for (CLI::Option* one : all)
    one->group(group);
}

void add_store(CLI::App& command, secrets_arguments& given, const char* help, const char* group) {
  command.add_option("--secrets", given.given, help)->type_name("FILE")->check(not_empty())->group(group);
  add_key(command, given.opened_by, "--",
          {"Its key: 32 bytes in a file that only its owner may read (mode 0400 or 0600)",
           "Its key: a passphrase, asked for on the terminal without echo",
           "Its key: a passphrase in a file that only its owner may read; one final line end is taken off",
           "Its key: a credential that systemd hands over ($CREDENTIALS_DIRECTORY/NAME), 32 bytes"},
          group);
}

std::shared_ptr<const secret_bytes> shared(secret_bytes bytes) {
  return std::make_shared<secret_bytes>(std::move(bytes));
}

secret_bytes read_passphrase(const std::string& file, const std::string& option) {
  secret_bytes passphrase = read_private_file(file, option);
  take_line_end_off(passphrase);
  return passphrase;
}

secret_key key_of(const key_arguments& given, const std::string& start, const std::string& what, asked how) {
  if (given.count() > 1)
    throw command_failure(exit_code::usage,
                          fmt::format("one key opens a sealed store: give one of {0}key-file, {0}passphrase, "
                                      "{0}passphrase-file and {0}credential",
                                      start));
  secret_key key;
  key.key_file = given.key_file;
  key.credential = given.credential;
  if (given.asks_passphrase) key.passphrase = shared(ask_hidden(what, how));
  if (!given.passphrase_file.empty())
    key.passphrase = shared(read_passphrase(given.passphrase_file, start + "passphrase-file"));
  return key;
}

secret_key key_of_store(const secrets_arguments& given, asked how) {
  if (given.opened_by.count() == 0)
    throw command_failure(exit_code::usage,
                          fmt::format("what opens the sealed store {}? Give one of --key-file FILE, --passphrase, "
                                      "--passphrase-file FILE and --credential NAME",
                                      given.path()));
  return key_of(given.opened_by, "--", fmt::format("passphrase of {}", given.path()), how);
}

// Several hosts of one variable come together.
std::vector<named_secret> variables_of(const std::vector<std::string>& given) {
  std::vector<named_secret> made;
  for (const std::string& one : given) {
    const auto equals = std::min(one.find('='), one.size());
    const std::string name = one.substr(0, equals);
    if (name.empty()) throw command_failure(exit_code::usage, "--allow-env takes NAME or NAME=HOST");
    auto there = std::find_if(made.begin(), made.end(), [&](const named_secret& v) { return v.name == name; });
    if (there == made.end()) there = made.insert(made.end(), {name, {}});
    if (equals < one.size()) there->policy.hosts.push_back(one.substr(equals + 1));
  }
  for (const named_secret& variable : made)
    need(check(variable.policy), fmt::format("--allow-env {}", variable.name));
  return made;
}

} // namespace

int key_arguments::count() const {
  return (asks_passphrase ? 1 : 0) + (key_file.empty() ? 0 : 1) + (passphrase_file.empty() ? 0 : 1) +
         (credential.empty() ? 0 : 1);
}

void secrets_arguments::add(CLI::App& command) {
  add_store(command, *this, "The sealed store's file; without it $PAWL_SECRETS, else ./pawl.secrets", sealed_options);
}

void add_reading_secrets(CLI::App& command, secrets_arguments& given) {
  add_store(command, given, "The sealed store that holds the key of encrypted payloads; without it $PAWL_SECRETS",
            reading_group);
}

secrets_options secrets_arguments::if_named() const {
  secrets_options made;
  if (given.empty() && opened_by.count() > 0 && from_environment().empty())
    throw command_failure(exit_code::usage, "there is a key, but no sealed store: name it with --secrets FILE or in "
                                            "$PAWL_SECRETS");
  if (given.empty() && opened_by.count() == 0) return made;
  made.sealed_path = path();
  made.key = key();
  return made;
}

std::string secrets_arguments::path() const {
  if (!given.empty()) return given;
  const std::string named = from_environment();
  return named.empty() ? "./pawl.secrets" : named;
}

secret_key secrets_arguments::key() const { return key_of_store(*this, asked::once); }
secret_key secrets_arguments::first_key() const { return key_of_store(*this, asked::twice); }
secret_store secrets_arguments::open() const { return need(secret_store::open(path(), key())); }

void add_new_key(CLI::App& command, key_arguments& given) {
  add_key(command, given, "--new-",
          {"Lock it by this key file from now on: a new key where it is the one in use, made when it is not there",
           "Lock it by a passphrase from now on, asked for twice without echo",
           "Lock it by the passphrase in this file from now on", "Lock it by this credential of systemd from now on"},
          new_key_group);
}

secret_key new_key(const key_arguments& given) { return key_of(given, "--new-", "new passphrase", asked::twice); }

void add_run_secrets(CLI::App& command, run_secrets_arguments& given) {
  given.sealed.add(command);
  command
      .add_flag("--accept-rollback", given.accept_rollback,
                "Open a sealed store that is older than the one seen last, once")
      ->disable_flag_override()
      ->group(sealed_options);
  command
      .add_option("--allow-env", given.allow_env,
                  "A variable of the environment that nodes may have as env:NAME; with a host, to send it there "
                  "(http needs one); repeatable")
      ->allow_extra_args(false)
      ->type_name("NAME[=HOST]");
}

secrets_options run_secrets_arguments::options() const {
  if (accept_rollback && sealed.given.empty() && from_environment().empty())
    throw command_failure(exit_code::usage, "there is --accept-rollback, but no sealed store: name it with --secrets "
                                            "FILE or in $PAWL_SECRETS");
  secrets_options made = sealed.if_named();
  made.environment = variables_of(allow_env);
  made.accept_rollback = accept_rollback && !made.sealed_path.empty();
  return made;
}

} // namespace pawl::tool
