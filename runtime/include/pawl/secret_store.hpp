// The sealed store of secrets: one file, encrypted, whose key lies elsewhere. What the command `pawl secrets` does, for
// programs. storage/README.md describes the file byte by byte.
#pragma once

#include <pawl/export.hpp>
#include <pawl/result.hpp>
#include <pawl/secrets.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

/// What goes with a secret.
struct secret_settings {
  secret_policy policy;
  std::optional<std::int64_t> expires_at_ms; ///< since 1970; empty: never
  /// Permits a value of less than 8 bytes, which is too short to be masked wherever it turns up.
  bool no_mask = false;
};

/// What is known of a secret without its value.
struct secret_summary {
  std::string name;
  std::int64_t version = 0; ///< the newest, which is the one that nodes get; counts from 1, never again for a name
  std::vector<std::int64_t> older; ///< earlier versions that are still kept, ascending
  std::int64_t changed_at_ms = 0;
  std::size_t size = 0; ///< bytes of the value
  secret_settings settings;
};

/// A sealed value on its way to a store: who may open it is in `to`, which is what secret_store::public_key gives.
struct secret_envelope {
  std::string to;
  std::string name;
  secret_settings settings;
  /// The envelope is not accepted from then on (ms since 1970); the secret's own expiry is in `settings`.
  std::optional<std::int64_t> valid_until_ms;
  /// Only accepted as this version: one more than the store's newest, 1 for a new name. 0: as whatever comes next,
  /// which an envelope that is imported twice would be as well; so that is refused, too.
  std::int64_t version = 0;
  /// The text of a signing key (make_signing_key); empty: not signed.
  std::shared_ptr<const secret_bytes> signing_key;
};

/// A sealed store, open for changes: it holds a lock beside the file, so there is one at a time; readers need none.
/// Every change is one atomic replacement of the file: after a crash at any moment the old or the new one is there.
/// Use it from one thread at a time.
class PAWL_API secret_store {
public:
  /// Makes a new one. `key.key_file` is made as well when it is not there (32 random bytes, mode 0400). Errors:
  /// `conflict` (there is a file already: never overwritten), `invalid_argument` (none or several keys, a passphrase
  /// under 8 bytes), `access`, `disk_full`, `storage`.
  static result<secret_store> create(const std::string& path, const secret_key& key);
  /// Errors: `not_found` (no file), `access` (a wrong key; a key file that others may read; missing rights),
  /// `corrupt` (changed by somebody who has not the key, or damaged; says what to do), `wrong_store` (no sealed store,
  /// or a newer format), `busy` (somebody else changes it), `invalid_argument`, `storage`.
  static result<secret_store> open(const std::string& path, const secret_key& key);

  secret_store(secret_store&&) noexcept;
  secret_store& operator=(secret_store&&) noexcept;
  ~secret_store();

  /// By name.
  std::vector<secret_summary> list() const;
  /// Counts up with every change.
  std::int64_t generation() const;
  /// 32 hexadecimal digits, for ever the same.
  std::string id() const;
  /// What `seal` needs on another machine: the store's id and public key, one line of text. Holds no secret.
  std::string public_key() const;

  /// Puts a new version of `name` in, keeping the `keep_versions - 1` before it. Names: 1 to 128 of A-Z, a-z, 0-9, `.`,
  /// `_` and `-`. Returns the version. Errors: `invalid_argument` (a bad name, policy or expiry, a value of 0 bytes, or
  /// of under 8 without no_mask), `limit` (over 64 KiB; 10,000 secrets), `access`, `disk_full`, `storage`.
  result<std::int64_t> set(const std::string& name, const secret_bytes& value, const secret_settings& settings,
                           std::size_t keep_versions = 1);
  /// Other settings for the newest version of `name`, whose value stays. Errors: as set(), `not_found`.
  result<void> change_settings(const std::string& name, const secret_settings& settings);
  /// Takes a secret with all its versions out; a later one of the name goes on with the next version. The key of
  /// payloads only if that is said, because nobody can read what it encrypted ever again. Errors: `not_found`,
  /// `invalid_argument` (the key of payloads), as set().
  result<void> remove(const std::string& name, bool even_payload_key = false);

  /// The name of the record that holds the keys of payloads (options::encrypt_payloads), one a version. No node gets
  /// it, and set(), change_settings() and import() refuse it: `invalid_argument`.
  static constexpr const char* payload_key_name = "pawl.payload-key";
  /// Adds a key that runtimes take for new rows from their next opening on; the older ones stay, as rows need them.
  /// Returns its number. Errors: `limit` (100 keys), `access`, `disk_full`, `storage`.
  result<std::int64_t> rotate_payload_key();

  /// Told how far a rotation is: values encrypted anew, of so many.
  using progress = std::function<void(std::size_t done, std::size_t all)>;
  /// Makes a new data key and encrypts every value with it. With `new_key`, wraps it by that from now on; a
  /// `new_key.key_file` that is the one in use is replaced by a new key of the same path, so that a running runtime
  /// goes on; another file is made when it is not there. The public key stays. Errors: as create() and set().
  result<void> rotate(const std::optional<secret_key>& new_key = std::nullopt, const progress& tell = {});

  /// Opens an envelope and puts its secret in. Returns what it became. Errors: `corrupt` (not sealed for this store, or
  /// changed on the way), `access` (not signed by a signer that the store lists, where it lists any; where it lists
  /// none, a policy or no_mask that differs from those of the secret that is there, without `replace_policy`),
  /// `conflict` (its version is not the next one, or it was imported before), `timed_out` (past its time),
  /// `invalid_argument`, as set().
  result<secret_summary> import(std::string_view envelope, std::int64_t now_ms, bool replace_policy = false);
  /// The signers whose envelopes are accepted; while there is none, unsigned envelopes are. `key` is the public half
  /// that make_signing_key() gave. Errors: `invalid_argument`, `not_found`, as set().
  result<void> add_signer(const std::string& key);
  result<void> remove_signer(const std::string& key);
  std::vector<std::string> signers() const;

  /// What deserves a look, one sentence each: secrets that expire within 30 days or have, that nothing bounds, that are
  /// not masked, a key file that lies beside the store.
  std::vector<std::string> concerns(std::int64_t now_ms) const;

private:
  class impl;
  explicit secret_store(std::unique_ptr<impl> inner);
  std::unique_ptr<impl> impl_;
};

/// Seals a value for a store elsewhere; needs neither that store nor its key. Returns the envelope, text of one line.
/// Errors: `invalid_argument` (no public key of a store; as secret_store::set), `limit`.
PAWL_API result<std::string> seal(const secret_envelope& how, const secret_bytes& value);

struct signing_key_pair {
  secret_bytes secret;    ///< one line of text, for secret_envelope::signing_key
  std::string public_key; ///< one line of text, for secret_store::add_signer
};
/// A new Ed25519 key. Errors: as secret_bytes::of_size().
PAWL_API result<signing_key_pair> make_signing_key();

} // namespace pawl
