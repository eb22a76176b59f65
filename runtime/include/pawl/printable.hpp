// Texts of strangers (payloads, errors, reasons, ids of foreign stores) on their way to a terminal or into a log.
#pragma once

#include <pawl/export.hpp>

#include <string>
#include <string_view>

namespace pawl {

/// The text in one line that cannot steer a terminal or be read backwards: control characters (C0, DEL, C1) as \xNN,
/// line and paragraph separators, bidirectional controls and characters without a width as \uNNNN, broken UTF-8 as ?.
/// Safe from any thread.
PAWL_API std::string printable(std::string_view text);
/// The same for JSON text: what printable() changes is escaped as JSON does it, so that it still says the same. Line
/// ends and tabs between values stay.
PAWL_API std::string printable_json(std::string_view json);

} // namespace pawl
