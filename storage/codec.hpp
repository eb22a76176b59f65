// Between the pure core's state and events and the store's rows. Pure functions; JSON is turned into text here, on the
// caller's thread, never on the store's.
#pragma once

#include "runtime/core/event.hpp"
#include "runtime/core/transition.hpp"
#include "storage/store.hpp"

namespace pawl::storage {

/// The rows of one step: `s` is the state after `done`. `output_text` is the JSON text of a result (absent: undefined).
step_write encode_step(const core::workflow& w, const core::state& s, const core::event& e, const core::step& done,
                       std::optional<std::string> output_text);

/// The state that the rows hold. Errors: `corrupt` (names the row's fault; a node that the workflow lacks too).
result<core::state> decode_state(const core::workflow& w, const loaded_instance& rows);

/// The event of a stored step. Errors: `corrupt`.
result<core::event> decode_event(const core::workflow& w, const step_row& row);

/// The JSON text of a row. Bounded, as the file may be hostile. Errors: `corrupt`, which names `what`.
result<nlohmann::json> read_stored(const std::string& text, const char* what);

/// The labels of a schedule; none when they cannot be read without their key. Errors: `corrupt`.
result<std::map<std::string, std::string>> schedule_labels(const schedule_row& row);

/// The replay law: folding the stored events from the initial state gives the stored state. Errors: `corrupt` with the
/// first difference; those of the reader.
result<void> check_replay(const core::workflow& w, reader& from, instance_key instance);

} // namespace pawl::storage
