// The keys that a store's payloads are encrypted with: all versions of one reserved record of a sealed store. A key's
// number is its version there. Never holds a key outside of locked memory.
#pragma once

#include "storage/sealed/sealed_file.hpp"

#include <pawl/result.hpp>
#include <pawl/secrets.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace pawl::storage {

class payload_keys {
public:
  /// Nothing when the sealed store has none yet. Errors: `corrupt`, `overloaded` (no memory can be locked).
  static result<std::shared_ptr<const payload_keys>> read(const sealed_file& from);

  /// The id of the sealed store.
  const std::string& sealed_store() const { return sealed_store_; }
  /// The one that new rows are encrypted with.
  std::int64_t newest() const { return keys_.rbegin()->first; }
  /// 32 bytes; nothing: not of this sealed store.
  const secret_bytes* find(std::int64_t number) const;
  /// Tells the key from others of the same number and says nothing about it. Empty: there is no such key.
  std::string fingerprint(std::int64_t number) const;

private:
  struct one_key {
    secret_bytes texts;
    std::string fingerprint;
  };

  std::string sealed_store_;
  std::map<std::int64_t, one_key> keys_; ///< never empty
};

} // namespace pawl::storage
