// One walk over the text.
#include "runtime/expression/functions/slices.hpp"

#include "runtime/expression/unicode.hpp"

#include <algorithm>

namespace pawl::expression {

std::string_view utf16_slice(std::string_view text, stretch units) noexcept {
  std::size_t unit = 0;
  std::size_t first = text.size();
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size() && unit < units.to;) {
    const auto c = decode(text, at);
    const std::size_t bytes = std::max<std::size_t>(c.bytes, 1);
    const std::size_t width = c.value >= 0x10000 ? 2 : 1;
    if (unit >= units.from && unit + width <= units.to) {
      first = std::min(first, at);
      end = at + bytes;
    }
    unit += width;
    at += bytes;
  }
  return first < end ? text.substr(first, end - first) : std::string_view();
}

} // namespace pawl::expression
