// Pawl's front door: open a store, load definitions, start, resume and watch instances.
//
// Everything that a call acknowledges is on disk when the call returns. No signal handlers, no global state;
// several runtimes may live in one process, each with its own store.
#pragma once

#include <pawl/definition.hpp>
#include <pawl/export.hpp>
#include <pawl/instance.hpp>
#include <pawl/maintenance.hpp>
#include <pawl/options.hpp>
#include <pawl/result.hpp>
#include <pawl/schedule.hpp>
#include <pawl/subscription.hpp>

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

/// How an instance is started. Only read during the call.
struct start_options {
  /// The instance's id: 1 to 200 bytes of UTF-8 without control characters. Empty: one is made, ordered by time.
  std::string id;
  /// Where to start; empty: as the definition says.
  std::string start_node;
  /// Refluxo's external payload of the first step; nullptr = none. Copied.
  const nlohmann::json* payload = nullptr;
  /// Overrides the definition's `stepLimit` for this run; 0 = as many as options::step_limit_max, which it may not be
  /// over.
  std::optional<std::int64_t> step_limit;
  /// What the host says of the instance (`device` → `A-17`): policies of secrets go by it, expressions never see it. It
  /// stays as it is and counts as part of the input when the id is started again. At most 32, names of 1 to 64 bytes,
  /// values of up to 256, UTF-8 without control characters.
  std::map<std::string, std::string> labels;
};

/// Which wait is meant, and what holds from then on. Only read during the call.
struct resume_options {
  /// Which wait; may be left out when the instance has only one that takes a payload.
  std::string node;
  /// Which visit of the node; send it to make sure that a repeated call cannot answer the next pause.
  std::optional<std::int64_t> visit;
  /// As start_options::step_limit, from now on.
  std::optional<std::int64_t> step_limit;
};

/// How a signal is sent. Only read during the call.
struct signal_options {
  /// 1 to 256 bytes of UTF-8 without control characters. A second signal with this key to the same instance is accepted
  /// and changes nothing, so that a caller may repeat the call until it hears an answer. Empty: every call counts.
  std::string key;
};

/// How an instance is ended. Only read during the call.
struct cancel_options {
  /// For people; stored with the instance and shown. At most 500 bytes of UTF-8 without control characters.
  std::string reason;
  /// Ends it at once: what runs has no time to answer.
  bool terminate = false;
};

/// Counted since the runtime was opened.
struct runtime_statistics {
  /// Attempts whose answer nobody waited for any longer: their `timeout` was over, or the grace of their instance.
  std::uint64_t abandoned_attempts = 0;
  /// Answers that came after that and count for nothing.
  std::uint64_t late_results = 0;
};

enum class wait_until {
  ended,         ///< completed, failed or cancelled
  needs_payload, ///< ended, or it goes on only when somebody resumes or signals it (or its own timeout ends it)
  at_rest        ///< ended, or nothing runs: it waits for a payload, a timer or a retry
};

/// Owns one store and runs its instances. Movable, not copyable; of one that was moved from, only the destructor and
/// the assignment may be used. All functions but the destructor and the moves are safe from any thread, but not from
/// inside an executor or a listener: they would wait for themselves.
///
/// *Store errors*, as they are called below, are `stopped`, `storage`, `disk_full`, `access` and `busy`. After an error
/// of a call that may have them nothing was changed, unless the call says otherwise; `storage` alone may leave that
/// open: a look tells. When the store stops for good (`corrupt`: the check of the file has found damage; `storage`:
/// other hands took its files away) the runtime ends by itself, as by stop(), and every call that waits or comes has
/// that error; on_log tells it once.
class PAWL_API runtime {
public:
  // -- open

  /// Opens (or creates) the store, takes its owner lock, and goes on with every instance where its last committed step
  /// left it.
  /// Errors: `busy` (names the owner's process), `wrong_store`, `access`, `disk_full`, `corrupt`, `storage`,
  /// `not_found` (the file's folder), `bad_json` and `limit` (globals), `invalid_argument` (a node type without name or
  /// executor, globals that are no JSON object, a limit out of its bounds, options of secrets that cannot be used); of
  /// the sealed store of secrets, which the message names: `not_found`, `access` (a wrong key), `wrong_store`,
  /// `corrupt` (also when it is older than the one last used here: secrets_options::accept_rollback).
  static result<runtime> open(options opts);

  runtime(runtime&&) noexcept;
  runtime& operator=(runtime&&) noexcept;
  /// As stop(). Waits for calls that other threads have begun.
  ~runtime();

  // -- definitions

  /// Parses, checks and stores a definition; later starts of its id use it. Running instances keep the document that
  /// they started with. `fallback_id` is used when the document has no `id`. After an error an earlier definition of
  /// that id still counts.
  /// Errors: `bad_json`, `limit`, `bad_definition` (all problems, a line each; see check_definition; with
  /// options::strict_definitions warnings too), `conflict` (the id has an owner); store errors.
  result<loaded_definition> load_definition(std::string_view json_text, std::string_view fallback_id = {});
  /// As above, and says what the document may claim; where half-trusted authors write definitions, always load so.
  /// Errors: also `bad_definition` (`where` is `/id`: not the id that it must have), `conflict` (`where` is `/id`: the
  /// id has another owner, also when it was loaded in an earlier run), `invalid_argument` (the owner's name).
  result<loaded_definition> load_definition(std::string_view json_text, const load_options& how);

  /// All problems of a definition, errors and warnings, with lines and columns; stores nothing.
  /// Errors: `bad_json`, `limit`, `stopped`.
  result<std::vector<problem>> check_definition(std::string_view json_text, const check_options& how = {}) const;

  /// All versions, in the order in which they were first loaded, behind `after_number`, at most `limit`.
  /// Errors: `stopped`, `storage`.
  result<std::vector<definition_info>> list_definitions(std::size_t limit = 1000, std::int64_t after_number = 0) const;

  /// Removes a definition with all its versions, or the one with that hash: all or none. Refused while something in the
  /// store needs them: an instance that was started from one, ended or not, whose history is read with it; a schedule
  /// that names the id. The latest version goes only with the id as a whole. The id is free then.
  /// Errors: `unknown_definition`, `in_use` (says by what); store errors.
  result<void> remove_definition(std::string_view id, std::string_view hash = {});

  /// remove_definition() for all versions that are not the latest of their id and that no instance was started from.
  /// Returns those that it removed, or with `dry_run` would. After an error some are gone; its message says how many.
  /// Errors: store errors.
  result<std::vector<definition_info>> prune_definitions(bool dry_run = false);

  // -- start and drive

  /// Starts an instance of the latest definition loaded under `definition_id`. On success it is on disk.
  /// Idempotent: the same id with the same definition id and the same input returns the instance as it is.
  /// Errors: `invalid_payload` (the input does not fit the definition's `input`, or the payload the first node's
  /// schema: every violation on a line of its own, `where` is the first one's JSON pointer), `unknown_definition`,
  /// `conflict` (that id exists with another definition or input), `limit`, `bad_json` (text that is not UTF-8, a
  /// number that is not finite), `bad_definition` (it does not load any more), `invalid_argument` (a bad id or label,
  /// an unknown or ambiguous start node, a negative step limit), `overloaded`; store errors.
  result<std::string> start(std::string_view definition_id, const nlohmann::json& input, const start_options& how = {});

  /// Gives `payload` (nullptr = none) to a waiting visit, which then runs again; in a retry wait: retries now.
  /// On success the payload is on disk.
  /// Errors: `not_found`, `finished`, `not_waiting`, `ambiguous` (lists the waits), `invalid_payload` (it does not fit
  /// the wait's schema; as of start()), `limit`, `bad_json`, `invalid_argument`, `overloaded`; store errors.
  result<void> resume(std::string_view id, const nlohmann::json* payload, const resume_options& which = {});

  /// Sends the instance a named signal: 1 to 256 bytes of UTF-8 without control characters. The oldest wait for that
  /// name gets it; when nothing waits for it yet it is kept, in order, until something does. Which of signal and
  /// timeout ends a wait is decided by one commit: never both, never neither. `payload` (nullptr = none) is copied.
  /// On success the signal is on disk and survives a crash right after return; the instance may not have acted on it
  /// yet. What nothing consumed when the instance ended stays in its snapshot as `signals`. With a key it may be sent
  /// again after an error that leaves the outcome open.
  /// Errors: `not_found`, `finished`, `unknown_signal` (the definition declares its signals, and not this one),
  /// `invalid_payload` (it does not fit the declared schema; none counts as null), `full` (options::signals_max and the
  /// two after it), `limit`, `bad_json`, `invalid_argument`, `overloaded`; store errors.
  result<void> signal(std::string_view id, std::string_view name, const nlohmann::json* payload = nullptr,
                      const signal_options& how = {});

  /// Ends an instance from outside. From the commit on nothing new starts in it: its waits, retries and timers are
  /// gone, signals and payloads are refused (`finished`). Attempts that run see node_context::is_cancelled() and have
  /// options::grace to answer: a result in that time is recorded and no edge is followed; after it, and at once with
  /// cancel_options::terminate, the attempt is recorded as failed with `Unknown` and what it answers later is only
  /// counted (statistics()). Then the instance is `cancelled`; one in which nothing runs is so in the same commit. On
  /// success the decision is on disk, holds across restarts, and beat whatever else would have moved the instance; use
  /// wait() for its end. An attempt that ran when the process died does not run again, and becomes `Unknown` when the
  /// grace is over. Harmless when it is being ended already: the first reason stays, and `terminate` ends it at once.
  /// Works also where `overloaded` refuses other calls.
  /// Errors: `not_found`, `finished` (it has ended), `invalid_argument` (the reason), `bad_definition` (it does not
  /// load any more); store errors.
  result<void> cancel(std::string_view id, const cancel_options& how = {});

  /// As start() and signal() in one commit: neither is there without the other. An instance of that definition id that
  /// is there already gets the signal, whatever it was started with. Give it an id and a key, then repeating the call
  /// is harmless.
  /// Errors: those of both; `conflict` also when the id is taken by an instance of another definition.
  result<std::string> signal_with_start(std::string_view definition_id, const nlohmann::json& input,
                                        std::string_view name, const nlohmann::json* payload = nullptr,
                                        const signal_options& how = {}, const start_options& start = {});

  /// As start(), resume(), signal() and cancel(), without waiting for the commit: the future has the answer once it is
  /// on disk. Arguments are copied and checked before it returns. It waits only for room, if options::when_full says
  /// so. After stop() every future has an answer, `stopped` at the latest; a future that is dropped cancels nothing.
  std::future<result<std::string>> start_async(std::string_view definition_id, const nlohmann::json& input,
                                               const start_options& how = {});
  std::future<result<void>> resume_async(std::string_view id, const nlohmann::json* payload,
                                         const resume_options& which = {});
  std::future<result<void>> signal_async(std::string_view id, std::string_view name,
                                         const nlohmann::json* payload = nullptr, const signal_options& how = {});
  std::future<result<void>> cancel_async(std::string_view id, const cancel_options& how = {});

  // -- look

  /// What operators may want to watch. Cheap.
  runtime_statistics statistics() const;

  /// The instance as its last commit left it, with the newest 100,000 results.
  /// Errors: `not_found`, `corrupt`, `stopped`, `storage`; history() has the same, list() all but the first.
  result<snapshot> query(std::string_view id) const;

  /// Instances by id, in the order of its bytes (ids that start() made: of their creation), behind `after_id`, which
  /// may have been removed meanwhile; at most `limit`, which has no bound of its own: a page takes about 300 bytes an
  /// instance.
  result<std::vector<instance_summary>> list(std::size_t limit = 1000, std::string_view after_id = {}) const;

  /// Committed transitions with a revision above `after_revision`, oldest first, at most `limit`. A
  /// page holds their outputs, up to options::payload_bytes_max each. Past the end: an empty list.
  result<std::vector<history_entry>> history(std::string_view id, std::int64_t after_revision = 0,
                                             std::size_t limit = 1000) const;

  /// Who asked for which secret, behind `after_sequence`, oldest first, at most `limit`.
  /// Errors: `stopped`, `storage`.
  result<std::vector<secret_audit_entry>> secret_audit(std::int64_t after_sequence = 0, std::size_t limit = 1000) const;

  // -- schedules

  /// Adds a schedule: from now on, and after every open, this store's owner starts an instance whenever it is due. On
  /// success it is on disk. Each run is started exactly once, under an id of its own (schedule_spec::id). What keeps a
  /// run from starting (the definition does not load any more, the input does not fit its schema any more) is in
  /// schedule_info::last_error, and later runs go on; what passes by itself (`overloaded`, `disk_full`) is waited for.
  /// Calendar times go by the wall clock: set back, no run comes twice; set forward, schedule_spec::missed decides.
  /// Idempotent: the same id with the same content returns the schedule as it is. `input` is copied.
  /// Errors: `conflict` (that id exists with other content, and not add_schedule_options::replace), `invalid_argument`
  /// (names, bounds; a cron expression: `where` is the byte; an unknown time zone; an open start node),
  /// `invalid_payload`, `unknown_definition`, `bad_definition`, `limit` (schedules_max; the input), `bad_json`; store
  /// errors, `access` also where there is no time zone database.
  result<schedule_info> add_schedule(const schedule_spec& spec, const nlohmann::json& input,
                                     const add_schedule_options& how = {});

  /// Removes a schedule with the runs that wait; its instances stay and go on.
  /// Errors: `not_found`; store errors.
  result<void> remove_schedule(std::string_view id);

  /// A paused schedule starts nothing. What is due meanwhile is not made up and not counted; runs that waited already
  /// start after resume_schedule(). Harmless when it is so already.
  /// Errors: as remove_schedule(); of resume_schedule() also `invalid_argument` (its time zone is gone from this
  /// system).
  result<schedule_info> pause_schedule(std::string_view id);
  result<schedule_info> resume_schedule(std::string_view id);

  /// Schedules by id, behind `after_id`, at most `limit`.
  /// Errors: `corrupt`, `stopped`, `storage`.
  result<std::vector<schedule_info>> list_schedules(std::size_t limit = 1000, std::string_view after_id = {}) const;
  /// Errors: `not_found`, and those.
  result<schedule_info> find_schedule(std::string_view id) const;

  // -- keep house

  /// Removes an instance that has ended. On success it and all that it left are gone for every reader, and its id is
  /// free: a later start() of it makes a new instance. The room that it took in the store is given back in the
  /// background, in small pieces. Works on a full disk (options::reserve_bytes).
  /// Errors: `not_found`, `not_finished`; store errors.
  result<void> remove(std::string_view id);

  /// remove() for all that have ended and are meant, 64 in a transaction. Returns those that it removed, or with
  /// `dry_run` would. After an error those of earlier transactions are gone; its message says how many.
  /// Errors: `invalid_argument` (a negative time, a status that has not ended); store errors.
  result<std::vector<instance_summary>> prune(const prune_options& which = {});

  // -- listen and wait

  /// Progress as it is committed; see subscription.hpp.
  /// Errors: `stopped`, `invalid_argument`.
  result<subscription> subscribe(const subscribe_options& how = {}) const;

  /// Blocks until the instance is as `until` says; with a timeout of 0 or less it only looks.
  /// Errors: `not_found`, `timed_out`, `stopped`, `storage`; and what stands in the instance's way: `disk_full`,
  /// `busy`, `storage`, `access` (it keeps what it has done and goes on by itself when that is over), `bad_definition`,
  /// `corrupt`, `internal` (it is left alone until the next open).
  result<snapshot> wait(std::string_view id, wait_until until = wait_until::ended,
                        std::chrono::milliseconds timeout = std::chrono::hours(24)) const;

  /// Blocks until no instance is active: all ended or wait. With a timeout of 0 or less it only looks. What cannot go
  /// on because the store fails counts as active.
  /// Errors: `timed_out`, `stopped`.
  result<void> drain(std::chrono::milliseconds timeout) const;

  // -- the clock, the end

  /// The wall clock is right from now on (see options::clock_is_trusted). What the engine took for the time and what
  /// the clock says is one correction: delays, retries and timeouts keep what is left of them, dates and schedules
  /// follow the clock. Harmless when called again, and when the clock was trusted from the beginning.
  void clock_trusted();

  /// Dispatches nothing more, waits for running executors and their commits, closes the store. Executors see it coming
  /// (node_context::is_stopping) and may give up; `http` does, within about a second. Attempts have `grace` (0 or less:
  /// none) to answer. What was not finished or was given up goes on at the next open. Calls that wait in other threads
  /// return `stopped`. Harmless when called again.
  /// Returns a few seconds after the grace at the latest, with the store closed in order. A synchronous executor that
  /// has not returned by then is named in options::on_log; its thread cannot be ended and is left behind, with what it
  /// holds, until the executor returns: what the executor touches must live as long, and its answer counts for nothing.
  /// Who opens the store again in the same process may have the attempt run twice at once, under the same key.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(10));

private:
  class impl;
  explicit runtime(std::unique_ptr<impl> inner);
  std::unique_ptr<impl> impl_;
};

} // namespace pawl
