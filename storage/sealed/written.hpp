// A whole file of a sealed store from its parts. The other direction is opened.hpp.
#pragma once

#include "storage/sealed/contents.hpp"
#include "storage/sealed/layout.hpp"

#include <pawl/secrets.hpp>

#include <string>

namespace pawl::storage::sealed {

/// Completes `head` (wrapped key, length of the index). Errors: `limit`, as secret_bytes::of_size.
result<std::string> write_bytes(file_head& head, const contents& held, const secret_bytes& key,
                                const secret_bytes& data_key);

} // namespace pawl::storage::sealed
