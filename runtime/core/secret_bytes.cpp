// Locked memory by libsodium. Must never hand out memory that is not locked, unless the host accepts that.
#include "runtime/core/secret_bytes.hpp"

#include <pawl/process.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <atomic>
#include <cstring>
#include <utility>

namespace pawl {
namespace {

bool has_sodium() {
  static const bool is_ready = sodium_init() >= 0;
  return is_ready;
}

// Of the process, as the limit is.
std::atomic<bool> unlocked_is_accepted{false};

error no_memory(const char* why) { return {errc::overloaded, why, ""}; }

} // namespace

void accept_unlocked_memory(bool accepted) noexcept { unlocked_is_accepted = accepted; }

secret_bytes::secret_bytes() noexcept = default;

// sodium_malloc locks as well and leaves the pages out of core images, but does not say when locking failed; a second
// lock of the same pages does.
result<secret_bytes> secret_bytes::of_size(std::size_t size) {
  if (size > secret_bytes_max)
    return error{errc::limit, fmt::format("a secret has at most {} bytes, not {}", secret_bytes_max, size), ""};
  secret_bytes made;
  if (size == 0) return made;
  if (!has_sodium()) return error{errc::internal, "libsodium does not start", ""};
  auto* memory = static_cast<char*>(sodium_malloc(size));
  if (memory == nullptr) return no_memory("there is no memory for a secret: free some, or raise the process's limit");
  if (sodium_mlock(memory, size) != 0 && !unlocked_is_accepted) {
    sodium_free(memory);
    return no_memory("no more memory can be locked for secrets now: raise the process's limit (ulimit -l, "
                     "LimitMEMLOCK=), or have fewer secrets at once");
  }
  made.bytes_ = memory;
  made.size_ = size;
  std::memset(memory, 0, size);
  return made;
}

result<secret_bytes> secret_bytes::copy_of(std::string_view bytes) {
  auto made = of_size(bytes.size());
  if (made && !bytes.empty()) std::memcpy(made->data(), bytes.data(), bytes.size());
  return made;
}

secret_bytes::secret_bytes(secret_bytes&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}

secret_bytes& secret_bytes::operator=(secret_bytes&& other) noexcept {
  secret_bytes taken(std::move(other)); // goes with what was here, wiped
  std::swap(bytes_, taken.bytes_);
  std::swap(size_, taken.size_);
  return *this;
}

secret_bytes::~secret_bytes() { sodium_free(bytes_); } // wipes first

char* secret_bytes::data() noexcept { return bytes_; }
const char* secret_bytes::data() const noexcept { return bytes_; }
std::size_t secret_bytes::size() const noexcept { return size_; }

void secret_bytes::shrink(std::size_t size) noexcept {
  if (size >= size_) return;
  sodium_memzero(bytes_ + size, size_ - size);
  size_ = size;
}

result<secret_bytes> core::base64_of(std::string_view secret) {
  const std::size_t size = sodium_base64_ENCODED_LEN(secret.size(), sodium_base64_VARIANT_ORIGINAL);
  auto made = secret_bytes::of_size(size);
  if (!made) return made;
  sodium_bin2base64(made->data(), size, reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  made->shrink(size - 1); // the zero byte behind it
  return made;
}

} // namespace pawl
