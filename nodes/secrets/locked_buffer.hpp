// Bytes that arrive piece by piece and may be secret: they grow in locked memory.
#pragma once

#include <pawl/secrets.hpp>

#include <cstddef>
#include <string_view>

namespace pawl::nodes {

class locked_buffer {
public:
  /// Errors: as secret_bytes::of_size(); the bytes before stay.
  result<void> append(std::string_view more);
  /// All of it; the buffer is empty afterwards.
  secret_bytes take();

private:
  result<void> grow(std::size_t size);

  secret_bytes bytes_; ///< with room behind what is used
  std::size_t used_ = 0;
};

} // namespace pawl::nodes
