// A buffer in locked memory that grows. Doubling, from the size that most answers have: locked memory is scarce.
#include "nodes/secrets/locked_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pawl::nodes {
namespace {

constexpr std::size_t first_bytes = 2048;

} // namespace

result<void> locked_buffer::grow(std::size_t size) {
  const std::size_t roomy = std::clamp(bytes_.size() * 2, first_bytes, secret_bytes_max);
  auto larger = secret_bytes::of_size(std::max(size, roomy));
  if (!larger) return larger.failure();
  if (used_ > 0) std::memcpy(larger->data(), bytes_.data(), used_);
  bytes_ = std::move(*larger);
  return {};
}

result<void> locked_buffer::append(std::string_view more) {
  if (more.empty()) return {};
  if (more.size() > bytes_.size() - used_)
    if (auto grown = grow(used_ + more.size()); !grown) return grown;
  std::memcpy(bytes_.data() + used_, more.data(), more.size());
  used_ += more.size();
  return {};
}

secret_bytes locked_buffer::take() {
  bytes_.shrink(std::exchange(used_, 0));
  return std::exchange(bytes_, secret_bytes());
}

} // namespace pawl::nodes
