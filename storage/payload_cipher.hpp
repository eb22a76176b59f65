// Encrypting one text of a row, and opening it again: XChaCha20-Poly1305, bound to the place where the text stands, so
// that it opens nowhere else. Which rows are encrypted, the rows say themselves (column payload_key).
#pragma once

#include "storage/payload_keys.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::storage {

/// Which row a text belongs to. What the row's text is bound to beside its store and its column.
struct payload_place {
  const char* table = "";
  std::int64_t instance = 0; ///< its key; 0: of none
  std::int64_t number = 0;   ///< the row's revision, cursor, scope or time
  std::string name = {};     ///< the rest of what tells the row from others
};

/// What a store says of the keys that its rows need.
struct payload_facts {
  std::string store_id;     ///< this store's own; empty: nothing was ever encrypted in it
  std::string sealed_store; ///< which sealed store has the keys
  std::map<std::int64_t, std::string> fingerprints;

  bool operator==(const payload_facts&) const = default;
};

class payload_cipher {
public:
  /// What to do with a row whose key is not there: its reader is told that the row is corrupt, because whoever owns the
  /// store was shown to have all keys; or words are put in the place of its texts.
  enum class lacking { is_fault, is_said };

  explicit payload_cipher(lacking what = lacking::is_fault) : lacking_(what) {}
  /// `keys` may be null, then nothing is encrypted. Keys that are not those which the facts name are as if they were
  /// not there.
  payload_cipher(lacking what, payload_facts facts, std::shared_ptr<const payload_keys> keys, bool encrypts);

  const payload_facts& facts() const { return facts_; }
  /// What new rows are encrypted with; nothing: they are plain.
  std::optional<std::int64_t> writing_key() const { return writing_key_; }
  std::string writing_fingerprint() const { return keys_->fingerprint(*writing_key_); }
  bool has(std::int64_t key) const { return find(key) != nullptr; }
  bool is_strict() const { return lacking_ == lacking::is_fault; }
  /// Why has() is false, for people; stands where the text would.
  std::string unreadable(std::int64_t key) const;

  /// Needs a writing key.
  std::string seal(std::string_view plain, const payload_place& at, std::string_view column) const;
  /// Nothing: changed, or it is not the text of this place; or the key is not there.
  std::optional<std::string> open(std::string_view sealed, std::int64_t key, const payload_place& at,
                                  std::string_view column) const;

private:
  const secret_bytes* find(std::int64_t key) const;
  std::string covered(const payload_place& at, std::string_view column) const;

  lacking lacking_;
  payload_facts facts_;
  std::shared_ptr<const payload_keys> keys_;
  std::optional<std::int64_t> writing_key_;
};

/// Texts of one row on their way to a statement. What it gives lives as long as it, or as the caller's text.
class row_sealer {
public:
  row_sealer(const payload_cipher& cipher, payload_place at) : cipher_(cipher), at_(std::move(at)) {}

  /// For the column payload_key.
  std::optional<std::int64_t> key() const { return cipher_.writing_key(); }
  const std::string* operator()(const char* column, const std::string& text) { return (*this)(column, &text); }
  /// A null pointer stays one.
  const std::string* operator()(const char* column, const std::string* text);

private:
  static constexpr std::size_t texts_max = 6;

  const payload_cipher& cipher_;
  payload_place at_;
  std::array<std::string, texts_max> made_;
  std::size_t count_ = 0;
};

/// The places of rows.
payload_place input_place(std::int64_t instance);
payload_place label_place(std::int64_t instance, const std::string& name);
payload_place step_place(std::int64_t instance, std::int64_t revision);
payload_place cursor_place(std::int64_t instance, std::int64_t cursor, const std::string& node, std::int64_t visit);
payload_place memory_place(std::int64_t instance, std::int64_t scope, const std::string& node, const std::string& name);
payload_place signal_place(std::int64_t instance, std::int64_t number);
payload_place closing_place(std::int64_t instance);
payload_place audit_place(const secret_audit_entry& line);
payload_place schedule_place(const std::string& id, std::int64_t created_at);

} // namespace pawl::storage
