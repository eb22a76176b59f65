// The primitives of the sealed store, each of libsodium: no cryptography of our own. Keys and opened values live in
// secret_bytes only; std::string holds what anybody may see.
#pragma once

#include "storage/sealed/layout.hpp"

#include <pawl/secrets.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pawl::storage::sealed {

/// Bytes as libsodium takes them.
inline const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
inline unsigned char* raw(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

/// Random bytes that are no secret: nonces, ids.
std::string random_text(std::size_t size);
result<secret_bytes> random_secret(std::size_t size);

/// XChaCha20-Poly1305 with a random nonce: nonce, ciphertext, tag.
std::string encrypt(const secret_bytes& key, std::string_view plain, std::string_view associated);
/// Errors: `corrupt` (another key, other associated data, changed), as secret_bytes::of_size.
result<secret_bytes> decrypt(const secret_bytes& key, std::string_view box, std::string_view associated);
/// For what is no secret. Nothing: as `corrupt` above.
std::optional<std::string> decrypt_text(const secret_bytes& key, std::string_view box, std::string_view associated);

/// What a data key is used for, the first two; the others, what a key of payloads is used for.
enum class purpose : unsigned char { index = 1, values = 2, payload_texts = 3, payload_fingerprint = 4 };
result<secret_bytes> subkey(const secret_bytes& data_key, purpose use);
/// Argon2id. Errors: `storage` (no memory), as secret_bytes::of_size.
result<secret_bytes> derive_key(const secret_bytes& passphrase, const key_recipe& recipe);

/// BLAKE2b, 32 bytes.
std::string digest(std::string_view bytes);
std::string hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view text, std::size_t size);

} // namespace pawl::storage::sealed
