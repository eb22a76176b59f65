// Positions as JavaScript's slice() takes them: from the end when negative, cut to what is there.
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

namespace pawl::expression {

struct stretch {
  std::size_t from = 0;
  std::size_t to = 0; ///< behind the last; not below `from`
};

/// NaN is 0, fractions are cut, infinities are the ends.
inline std::size_t slice_position(double wanted, std::size_t length) noexcept {
  const auto all = static_cast<double>(length);
  double at = std::isnan(wanted) ? 0 : std::trunc(wanted);
  if (at < 0) at += all;
  return at <= 0 ? 0 : at >= all ? length : static_cast<std::size_t>(at);
}

/// By UTF-16 units. A surrogate pair of which half is outside is left out.
std::string_view utf16_slice(std::string_view text, stretch units) noexcept;

} // namespace pawl::expression
