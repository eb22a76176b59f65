// Making secrets of secrets, without leaving locked memory.
#pragma once

#include <pawl/secrets.hpp>

#include <string_view>

namespace pawl::core {

/// Standard base64 with padding. Errors: as secret_bytes::of_size.
result<secret_bytes> base64_of(std::string_view secret);

} // namespace pawl::core
