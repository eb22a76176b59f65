// Where a sealed store is and what opens it: what `pawl secrets`, run and resume take alike.
#pragma once

#include <pawl/secret_store.hpp>

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace pawl::tool {

/// What opens a sealed store: one of these.
struct key_arguments {
  std::string key_file;
  bool asks_passphrase = false;
  std::string passphrase_file;
  std::string credential;

  /// How many are given.
  int count() const;
};

struct secrets_arguments {
  std::string given; ///< --secrets; empty: the default
  key_arguments opened_by;

  /// Adds --secrets and the options of the key.
  void add(CLI::App& command);
  /// --secrets, else $PAWL_SECRETS, else ./pawl.secrets.
  std::string path() const;
  /// Asks for the passphrase where one is to be asked for. Ends the command (usage) when no option names a key.
  secret_key key() const;
  /// As key(), for a store that is made now: a passphrase is asked for twice.
  secret_key first_key() const;
  /// The store and its key, or neither when --secrets was not given and $PAWL_SECRETS is not set or no option names its
  /// key. Ends the command (usage) when --secrets has no key, or a key no store.
  secrets_options if_named() const;
  /// The store, open for changes. Ends the command when it cannot be opened.
  secret_store open() const;
};

/// Adds --new-key-file, --new-passphrase, --new-passphrase-file and --new-credential.
void add_new_key(CLI::App& command, key_arguments& given);
/// The key that these options name; a passphrase is asked for twice.
secret_key new_key(const key_arguments& given);

/// For commands that read payloads: adds --secrets and the options of the key, in words of theirs.
void add_reading_secrets(CLI::App& command, secrets_arguments& given);

/// Where `pawl run` and `pawl resume` take secrets from.
struct run_secrets_arguments {
  secrets_arguments sealed;
  bool accept_rollback = false;
  std::vector<std::string> allow_env; ///< NAME or NAME=HOST

  /// The sealed store only when --secrets was given, or $PAWL_SECRETS is set and an option names its key. Call it
  /// before signals are watched: it may ask for a passphrase. Ends the command (usage) when --secrets has no key, or a
  /// key no store.
  secrets_options options() const;
};

/// Adds --secrets, the options of the key, --accept-rollback and --allow-env.
void add_run_secrets(CLI::App& command, run_secrets_arguments& given);

} // namespace pawl::tool
