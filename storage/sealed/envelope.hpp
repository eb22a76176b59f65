// Sealed values on their way to a store, the store's public text, and the signers' keys. An opened value is in
// secret_bytes only; what goes with it (name, policy) is no secret.
#pragma once

#include <pawl/secret_store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::storage::sealed {

/// `pawl-seal-1:` and the store's id, its public key and a check sum. Both as bytes.
std::string public_text(std::string_view store_id, std::string_view public_key);

result<std::string> seal(const secret_envelope& how, const secret_bytes& value);

/// An envelope whose signature, if it has one, holds.
struct envelope {
  std::string signer; ///< the signer's text; empty: not signed
  std::string facts;  ///< sealed box of JSON
  std::string value;  ///< sealed box
};
/// Errors: `corrupt`.
result<envelope> read_envelope(std::string_view text);

struct opened_envelope {
  std::string id;
  std::string store_id; ///< hexadecimal digits
  std::string name;
  secret_settings settings;
  std::optional<std::int64_t> valid_until_ms;
  std::int64_t version = 0;
  secret_bytes value;
};
/// Errors: `corrupt`, as secret_bytes::of_size.
result<opened_envelope> open_envelope(const envelope& sealed, std::string_view public_key, const secret_bytes& key);

struct exchange_keys {
  secret_bytes secret;
  std::string public_key;
};
result<exchange_keys> make_exchange_keys();

result<signing_key_pair> make_signing_key();
/// Whether it is the text of a signer.
bool is_signer(const std::string& text);

} // namespace pawl::storage::sealed
