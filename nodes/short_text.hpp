// Texts for people that nodes and their authors made: always UTF-8, never long.
#pragma once

#include <cstddef>
#include <string>

namespace pawl::nodes {

inline constexpr std::size_t short_text_bytes_max = 8 * 1024;

/// Broken UTF-8 replaced; where it is longer than the bound, cut at a character's border and `…` put there.
std::string shortened(std::string text);

} // namespace pawl::nodes
