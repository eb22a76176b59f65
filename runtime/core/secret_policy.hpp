// Who may have a secret, and how definitions name one. Pure; no secret is ever seen here.
#pragma once

#include <pawl/result.hpp>
#include <pawl/secrets.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::core {

/// The source of names without one: the sealed store.
inline constexpr char sealed_source[] = "sealed";

struct secret_reference {
  std::string source;
  std::string name;
};

/// `SOURCE:NAME`, or NAME of the sealed store. Names of `sealed`: 1 to 128 of A-Z, a-z, 0-9, `.`, `_` and `-`; of
/// `env`: as variables are named; of others: 1 to 512 printable characters of ASCII but blanks, and no part `..`.
/// Errors: `invalid_argument`, whose text holds nothing of `text`.
result<secret_reference> parse_secret_reference(std::string_view text);

/// For people: without the source where that is the sealed store.
std::string shown_name(const secret_reference& of);

/// Whether `name` can be one of the sealed store.
bool is_sealed_name(std::string_view name);

/// Who asks for a secret.
struct secret_use {
  std::string definition_id;
  std::string owner; ///< of the definition; empty: nobody's
  std::string node_type;
  bool type_has_destination = false;
  std::optional<std::string> destination; ///< `scheme://host[:port]`; empty: the data says no good place
  std::map<std::string, std::string> labels;
};

/// Errors: `access`, which says what of the policy does not fit and what to do.
result<void> may_have(const secret_policy& policy, const secret_use& use);

/// Whether a pattern (one `*` at its end, or none) fits.
bool fits_pattern(std::string_view pattern, std::string_view text);

} // namespace pawl::core
