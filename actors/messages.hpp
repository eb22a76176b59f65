// What travels between the actors. Requests are imperative, notices past tense. Messages stay in the process.
#pragma once

#include "actors/admission.hpp"
#include "actors/reply.hpp"
#include "nodes/execute.hpp"
#include "runtime/core/workflow.hpp"
#include "storage/store.hpp"

#include <pawl/runtime.hpp>

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace pawl::actors {

// --- to the store actor

/// Commit this with whatever else has arrived. Answered by write_done to `from`, after COMMIT returned.
struct write_change {
  std::shared_ptr<storage::change> what;
  caf::actor from;
};
/// Run this on the store's thread, between batches. It must not throw and must be short.
struct use_store {
  std::function<void(storage::store&)> task;
  /// What was sent to the store before must be committed first. That ends a batch before its time, so only where
  /// somebody may have sent a write whose answer nobody hears.
  bool after_writes = false;
};
/// Erase a piece of what removed instances leave in the store, and go on until nothing is left.
struct clean_up {
  bool goes_on = false; ///< of the store actor to itself
};
/// The store actor to itself: look at the next piece of the file.
struct check_file {};
struct write_done {
  result<storage::written> outcome;
};
/// The store actor to itself: queued behind all that has arrived.
struct flush_batch {};
/// The wall clock was set, and the store does not know it yet: commit that, if no step did.
struct save_clock {};
/// The store actor to itself: stay awake until then.
struct linger {
  std::chrono::steady_clock::time_point until;
};
/// The same, later: nothing was written since if it still counts `writes` batches.
struct note_idle {
  std::uint64_t writes;
};

// --- to a node actor; answered by node_executed

struct execute_node {
  std::shared_ptr<const nodes::execution> run;
};
struct node_executed {
  nodes::executed outcome;
};
/// Call an asynchronous executor; answered by executor_called, its outcome goes to `done`.
struct call_executor {
  std::shared_ptr<const nodes::execution> run;
  std::function<void(nodes::executed)> done;
};
struct executor_called {};
/// To a dispatcher: an asynchronous attempt has its outcome.
struct attempt_answered {
  std::uint64_t number = 0;
  nodes::executed outcome;
};
/// A dispatcher to itself: the time of some attempts may be over.
struct attempts_due {};
/// To a dispatcher: the runtime stops and waits no longer for attempts. `log` hears of threads that are left behind.
struct abandon_attempts {
  std::function<void(const std::string&)> log;
};
/// To a dispatcher: the attempt's instance is being ended. One that waits for its turn does not begin any more.
struct drop_attempt {
  std::shared_ptr<const nodes::execution> run;
  bool also_running = false; ///< nobody waits for its answer any more
};

// --- to a secrets actor

/// Which secret may this attempt have? Answered by secret_resolved once the answer is on disk.
struct resolve_secret {
  std::shared_ptr<const nodes::execution> run;
  nodes::secret_request what;
};
struct secret_resolved {
  nodes::secret_handle bytes;         ///< null: refused
  nodes::secret_refusal refusal;      ///< why
  std::optional<error> store_failure; ///< the answer could not be kept, so there is none
};
/// A node actor to itself: ask again for what it still needs.
struct ask_again {
  std::uint64_t number = 0;
};

// --- to an instance actor

struct resume_instance {
  admission::place_ptr room; ///< until it is answered
  core::json_ptr payload;    ///< null: none
  resume_options which;
  reply<void> answer;
};
/// A named signal for it, which passed what can be checked without its state.
struct signal_instance {
  admission::place_ptr room; ///< until it is answered
  core::signalled what;
  reply<void> answer;
};
/// Somebody ends it.
struct cancel_instance {
  std::string reason;
  bool terminate = false;
  reply<void> answer;
};
/// Somebody starts an id that is already live.
struct start_again {
  std::string definition_id;
  std::string input_hash;
  reply<std::string> answer;
};
/// A timer of it may be due, or it is to go on after a restart.
struct wake_instance {};
/// Dispatch nothing more; quit when nothing runs.
struct stop_instance {};
/// The instance actor to itself: an attempt whose node actor died is made again.
struct request_again {
  std::shared_ptr<const nodes::execution> run;
  int tries = 0;
};
/// The actor has nothing to do and may go: nothing has been sent to it since it was asked.
struct retire_instance {};
/// The store was opened anew under another actor: what the old one was asked has no answer.
struct store_replaced {
  caf::actor store;
};
/// Its rows, read after a write that was not answered with success: they say what became of it.
struct rows_read_again {
  result<storage::loaded_instance> rows;
};
/// The instance actor to itself: read the rows again, reading failed.
struct read_again {};
/// The instance actor to itself: the store may take by now what it refused.
struct offer_again {};
/// Events of it that were committed and not told were told as it came back to life.
struct missed_events_told {
  result<void> done;
};
/// What one execution needs of the store: the results of nodes whose whole history it mentions, and the newest ones of
/// `asked` that the actor did not know.
struct history_loaded {
  core::cursor_id cursor = 0;
  std::int64_t visit = 0;
  result<std::vector<storage::result_row>> rows;
  std::vector<std::string> asked = {};
  std::vector<storage::result_row> latest = {};
};

// --- to the supervisor

struct start_instance {
  admission::place_ptr room;
  std::string uid;
  bool uid_is_new = false; ///< just made, so that no instance can have it
  std::shared_ptr<const core::workflow> workflow;
  core::node_index node = 0;
  core::json_ptr input;
  std::string input_text;
  std::string input_hash;
  core::json_ptr payload;
  std::optional<std::int64_t> step_limit;
  std::map<std::string, std::string> labels;
  std::optional<core::signalled> signal; ///< then an instance that is there gets it, whatever its input was
  reply<std::string> answer;
};
struct resume_uid {
  std::string uid;
  resume_instance command;
};
struct signal_uid {
  std::string uid;
  signal_instance command;
};
struct cancel_uid {
  std::string uid;
  cancel_instance command;
};
struct wake_uid {
  std::string uid;
};
/// Somebody waits for room, and there is some.
struct room_given_back {};
/// Where an instance stands after a commit that left nothing running.
struct rest_summary {
  instance_status status = instance_status::active;
  bool only_payload_waits = false;
};
/// An instance actor has nothing to run, having handled `handled` messages of the supervisor's.
struct instance_parked {
  std::string uid;
  caf::actor_addr from;
  std::uint64_t handled = 0;
  rest_summary rest;
};
/// The store refuses a step of an instance again and again; the instance keeps it.
struct step_refused {
  std::string uid;
  error why;
};
/// What a load from the store brought.
struct instance_loaded {
  std::string uid;
  result<storage::loaded_instance> rows;
  std::shared_ptr<const core::workflow> workflow;    ///< its definition, when that is in memory
  std::optional<storage::definition_row> definition; ///< else
};
struct watch_instance {
  std::uint64_t watcher = 0; ///< made by the caller, for forget_watcher
  std::string uid;
  wait_until until = wait_until::ended;
  reply<void> answer;
};
struct watch_idle {
  std::uint64_t watcher = 0;
  reply<void> answer;
};
struct forget_watcher {
  std::uint64_t watcher = 0;
};
/// The store's answer to watchers::question.
struct rest_loaded {
  std::string uid;
  std::uint64_t question = 0;
  result<rest_summary> rest;
};
/// A page of instances that an earlier owner left with something to run.
struct in_flight_found {
  result<std::vector<storage::due_row>> page;
};
/// The store's thread removed these instances: their actors go before the answer is given.
struct instances_removed {
  std::vector<std::string> uids;
  std::function<void()> answer;
};
struct reopen_store {};
/// The supervisor to itself: the last page was not read.
struct recover_again {};
/// The supervisor to itself: load an instance whose actor died.
struct restart_entry {
  std::string uid;
};
/// To the supervisor, from tests and tools: which actor runs the instance; null when none does.
struct find_live {
  std::string uid;
  reply<caf::actor> answer;
};
struct stop_all {
  std::chrono::milliseconds grace{0}; ///< how long attempts may still answer
  reply<void> answer;
};
/// The supervisor to itself: the grace is over.
struct grace_over {};

// --- to the timer actor

struct timer_set {
  storage::instance_key instance = 0;
  std::string uid;
  core::timestamp_ms due_at = 0;
  core::timeline line = core::timeline::steady;
};
/// The host says that the wall clock is right.
struct clock_trusted {};
/// The supervisor to a timer actor that took over.
struct look_for_timers {};
struct timer_tick {
  std::uint64_t generation = 0;
};
/// What is due of one timeline, and when the first one behind that is; nothing when there is more which is due.
struct due_on_line {
  std::vector<storage::due_row> rows;
  std::optional<core::timestamp_ms> next;
  bool is_more = false;
};
struct due_found {
  result<std::array<due_on_line, 2>> lines; ///< by core::timeline
  core::clock_offsets offsets;              ///< when it was looked
};

// --- to the schedule actor

/// A schedule was added, changed or removed.
struct schedules_changed {};
struct schedule_tick {
  std::uint64_t generation = 0;
};
/// A schedule that is due, or has runs that wait.
struct schedule_found {
  storage::schedule_row row;
  bool is_running = false;                           ///< the instance that it started last has not ended
  std::shared_ptr<const core::workflow> workflow;    ///< the latest of its definition, when that is in memory
  std::optional<storage::definition_row> definition; ///< else
  std::uint64_t definition_changes = 0;              ///< definitions::changes() then
};
struct schedules_found {
  result<std::vector<schedule_found>> all;
  core::timestamp_ms now = 0;             ///< when the store was asked
  std::optional<core::timestamp_ms> next; ///< when another one is due
  std::string waiting_after;              ///< where the next page of those that wait begins
  bool is_more = false;
};
/// The instance of a run is on disk, or why it is not.
struct run_answered {
  std::uint64_t round = 0;
  std::size_t place = 0; ///< of the schedule in the round
  std::size_t run = 0;   ///< of its pending ones
  result<std::string> outcome;
};

} // namespace pawl::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::write_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::use_store)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::clean_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::check_file)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::write_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::flush_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::linger)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::note_idle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::execute_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::node_executed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::call_executor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::executor_called)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::attempt_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::attempts_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::abandon_attempts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::resolve_secret)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::secret_resolved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::ask_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::resume_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::start_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::wake_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::stop_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::request_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::retire_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::store_replaced)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::rows_read_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::read_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::offer_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::step_refused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::missed_events_told)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::history_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::start_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::resume_uid)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::wake_uid)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::room_given_back)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::instance_parked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::instance_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::watch_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::watch_idle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::forget_watcher)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::rest_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::in_flight_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::instances_removed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::reopen_store)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::recover_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::restart_entry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::find_live)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::stop_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::grace_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::signal_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::signal_uid)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::cancel_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::cancel_uid)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::drop_attempt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::timer_set)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::clock_trusted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::save_clock)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::look_for_timers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::timer_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::due_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::schedules_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::schedule_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::schedules_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pawl::actors::run_answered)
