// A verified copy of a sealed store in memory, for reading: values stay encrypted until one is asked for.
#pragma once

#include "storage/sealed/opened.hpp"

#include <pawl/secret_store.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::storage {

class sealed_file {
public:
  /// Errors: `not_found` (no file), `access` (the key does not open it, a key file that others may read), `corrupt`
  /// (changed without the key, or damaged), `wrong_store` (no sealed store, a newer format), `invalid_argument`,
  /// `storage`.
  static result<sealed_file> read(const std::string& path, const secret_key& key);

  /// 32 hexadecimal digits.
  std::string id() const { return sealed::hex(opened_.head.store_id); }
  std::int64_t generation() const { return opened_.head.generation; }
  /// 64 hexadecimal digits: files that differ in anything differ in it, those of one generation too.
  const std::string& mac() const { return opened_.digest; }

  std::vector<secret_summary> list() const;
  std::optional<secret_summary> find(const std::string& name) const;
  /// A version; 0: the newest. Errors: `not_found`, `corrupt`, `overloaded` (no memory can be locked).
  result<secret_bytes> decrypt(const std::string& name, std::int64_t version = 0) const;

  /// Whether the file at `path` is still the one that was read.
  bool is_still_at(const std::string& path) const { return stamp_of(path) == opened_.stamp; }

private:
  explicit sealed_file(sealed::opened from) : opened_(std::move(from)) {}

  sealed::opened opened_;
};

} // namespace pawl::storage
