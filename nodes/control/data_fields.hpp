// Reading the fields of a control node's data, with errors that say which field and what it must be.
#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace pawl::nodes {

/// The member, or null pointer when data is no object or has none (null counts as none).
const nlohmann::json* field(const nlohmann::json& data, const char* name);

/// A duration in milliseconds from 0 up; nothing when absent. Throws std::invalid_argument with a sentence for people.
std::optional<std::chrono::milliseconds> duration_field(const nlohmann::json& data, const char* name);

using wall_time = std::chrono::system_clock::time_point;

/// A time: a text as of RFC 3339 (without an offset it is UTC), or a number of milliseconds since 1970, in the years
/// 1970 to 9999; nothing when absent. Throws as above.
std::optional<wall_time> time_field(const nlohmann::json& data, const char* name);

/// The same of a value; nothing when it is none.
std::optional<wall_time> time_of(const nlohmann::json& value);

/// A text; `fallback` when absent. Throws as above.
std::string text_field(const nlohmann::json& data, const char* name, std::string fallback);

} // namespace pawl::nodes
