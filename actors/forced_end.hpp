// Ends an instance whose definition does not load any more: rows name nodes by text, so none is needed for that.
#pragma once

#include "runtime/core/event.hpp"
#include "storage/store.hpp"

#include <vector>

namespace pawl::actors {

/// The steps that terminate it, in their order: the same as if its definition were there. Each makes the revision after
/// the one before. Errors: `finished` (it has ended), `corrupt`.
result<std::vector<storage::step_write>> steps_that_terminate(const storage::loaded_instance& rows,
                                                              const std::string& reason, const core::moment& at);

} // namespace pawl::actors
