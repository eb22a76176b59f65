// A copy of a store's main file and log in a folder of our own, for places where SQLite cannot make its index file.
// For stores without a living owner only.
#pragma once

#include <pawl/result.hpp>

#include <cstdint>
#include <string>

namespace pawl::storage {

/// More than this is not copied.
inline constexpr std::int64_t copy_bytes_max = std::int64_t{1} << 30;

/// Removes its files and folder when it goes.
class private_copy {
public:
  /// In $TMPDIR, /dev/shm or /tmp, whichever works first. Errors: `access`, `disk_full`, `storage` (too large, among
  /// others).
  static result<private_copy> make(const std::string& canonical);

  private_copy(private_copy&& other) noexcept;
  private_copy& operator=(private_copy&&) = delete;
  ~private_copy();

  std::string file() const { return folder_ + "/store"; }

private:
  explicit private_copy(std::string folder) : folder_(std::move(folder)) {}

  std::string folder_;
};

} // namespace pawl::storage
