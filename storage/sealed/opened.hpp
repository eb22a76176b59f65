// Opening a sealed store: reading the file and verifying every byte of it before anything of it is used.
#pragma once

#include "storage/files.hpp"
#include "storage/sealed/contents.hpp"
#include "storage/sealed/descriptor.hpp"
#include "storage/sealed/layout.hpp"

#include <pawl/secrets.hpp>

#include <string>
#include <string_view>

namespace pawl::storage::sealed {

/// A verified store. Copies of its values are made by decrypt_value(), one at a time.
struct opened {
  file_head head;
  secret_bytes key; ///< the key-encryption key
  secret_bytes data_key;
  contents held;
  std::string digest;   ///< of the header and the index, which holds the values' digest: of everything
  bool by_next = false; ///< the key was the one beside the key file: a rotation did not end
  file_stamp stamp;     ///< of the file that was read
  descriptor file;      ///< keeps that file's inode from being used again, so that `stamp` stays its own
};

/// Errors: `not_found`, `access`, `corrupt`, `wrong_store`, `invalid_argument`, `storage`.
result<opened> open_file(const std::string& path, const secret_key& key);

/// The data key of a file with this header. Errors: `access` (not the key), as secret_bytes::of_size.
result<secret_bytes> unwrap(const file_head& head, std::string_view file, const secret_bytes& key,
                            const std::string& name);
/// Everything behind the header. `name` is for people. Errors: `corrupt`.
result<contents> verify(const file_head& head, std::string_view file, const secret_bytes& data_key,
                        const std::string& name);

/// What each seal of the header covers. `head` is at least as long as what is covered.
std::string associated_with_key(std::string_view head);
std::string associated_with_index(std::string_view head);

/// A version of `name`, opened; 0: the newest. Errors: `not_found`, `corrupt`, as secret_bytes::of_size.
result<secret_bytes> decrypt_value(const file_head& head, const contents& held, const secret_bytes& data_key,
                                   const std::string& name, std::int64_t version = 0);

} // namespace pawl::storage::sealed
