// Secrets: bytes that are kept in locked memory, who may have them, and where they come from.
#pragma once

#include <pawl/export.hpp>
#include <pawl/result.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

/// The largest secret, in bytes.
constexpr std::size_t secret_bytes_max = std::size_t{64} << 10;

/// Bytes in memory that is locked (never swapped out), left out of core images, fenced by guard pages and wiped when
/// the object goes. Each takes whole pages of RLIMIT_MEMLOCK; what holds where there is none left is the host's to say
/// (accept_unlocked_memory() in process.hpp, where harden_process() also keeps other processes out). Moving moves no
/// byte. Use one object from one thread at a time; reading it from several is safe.
class PAWL_API secret_bytes {
public:
  /// No bytes.
  secret_bytes() noexcept;
  /// `size` bytes of value 0. Errors: `limit` (over secret_bytes_max), `overloaded` (the system locks no more memory
  /// for this process now: RLIMIT_MEMLOCK; or there is none at all).
  static result<secret_bytes> of_size(std::size_t size);
  /// A copy. The source is the caller's to wipe. Errors: as of_size().
  static result<secret_bytes> copy_of(std::string_view bytes);

  secret_bytes(secret_bytes&&) noexcept;
  secret_bytes& operator=(secret_bytes&&) noexcept;
  ~secret_bytes();

  char* data() noexcept;
  const char* data() const noexcept;
  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  /// Valid as long as the object; whoever copies it into a std::string leaves the secret in ordinary memory.
  std::string_view view() const noexcept { return {data(), size()}; }
  /// Makes it shorter; the rest is wiped. Longer: nothing happens.
  void shrink(std::size_t size) noexcept;

private:
  char* bytes_ = nullptr;
  std::size_t size_ = 0;
};

/// Who may have a secret. Patterns end with at most one `*`, which stands for any rest; everything else is meant
/// literally. An empty list: any. All that is not empty must fit.
struct secret_policy {
  std::vector<std::string> definitions; ///< ids of definitions
  std::vector<std::string> node_types;  ///< names of node types
  /// Where the node may send it: `HOST`, `HOST:PORT` or `https://HOST[:PORT]`; without a port the usual one of the
  /// scheme (443, 80), by https or to a literal loopback address only. `http://HOST[:PORT]` permits it in clear text;
  /// `10.0.7.*[:PORT]` is a range. A type that says where it sends to
  /// (node_type::destination, as `http` does) gets no secret with an empty list; one that does not say gets none with a
  /// list.
  std::vector<std::string> hosts;
  /// Labels that the host gave the instance (start_options::labels): each must be there and fit. `device` → `A-17`.
  std::map<std::string, std::string> labels;
  /// Whose definitions, as the host says (load_options::owner): a definition names itself, so its id alone is what its
  /// author claims. One without an owner fits none.
  std::vector<std::string> owners = {};

  friend bool operator==(const secret_policy& a, const secret_policy& b) {
    return a.owners == b.owners && a.definitions == b.definitions && a.node_types == b.node_types &&
           a.hosts == b.hosts && a.labels == b.labels;
  }
};

/// What is wrong with a policy's patterns: `*` elsewhere than at the end, an empty pattern, a host that is none, more
/// than 100 entries or one longer than 256 bytes. Errors: `invalid_argument`.
PAWL_API result<void> check(const secret_policy& policy);

/// A secret from a provider.
struct provided_secret {
  secret_bytes bytes;
  std::string version;                       ///< for the audit; empty: unknown
  std::optional<std::int64_t> expires_at_ms; ///< since 1970; not given out from then on
};

/// Where secrets of one source come from. `credentials` in a definition name them SOURCE:NAME; names without a source
/// are those of the sealed store. Called by one thread at a time, which may block for some seconds, but makes every
/// other secret of the source wait. Never put a secret into an error's text.
class PAWL_API secret_provider {
public:
  virtual ~secret_provider() = default;
  /// The source, 1 to 32 of a-z, 0-9 and `-`. Constant.
  virtual const std::string& source() const = 0;
  /// Who may have `name`, which is asked first: whoever may not have it causes no fetch. Errors: `not_found` (there is
  /// no such secret, or the host permits none of this name), any other: as fetch().
  virtual result<secret_policy> policy(const std::string& name) = 0;
  /// The secret now. Errors: `not_found`, `access` (this process may not have it), `invalid_argument` (no name of this
  /// source), `corrupt`: the attempt fails for good. `timed_out`, `busy`, `storage`, `overloaded` (no memory to lock),
  /// any other: it may be retried.
  virtual result<provided_secret> fetch(const std::string& name) = 0;
};

/// The key-encryption key of a sealed store: one of these.
struct secret_key {
  /// 32 raw bytes in a file that nobody but its owner may read or write (mode 0400 or 0600).
  std::string key_file;
  /// The name of a credential that systemd hands over ($CREDENTIALS_DIRECTORY/NAME), 32 raw bytes.
  std::string credential;
  /// A passphrase, from which Argon2id makes the key. Shared with the runtime, which keeps it: it is needed again
  /// when the store has changed.
  std::shared_ptr<const secret_bytes> passphrase;
};

/// A variable of the host's environment, or a file that systemd hands over, that nodes may have as a secret.
struct named_secret {
  std::string name;
  secret_policy policy;
};

/// HashiCorp Vault, key-value engine version 2: the source `vault`, names PATH#FIELD.
struct vault_options {
  std::string address; ///< `https://HOST[:PORT]`; plain http to a literal loopback address only. Empty: no such source
  std::string mount = "secret";    ///< where the engine is mounted
  std::string vault_namespace;     ///< the header X-Vault-Namespace; empty: none
  std::string ca_file;             ///< PEM; empty: the system's
  std::string token_file;          ///< holds a token; or the two of an AppRole
  std::string role_id;             ///< AppRole login at auth/approle
  std::string secret_id_file;      ///< holds the AppRole's secret id
  std::int64_t timeout_ms = 5'000; ///< of each request
  /// How long a secret that was read may be given out again without asking. 0: never.
  std::int64_t cache_ms = 30'000;
  /// What nodes may have. `name` is a pattern of PATH#FIELD with at most one `*`, at its end; the first that fits
  /// counts.
  std::vector<named_secret> secrets;
};

/// Where a runtime takes secrets from. Default: nowhere, and definitions that name credentials are refused.
struct secrets_options {
  /// The sealed store; empty: none. Its key: a wrong one keeps the runtime from opening.
  std::string sealed_path;
  secret_key key;
  /// Opens a sealed store that is older than the one which this state store has seen, once; it is audited.
  bool accept_rollback = false;
  /// What of the environment nodes may have as `env:NAME`.
  std::vector<named_secret> environment;
  /// What of $CREDENTIALS_DIRECTORY nodes may have as `systemd:NAME`.
  std::vector<named_secret> systemd;
  vault_options vault;
  /// Sources of your own. One of the name of a built-in source replaces it.
  std::vector<std::shared_ptr<secret_provider>> providers;
};

/// One line of the audit: a secret was asked for. Kept in the state store: of what was allowed the newest 80,000 lines,
/// of what was refused the newest 19,000. The same refusal again and again is told eight times, then at each doubling.
struct secret_audit_entry {
  std::int64_t sequence = 0; ///< counts up; the place for reading on
  std::int64_t at_ms = 0;    ///< since 1970, by the wall clock
  std::string instance_id;   ///< empty: not of an instance (a rollback that was accepted)
  std::string node_id;
  std::int64_t visit = 0;
  std::int64_t attempt = 0;
  std::string slot;
  std::string secret;      ///< SOURCE:NAME
  std::string version;     ///< empty: not known
  std::string destination; ///< where the node says it goes; empty: it does not say
  bool allowed = false;
  std::string reason;     ///< why not; empty when allowed
  bool encrypted = false; ///< read without the key of payloads: `secret`, `destination` and `reason` only say so
  std::string owner = {}; ///< of the definition; empty: nobody's
};

} // namespace pawl
