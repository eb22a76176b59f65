// Recognition of misspelt field names by edit distance.
#include "runtime/core/field_names.hpp"

#include "runtime/expression/ascii.hpp"

#include <algorithm>
#include <vector>

namespace pawl::core {
namespace {

using expression::ascii::lower;

// Insertions, deletions, replacements and swaps of neighbours, letters of either case alike.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      const bool equal = lower(a[i - 1]) == lower(b[j - 1]);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + !equal});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

template <class Names> std::optional<std::string_view> nearest(std::string_view name, const Names& known) {
  if (name.size() < 3 || name.size() > 40) return std::nullopt;
  if (std::find(known.begin(), known.end(), name) != known.end()) return std::nullopt;
  for (std::string_view candidate : known) {
    const std::size_t allowed = candidate.size() >= 7 ? 2 : 1;
    if (name.size() > candidate.size() + allowed || candidate.size() > name.size() + allowed) continue;
    if (edit_distance(name, candidate) <= allowed) return candidate;
  }
  return std::nullopt;
}

} // namespace

std::optional<std::string_view> misspelt(std::string_view name, std::initializer_list<std::string_view> known) {
  return nearest(name, known);
}

std::optional<std::string_view> misspelt(std::string_view name, const std::vector<std::string_view>& known) {
  return nearest(name, known);
}

std::string pointer_token(std::string_view name) {
  constexpr std::size_t shown_bytes_max = 200; // pointers are for people, and may be made for every value
  const bool is_long = name.size() > shown_bytes_max;
  if (is_long) {
    name = name.substr(0, shown_bytes_max);
    while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0xC0U) == 0x80U)
      name.remove_suffix(1);
    if (!name.empty() && static_cast<unsigned char>(name.back()) >= 0xC0U) name.remove_suffix(1);
  }
  std::string escaped;
  for (char c : name) {
    if (c == '~')
      escaped += "~0";
    else if (c == '/')
      escaped += "~1";
    else
      escaped += c;
  }
  if (is_long) escaped += "…";
  return escaped;
}

} // namespace pawl::core
