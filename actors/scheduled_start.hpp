// From a schedule's row to the start of an instance, as a caller of runtime::start would make it.
#pragma once

#include "actors/services.hpp"

namespace pawl::actors {

/// Without an answer, and without waiting for room (`overloaded`). Compiles the definition that the store has under its
/// id when none is known yet. Errors: those of runtime::start.
result<start_instance> scheduled_start(services& shared, const schedule_found& of, core::timestamp_ms due);

/// Whether the instance exists and has not ended.
result<bool> is_running(storage::store& store, const std::string& uid);

/// Whether waiting helps: the run is tried again. Any other error is recorded, and the run is over.
bool passes_by_itself(errc code);

} // namespace pawl::actors
