// A sealed store, open for changes: what is behind pawl::secret_store. Every change is one replacement of the file, and
// the copy in memory follows only when the file has its name.
#pragma once

#include "storage/owner_lock.hpp"
#include "storage/sealed/opened.hpp"
#include "storage/sealed/replacement.hpp"

#include <pawl/secret_store.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::storage {

/// Promises as secret_store; times are the caller's.
class sealed_store {
public:
  using handle = result<std::unique_ptr<sealed_store>>;
  static handle create(const std::string& path, const secret_key& key, sealed::step_hook hook = {});
  static handle open(const std::string& path, const secret_key& key, sealed::step_hook hook = {});
  ~sealed_store();

  std::vector<secret_summary> list() const;
  std::int64_t generation() const { return at_.head.generation; }
  std::string id() const;
  std::string public_key() const;
  const std::vector<std::string>& signers() const { return at_.held.signers; }
  std::vector<std::string> concerns(std::int64_t now_ms) const;

  result<std::int64_t> set(const std::string& name, const secret_bytes& value, const secret_settings& settings,
                           std::size_t keep_versions, std::int64_t now_ms);
  result<void> change_settings(const std::string& name, const secret_settings& settings, std::int64_t now_ms);
  result<void> remove(const std::string& name, bool even_payload_key = false);
  /// A new key of payloads, which rows are encrypted with from then on; the older ones stay. Returns its number.
  /// Errors: `limit` (there are as many as a secret has versions), as set().
  result<std::int64_t> add_payload_key(std::int64_t now_ms);
  bool has_payload_key() const { return at_.held.newest(sealed::payload_key_name) != nullptr; }
  result<void> rotate(const std::optional<secret_key>& new_key, const secret_store::progress& tell);
  result<secret_summary> import(std::string_view envelope, std::int64_t now_ms, bool replace_policy = false);
  result<void> add_signer(const std::string& key);
  result<void> remove_signer(const std::string& key);

private:
  /// The newest key-encryption key, while it is not in use yet.
  struct new_key {
    secret_bytes key;
    sealed::key_recipe recipe;
    bool is_next = false; ///< it lies beside the key file, which it replaces
  };

  sealed_store(std::string path, secret_key source, owner_lock lock, sealed::replacement disk);

  result<void> check_sure() const;
  result<void> replace(sealed::contents next);
  result<void> replace(sealed::contents next, const sealed::key_recipe& recipe, const secret_bytes& key,
                       const secret_bytes& data_key);
  result<void> write(std::string_view bytes, bool is_first);
  result<void> begin();             ///< the first file
  result<void> end_rotation();      ///< what an earlier one left
  result<void> put_next_in_place(); ///< the new key over the old
  result<new_key> make_new_key(const secret_key& wanted);
  result<secret_bytes> make_key_file(const std::string& file);
  result<sealed::contents> encrypted_anew(const secret_bytes& data_key, const secret_store::progress& tell) const;
  /// Puts a new version into `next`. Returns it.
  result<std::int64_t> put(sealed::contents& next, const std::string& name, const secret_bytes& value,
                           const secret_settings& settings, std::size_t keep_versions, std::int64_t now_ms) const;

  std::string path_;
  secret_key source_;
  owner_lock lock_;
  sealed::replacement disk_;
  sealed::opened at_;
  bool is_unsure_ = false; ///< a replacement failed after the file had its name
};

} // namespace pawl::storage
