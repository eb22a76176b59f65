// Names of fields: in JSON pointers, and the recognition of one that was misspelt.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::core {

/// The known name that `name` probably was meant to be; nothing when it is one itself, or resembles none.
std::optional<std::string_view> misspelt(std::string_view name, std::initializer_list<std::string_view> known);
std::optional<std::string_view> misspelt(std::string_view name, const std::vector<std::string_view>& known);

/// A member's name as a token of a JSON pointer (RFC 6901).
std::string pointer_token(std::string_view name);

} // namespace pawl::core
