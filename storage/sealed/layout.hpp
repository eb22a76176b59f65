// Where things stand in the file of a sealed store (storage/README.md, byte by byte). Knows no key: what it reads is a
// claim until crypto and contents have verified it.
#pragma once

#include <pawl/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::storage::sealed {

inline constexpr std::size_t id_bytes = 16;
inline constexpr std::size_t salt_bytes = 16;
inline constexpr std::size_t key_bytes = 32;
inline constexpr std::size_t public_key_bytes = 32;
inline constexpr std::size_t box_overhead = 24 + 16; ///< nonce before, tag behind
inline constexpr std::size_t wrapped_at = 64;        ///< what the wrapped data key's seal covers ends here
inline constexpr std::size_t header_bytes = 180;     ///< what the index's seal covers

inline constexpr std::size_t file_bytes_max = std::size_t{64} << 20;
inline constexpr std::size_t index_bytes_max = std::size_t{16} << 20;

// Of Argon2id. They are only verified with the key that they make, so a hostile file must not make that dear.
inline constexpr std::uint64_t passphrase_memory_min = std::uint64_t{64} << 20;
inline constexpr std::uint64_t passphrase_memory_max = std::uint64_t{1} << 30;
inline constexpr std::uint64_t passphrase_passes_max = 10;

enum class key_kind : unsigned char { raw = 1, passphrase = 2 };

/// How the key-encryption key is made.
struct key_recipe {
  key_kind kind = key_kind::raw;
  std::uint64_t passes = 0; ///< of Argon2id; 0 of a raw key
  std::uint64_t memory = 0; ///< bytes, of Argon2id; 0 of a raw key
  std::string salt = std::string(salt_bytes, '\0');
};

struct file_head {
  std::string store_id; ///< id_bytes
  key_recipe recipe;
  std::string wrapped_key; ///< a box of key_bytes
  std::int64_t generation = 0;
  std::string public_key;
  std::uint32_t index_bytes = 0; ///< of its box
};

/// header_bytes bytes.
std::string encode(const file_head& h);
/// The header of a whole file. `name` is the file's, for people. Errors: `wrong_store` (no sealed store, a newer
/// format), `corrupt`.
result<file_head> decode(std::string_view file, const std::string& name);

/// Numbers and texts that stand in a row, so that no two lists of them look the same.
void put_number(std::string& to, std::uint64_t number);
void put_text(std::string& to, std::string_view text);

/// The error of a file that its key does not confirm.
error tampered(const std::string& name, const char* what);

} // namespace pawl::storage::sealed
