// What the node `log` tells the host.
#pragma once

#include <pawl/export.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace pawl {

/// What the node's `level` says.
enum class log_level { debug, info, warn, error };

/// "debug", "info", "warn", "error". Lives for ever.
PAWL_API const char* to_string(log_level level) noexcept;

/// One line that a workflow's author wrote. Every text in it comes from the definition or from payloads and has been
/// through printable(): no line ends, nothing that steers a terminal.
struct log_entry {
  std::int64_t time_ms = 0; ///< milliseconds since 1970 by the wall clock, when the attempt began
  std::string instance_id;
  std::string node_id;
  std::int64_t visit = 0; ///< with instance_id and node_id it tells an entry from a repetition of it
  log_level level = log_level::info;
  std::string message;            ///< at most 8 KiB, cut with … where it was longer
  std::string fields_json = "{}"; ///< the text of a JSON object, at most 4 MiB
};

/// Called from any thread, also for several entries at once; at least once for each visit: after a crash an entry may
/// come again. It may block, that holds up other `log` nodes only. What it throws is dropped. It must not destroy the
/// runtime.
using node_logger = std::function<void(const log_entry&)>;

} // namespace pawl
