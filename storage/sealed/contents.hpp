// What a sealed store holds, values still encrypted: secrets with their versions, and what the store must not forget.
// Must never hold an opened value.
#pragma once

#include "storage/sealed/crypto.hpp"
#include "storage/sealed/layout.hpp"

#include <pawl/secret_store.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::storage::sealed {

inline constexpr std::size_t secrets_max = 10'000;
inline constexpr std::size_t versions_max = 100;    ///< kept of one secret
inline constexpr std::size_t names_max = 50'000;    ///< ever given, with those of secrets that were removed
inline constexpr std::size_t imported_max = 50'000; ///< envelopes without a version that are remembered
inline constexpr std::size_t signers_max = 100;

/// The record whose versions are the keys that state stores encrypt payloads with. No node ever gets it.
inline constexpr const char* payload_key_name = secret_store::payload_key_name;

/// One version of a secret.
struct sealed_value {
  std::int64_t version = 0;
  secret_settings settings;
  std::int64_t changed_at_ms = 0;
  std::size_t size = 0; ///< of the value
  std::string box;
};

struct contents {
  std::map<std::string, std::vector<sealed_value>> secrets; ///< versions ascending, never empty
  std::map<std::string, std::int64_t> given;                ///< the highest version ever, of removed names too
  std::vector<std::string> signers;
  std::map<std::string, std::optional<std::int64_t>> imported; ///< ids of envelopes, and until when they are valid
  std::string private_key;                                     ///< the box of the X25519 key

  const sealed_value* newest(const std::string& name) const;
  const sealed_value* find(const std::string& name, std::int64_t version) const;
};

secret_summary summary_of(const std::string& name, const std::vector<sealed_value>& versions);

/// Errors: `invalid_argument`, `limit`: a name, settings or a size that no secret can have. Texts hold no value.
result<void> check_secret(const std::string& name, std::size_t size, const secret_settings& settings);

/// Which value a box is: it opens as no other.
std::string associated_with(std::string_view store_id, const std::string& name, std::int64_t version,
                            const secret_settings& settings);
std::string associated_with_private_key(std::string_view store_id);

nlohmann::json to_json(const secret_settings& settings);
/// Errors: `corrupt`.
result<secret_settings> settings_from(const nlohmann::json& members);

/// All boxes in their order.
std::string values_of(const contents& held);
/// The index: everything else, and what values_of() is. Errors: `limit`.
result<std::string> index_of(const contents& held, std::string_view values);
/// Errors: `corrupt`, which says what of the index or the values is wrong.
result<contents> read_contents(std::string_view index, std::string_view values);

} // namespace pawl::storage::sealed
