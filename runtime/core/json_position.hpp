// Where the values of a JSON text stand, for messages to the people who wrote it.
#pragma once

#include "runtime/expression/text_position.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pawl::core {

using expression::text_position;

/// The positions of the values that `pointers` name (RFC 6901), in one walk. What does not exist is left out.
/// `text` must be JSON that parse_json accepted: nothing is checked here.
std::unordered_map<std::string, text_position> positions_of(std::string_view text,
                                                            const std::vector<std::string>& pointers);

} // namespace pawl::core
