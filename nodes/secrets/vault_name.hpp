// PATH#FIELD: how definitions name a secret of Vault, and what of it goes into a URL.
#pragma once

#include <pawl/result.hpp>

#include <string>
#include <string_view>

namespace pawl::nodes {

struct vault_name {
  std::string path; ///< percent-encoded, its parts checked: nothing climbs out of the mount
  std::string field;
};

/// The first `#` ends the path, so that a permitted `PATH#*` is every field of that path and of no other. Errors:
/// `invalid_argument`, without any part of the name.
result<vault_name> read_vault_name(const std::string& name);

/// A name, or the beginning of names and a `*`. Errors: as read_vault_name().
result<void> is_vault_pattern(const std::string& pattern);

/// ASCII without blanks and control characters: fit for a header.
bool is_printable(std::string_view text);

/// Percent-encoded. Errors: `invalid_argument` (an empty part, `.`, `..`, no printable ASCII).
result<std::string> encode_vault_path(const std::string& path);

} // namespace pawl::nodes
