// Where the key-encryption key of a sealed store comes from: a file, systemd, a passphrase. Never takes a key file that
// somebody else could read or have put there, and never writes one over another.
#pragma once

#include "storage/sealed/layout.hpp"

#include <pawl/secrets.hpp>

#include <string>

namespace pawl::storage::sealed {

/// Errors: `invalid_argument` unless there is exactly one, and a passphrase has 8 bytes.
result<void> check_key(const secret_key& key);

/// 32 bytes of a file. Errors: `access` (it is not there, is no ordinary file, belongs to somebody else, others may
/// read it, has another size), `storage`.
result<secret_bytes> read_key_file(const std::string& file);

/// What stands beside a key file while a rotation replaces it: the new one.
std::string next_of(const std::string& key_file);

/// The key-encryption key by a recipe; of a key file, that file's. Errors: `access` (also: the other kind of key),
/// `storage`.
result<secret_bytes> read_key(const secret_key& key, const key_recipe& recipe);

/// For a new store or a new key: what to write into the header.
key_recipe new_recipe(const secret_key& key);

} // namespace pawl::storage::sealed
