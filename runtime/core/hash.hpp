// The hashes of Pawl, by libsodium's BLAKE2b. The only file of the core that uses it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::core {

/// BLAKE2b-256, 64 hexadecimal digits.
std::string content_hash(std::string_view text);

/// What the keys of one instance come from: no two stores, and no two instances of a store, share it.
std::string key_seed(std::string_view store_identity, std::int64_t instance_number);

/// The key of one visit, 32 hexadecimal digits: the same for every attempt, different for every other visit.
std::string idempotency_key(std::string_view key_seed, std::string_view node_id, std::int64_t visit);

/// The identity of a store: 128 random bits, 32 hexadecimal digits.
std::string new_identity();

/// A number in [0, 1) that depends on key and attempt only: the jitter of a retry.
double unit_hash(std::string_view key, std::int64_t attempt);

/// An id that sorts by time: 48 bits of milliseconds and 80 random bits in Crockford's base 32, 26 characters (ULID).
std::string time_ordered_id(std::int64_t now_ms);

} // namespace pawl::core
