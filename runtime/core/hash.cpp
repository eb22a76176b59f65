// Hashes of documents, idempotency keys, jitter and ordered ids, all by libsodium's BLAKE2b or its random bytes.
#include "runtime/core/hash.hpp"

#include <sodium.h>

#include <array>

namespace pawl::core {
namespace {

template <std::size_t Bytes> std::array<unsigned char, Bytes> blake2b(std::initializer_list<std::string_view> parts) {
  std::array<unsigned char, Bytes> digest;
  crypto_generichash_state s;
  crypto_generichash_init(&s, nullptr, 0, Bytes);
  for (std::string_view part : parts) {
    // Each part is preceded by its length, so that no two lists of parts read alike.
    const std::uint64_t length = part.size();
    crypto_generichash_update(&s, reinterpret_cast<const unsigned char*>(&length), sizeof length);
    crypto_generichash_update(&s, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  }
  crypto_generichash_final(&s, digest.data(), Bytes);
  return digest;
}

template <std::size_t Bytes> std::string hex(const std::array<unsigned char, Bytes>& digest) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(Bytes * 2);
  for (unsigned char byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

} // namespace

std::string content_hash(std::string_view text) {
  std::array<unsigned char, 32> digest;
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     nullptr, 0);
  return hex(digest);
}

std::string key_seed(std::string_view store_identity, std::int64_t instance_number) {
  return hex(blake2b<16>({"pawl visit", store_identity, std::to_string(instance_number)}));
}

std::string idempotency_key(std::string_view key_seed, std::string_view node_id, std::int64_t visit) {
  return hex(blake2b<16>({key_seed, node_id, std::to_string(visit)}));
}

std::string new_identity() {
  std::array<unsigned char, 16> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  return hex(bytes);
}

double unit_hash(std::string_view key, std::int64_t attempt) {
  const auto digest = blake2b<16>({key, std::to_string(attempt)});
  std::uint64_t bits = 0;
  for (int i = 0; i < 7; ++i)
    bits = (bits << 8) | digest[static_cast<std::size_t>(i)];
  return static_cast<double>(bits >> 3) / 9007199254740992.0; // 53 bits
}

std::string time_ordered_id(std::int64_t now_ms) {
  static constexpr char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::array<unsigned char, 16> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  for (int i = 0; i < 6; ++i)
    bytes[static_cast<std::size_t>(i)] = static_cast<unsigned char>(now_ms >> (40 - 8 * i));
  // 128 bits as 26 digits of 5 bits; the first digit holds the top 3 bits.
  std::string text(26, '0');
  for (int digit = 0; digit < 26; ++digit) {
    unsigned value = 0;
    for (int bit = 0; bit < 5; ++bit) {
      const int at = digit * 5 + bit - 2;
      const unsigned set = at < 0 ? 0 : (bytes[static_cast<std::size_t>(at / 8)] >> (7 - at % 8)) & 1u;
      value = value << 1 | set;
    }
    text[static_cast<std::size_t>(digit)] = digits[value];
  }
  return text;
}

} // namespace pawl::core
