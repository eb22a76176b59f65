// Characters of UTF-8, and which of them change what the others look like.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pawl::core {

struct character {
  char32_t code = 0;
  std::size_t bytes = 0; ///< of UTF-8; 0 when it is broken
};

/// The character that begins at `at`, which is before the end.
character character_at(std::string_view text, std::size_t at);

/// Moves a cursor, ends a line or turns what follows around: C0, DEL, C1, U+2028 and U+2029, bidirectional controls.
bool steers(char32_t code);
/// Takes no room: what differs by it alone looks the same.
bool has_no_width(char32_t code);

} // namespace pawl::core
