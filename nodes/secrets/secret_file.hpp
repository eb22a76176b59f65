// A file that is a secret, read straight into locked memory.
#pragma once

#include <pawl/secrets.hpp>

#include <string>

namespace pawl::nodes {

/// All bytes of `path`; `forbidden_rights` are mode bits (S_IRWXO …) that the file must not have. `what` names it in
/// errors ("the credential"). Errors: `not_found`; `access` (it cannot be opened, is a symbolic link or no ordinary
/// file, belongs to neither this user nor root, has a forbidden right); `corrupt` (over secret_bytes_max); `overloaded`
/// (no memory can be locked); `storage`.
result<secret_bytes> read_secret_file(const std::string& path, const char* what, unsigned forbidden_rights = 0);

} // namespace pawl::nodes
