// Finds secrets in text, whatever usual encoding they stand in, and puts their names in their place. A net, not a
// boundary: who transforms a secret otherwise gets past it. Must never leave a byte of a secret behind in memory.
#pragma once

#include <pawl/secrets.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::core {

/// Shorter ones would be found in innocent text.
inline constexpr std::size_t masked_secret_bytes_min = 8;

/// Longer names are cut in marks.
inline constexpr std::size_t mask_name_bytes_max = 64;

/// What is looked for: the value as it is, without white space at its end, and what stands behind the first colon
/// (`user:password`), letters of ASCII in any case; each as it is, in base64 and base64url at any offset, in
/// hexadecimal digits of any case, percent-encoded, and with JSON's escapes; and base64 or hexadecimal digits that are
/// escaped themselves or broken into lines. So is a beginning of it: the first half at least, and
/// masked_secret_bytes_min bytes more than scheme and host of a URL or what stands before a colon. Values under
/// masked_secret_bytes_min are not looked for. The time it takes grows with the text alone. Immutable: safe from
/// several threads.
class secret_mask {
public:
  struct secret {
    std::string name; ///< for the mark, `[secret NAME]`
    std::shared_ptr<const secret_bytes> bytes;
  };

  secret_mask() = default;
  /// Marks must not make more than `bytes_max` of a text that was shorter.
  explicit secret_mask(const std::vector<secret>& secrets, std::size_t bytes_max = SIZE_MAX);

  /// Nothing is looked for.
  bool empty() const noexcept { return needles_.empty(); }
  bool finds(std::string_view text) const;

  /// Masked; `text` stays. Throws std::length_error, too_long(), where there is no room for the marks.
  std::string masked(std::string_view text) const;
  /// The same of a JSON text, inside of its strings only, so that it stays the JSON that it was. Of a text that is no
  /// JSON something may be left: wipe it when parsing fails.
  std::string masked_json(std::string_view text) const;
  /// Masks texts and member names in place, and wipes what they were. A name that is there already gets a number.
  /// False where there is no room for the marks of all texts together: what is left then is of no use.
  [[nodiscard]] bool apply(std::string& text) const;
  [[nodiscard]] bool apply(nlohmann::json& value) const;
  /// For people, what is wrong then.
  std::string too_long() const;

private:
  struct needle {
    std::string mark;
    std::string json_mark;
    std::shared_ptr<const secret_bytes> keeps;
    std::string_view bytes;             ///< in locked memory
    std::size_t least;                  ///< so much of its beginning is found alone
    std::vector<std::uint32_t> borders; ///< where to go on when so much of it fitted and no more
  };
  struct found;
  class search;

  void add(const secret& of, std::string_view bytes);
  std::vector<found> find(std::string_view text) const;
  static void unite(std::vector<found>& places);
  std::optional<std::string> replaced(std::string_view text, std::vector<found> places, bool in_json) const;
  std::string required(std::optional<std::string> masked) const;
  bool apply(std::string& text, std::size_t& growth_left) const;
  bool apply_to_names(nlohmann::json& object, std::size_t& growth_left) const;

  std::vector<needle> needles_;
  std::vector<bool> filter_; ///< by a hash of a needle's first eight bytes
  bool has_space_ = false;   ///< a needle holds one, which forms write as `+`
  std::size_t bytes_max_ = SIZE_MAX;
};

} // namespace pawl::core
