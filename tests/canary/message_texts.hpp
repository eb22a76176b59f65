// What a message between actors holds, shared data followed: for the search of every message that is delivered. A type
// that is not in the list is reported when one is delivered, and by messages_test.cpp at once.
#pragma once

#include "actors/messages.hpp"

#include <caf/type_erased_tuple.hpp>

#include <set>
#include <string>
#include <tuple>

namespace pawl::canary {

using message_types =
    std::tuple<actors::write_change, actors::use_store, actors::clean_up, actors::write_done, actors::flush_batch,
               actors::linger, actors::note_idle, actors::execute_node, actors::node_executed, actors::call_executor,
               actors::executor_called, actors::attempt_answered, actors::attempts_due, actors::abandon_attempts,
               actors::drop_attempt, actors::resolve_secret, actors::secret_resolved, actors::ask_again,
               actors::resume_instance, actors::signal_instance, actors::signal_uid, actors::cancel_instance,
               actors::cancel_uid, actors::start_again, actors::wake_instance, actors::stop_instance,
               actors::request_again, actors::retire_instance, actors::missed_events_told, actors::history_loaded,
               actors::start_instance, actors::resume_uid, actors::wake_uid, actors::room_given_back,
               actors::instance_parked, actors::instance_loaded, actors::watch_instance, actors::watch_idle,
               actors::forget_watcher, actors::rest_loaded, actors::in_flight_found, actors::instances_removed,
               actors::reopen_store, actors::recover_again, actors::restart_entry, actors::find_live, actors::stop_all,
               actors::grace_over, actors::timer_set, actors::look_for_timers, actors::timer_tick, actors::due_found,
               actors::clock_trusted, actors::save_clock, actors::schedules_changed, actors::schedule_tick,
               actors::schedules_found, actors::run_answered, actors::store_replaced, actors::rows_read_again,
               actors::read_again, actors::offer_again, actors::step_refused, actors::check_file>;

/// Their names.
std::set<std::string> known_messages();

struct message_content {
  std::string type; ///< its name
  std::string text; ///< all texts in it
  bool is_known = true;
};
message_content content_of(const caf::type_erased_tuple& message);

} // namespace pawl::canary
