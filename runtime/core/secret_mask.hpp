// Finds secrets in text, whatever usual encoding they stand in, and puts their names in their place. A net, not a
// boundary: who transforms a secret otherwise gets past it. Must never leave a byte of a secret behind in memory.
#pragma once

#include <pawl/secrets.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::core {

/// Shorter ones would be found in innocent text.
inline constexpr std::size_t masked_secret_bytes_min = 8;

/// What is looked for: the value as it is, without white space at its end, and what stands behind the first colon
/// (`user:password`); each as it is, in base64 and base64url at any offset, in hexadecimal digits of any case,
/// percent-encoded, and with JSON's escapes; and base64 or hexadecimal digits that are escaped themselves or broken
/// into lines. Values under masked_secret_bytes_min are not looked for. Immutable: safe from several threads.
class secret_mask {
public:
  struct secret {
    std::string name; ///< for the mark, `[secret NAME]`
    std::shared_ptr<const secret_bytes> bytes;
  };

  secret_mask() = default;
  explicit secret_mask(const std::vector<secret>& secrets);

  /// Nothing is looked for.
  bool empty() const noexcept { return needles_.empty(); }
  bool finds(std::string_view text) const;

  /// Masked; `text` stays.
  std::string masked(std::string_view text) const;
  /// The same of a JSON text, inside of its strings only, so that it stays the JSON that it was. Of a text that is no
  /// JSON something may be left: wipe it when parsing fails.
  std::string masked_json(std::string_view text) const;
  /// Masks texts and member names in place, and wipes what they were. A name that is there already gets a number.
  void apply(std::string& text) const;
  void apply(nlohmann::json& value) const;

private:
  struct needle {
    std::string name;
    std::shared_ptr<const secret_bytes> keeps;
    std::string_view bytes; ///< in locked memory
  };
  struct found;
  class search;

  void add(const secret& of, std::string_view bytes);
  std::vector<found> find(std::string_view text) const;
  std::string replaced(std::string_view text, std::vector<found> places, bool in_json) const;
  void apply_to_names(nlohmann::json& object) const;

  std::vector<needle> needles_; ///< the longest first
  std::vector<bool> filter_;    ///< by a hash of a needle's first eight bytes
  bool has_space_ = false;      ///< a needle holds one, which forms write as `+`
};

} // namespace pawl::core
