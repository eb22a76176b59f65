// The header line that carries the secret of the slot `auth`. It is made in locked memory and goes to libcurl from
// there.
#pragma once

#include <pawl/result.hpp>
#include <pawl/secrets.hpp>

#include <string>

namespace pawl::nodes {

/// `data.auth`: `bearer`, `basic` (the secret is `user:password`), or the name of a header that is the secret alone.
/// The header's name. Errors: `invalid_argument` (a header that cannot be set).
result<std::string> auth_header(const std::string& scheme);

/// The whole line, with a zero byte at its end. Errors: `invalid_argument` (the secret holds a line end, another
/// control character, or for `basic` no colon), as secret_bytes::of_size.
result<secret_bytes> auth_line(const std::string& scheme, const secret_bytes& secret);

} // namespace pawl::nodes
