// Where the values of a JSON text stand, for messages to the people who wrote it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pawl::core {

/// Both from 1; a column is a character, not a byte.
struct text_position {
  std::size_t line = 1;
  std::size_t column = 1;
  bool operator==(const text_position&) const = default;
};

/// The position of one byte.
text_position position_of(std::string_view text, std::size_t byte);

/// The positions of the values that `pointers` name (RFC 6901), in one walk. What does not exist is left out.
/// `text` must be JSON that parse_json accepted: nothing is checked here.
std::unordered_map<std::string, text_position> positions_of(std::string_view text,
                                                            const std::vector<std::string>& pointers);

} // namespace pawl::core
