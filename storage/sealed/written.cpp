// Puts a sealed store together: values, the index over the values, the header over the index.
#include "storage/sealed/written.hpp"

#include "storage/sealed/crypto.hpp"
#include "storage/sealed/opened.hpp"

#include <fmt/format.h>

namespace pawl::storage::sealed {

result<std::string> write_bytes(file_head& head, const contents& held, const secret_bytes& key,
                                const secret_bytes& data_key) {
  const std::string values = values_of(held);
  const auto index = index_of(held, values);
  if (!index) return index.failure();
  const auto index_key = subkey(data_key, purpose::index);
  if (!index_key) return index_key.failure();
  head.index_bytes = static_cast<std::uint32_t>(index->size() + box_overhead);
  head.wrapped_key.assign(box_overhead + key_bytes, '\0');
  head.wrapped_key = encrypt(key, data_key.view(), associated_with_key(encode(head)));
  std::string made = encode(head);
  made += encrypt(*index_key, *index, associated_with_index(made));
  made += values;
  if (made.size() > file_bytes_max)
    return error{errc::limit,
                 fmt::format("a sealed store has at most {} MiB, and would have more: remove secrets or keep fewer "
                             "versions of them",
                             file_bytes_max >> 20),
                 ""};
  return made;
}

} // namespace pawl::storage::sealed
