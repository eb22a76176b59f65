// Texts for terminals: no control character of somebody's data may reach one.
#pragma once

#include <pawl/printable.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::tool {

/// As pawl::printable(), but line ends stay.
std::string printable_lines(std::string_view text);
/// How many columns a printable text takes, one for each character.
std::size_t columns(std::string_view text);
/// At most `columns_max` columns, `…` where something is left out.
std::string shortened(std::string_view text, std::size_t columns_max);
/// Compact JSON in one line, shortened.
std::string brief(const nlohmann::json& value, std::size_t columns_max);
/// `2025-01-31 12:00:00.123` in UTC with a Z; a dash for 0.
std::string time_text(std::int64_t unix_ms);
/// The text as one word of a POSIX shell, which shows nothing that printable() would not.
std::string shell_word(const std::string& text);
/// `--name value`, or `--name=value` where the value would be taken for an option.
std::string shell_option(const std::string& name, const std::string& value);

} // namespace pawl::tool
