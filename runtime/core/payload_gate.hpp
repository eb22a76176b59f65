// The gate that payloads pass before anything of them is stored.
#pragma once

#include "runtime/core/state.hpp"
#include "runtime/core/workflow.hpp"

namespace pawl::core {

/// Whether `payload` (null: none) may be given to the visit at which `c` stands: by the schema of its last pause, else
/// by its type's. Without a payload a retry comes early; a wait that has a schema needs one.
/// Errors: `invalid_payload` (every violation; `where` is the first one's JSON pointer), `limit`.
result<void> check_payload(const workflow& w, const cursor& c, const json_ptr& payload);

/// The same for the payload of the first visit.
result<void> check_start_payload(const workflow& w, node_index start, const json_ptr& payload);

} // namespace pawl::core
