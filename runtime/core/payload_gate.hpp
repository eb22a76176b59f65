// The gate that payloads pass before anything of them is stored: which wait is meant, and whether the payload fits it.
#pragma once

#include "runtime/core/event.hpp"
#include "runtime/core/state.hpp"
#include "runtime/core/workflow.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace pawl::core {

/// Which cursor a resume() means. `node` empty and `visit` absent: the only one that takes a payload, else the only
/// retry wait. Errors: `finished`, `not_waiting`, `ambiguous` (lists them).
result<resumed> choose_wait(const workflow& w, const state& s, std::string_view node,
                            std::optional<std::int64_t> visit);

/// Whether `payload` (null: none) may be given to the visit at which `c` stands: by the schema of its last pause, else
/// by its type's. Without a payload a retry comes early; a wait that has a schema needs one.
/// Errors: `invalid_payload` (every violation; `where` is the first one's JSON pointer), `limit`.
result<void> check_payload(const workflow& w, const cursor& c, const json_ptr& payload);

/// The same for the payload of the first visit.
result<void> check_start_payload(const workflow& w, node_index start, const json_ptr& payload);

} // namespace pawl::core
