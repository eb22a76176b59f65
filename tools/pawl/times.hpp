// Moments on the command line.
#pragma once

#include <cstdint>
#include <string>

namespace pawl::tool {

/// What options that take one say of it.
inline constexpr const char* time_forms = "2027-01-31 or 2027-01-31T12:00:00Z (UTC), or from now on 90d, 12h, 15m, 90s";

/// Milliseconds since 1970.
std::int64_t now_ms();
/// The moment to come that `text` names, in milliseconds since 1970; a day is its first moment in UTC. Ends the command
/// (usage) when it names none, or one that is past; `option` names what asked for it.
std::int64_t moment_to_come(const std::string& text, const std::string& option);

/// The length of time that `text` names: 90d, 12h, 15m, 90s. Ends the command (usage) when it names none; `option`
/// names what asked for it.
std::int64_t length_of_time(const std::string& text, const std::string& option);

} // namespace pawl::tool
