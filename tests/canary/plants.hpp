// Leaks that the child makes on purpose. Each must be found where it was put: else the search of that place is blind.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace pawl::canary {

/// `plant` is a place of the child's (log, node-log, events, stdout, stderr, memory), or one of: `log-gzip`,
/// `log-base64`, `log-piece` (12 bytes of it), `row` (nothing here: the child runs its thief). `write` puts a line into
/// log, node-log or events.
void plant_in_child(const std::string& plant, std::string_view secret,
                    const std::function<void(const std::string& place, const std::string& text)>& write);

} // namespace pawl::canary
