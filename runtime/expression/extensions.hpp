// What an expression may use beyond Jexl 2.3.0. The parser records each use, so that it can be named.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace pawl::expression {

enum class extension : std::uint8_t {
  unary_minus,          ///< minus on anything but a number literal, or after a comma
  quoted_keys,          ///< {'a b': 1}
  ternary_after_call,   ///< f(x) ? a : b
  bracket_anywhere,     ///< brackets after a literal, group, array or object
  number_forms,         ///< .5, 1e5, 1.5e-3
  unicode_names,        ///< identifiers with letters that Jexl does not know
  reserved_names,       ///< identifiers named like members of Object.prototype
  nested_relative_names ///< a filter that is relative only by a .x inside a group, call, array, object or branch
};

inline constexpr int extension_count = 8;

/// unary-minus, quoted-keys and so on; lives for ever.
std::string_view to_string(extension used) noexcept;

class extension_set {
public:
  void add(extension used) noexcept { bits_ = static_cast<std::uint16_t>(bits_ | bit(used)); }
  void add(extension_set others) noexcept { bits_ = static_cast<std::uint16_t>(bits_ | others.bits_); }
  bool has(extension used) const noexcept { return (bits_ & bit(used)) != 0; }
  bool empty() const noexcept { return bits_ == 0; }
  std::vector<extension> list() const;
  friend bool operator==(extension_set, extension_set) noexcept = default;

private:
  static std::uint16_t bit(extension used) noexcept {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(used));
  }
  std::uint16_t bits_ = 0;
};

} // namespace pawl::expression
