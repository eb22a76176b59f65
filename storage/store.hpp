// The port to durable storage: rows in, rows out. Nothing of SQLite shows through it; every implementation passes
// tests/contract. It speaks of revisions and one writer in a way that a shared server could keep as well.
//
// Used by one thread at a time. Implementations translate foreign exceptions into errors. Only std::bad_alloc leaves a
// call: of write, save_definition and checkpoint it means what `storage` means, the store has stopped.
#pragma once

#include "runtime/core/json.hpp"
#include "runtime/core/moment.hpp"
#include "runtime/core/state.hpp"

#include <pawl/result.hpp>
#include <pawl/schedule.hpp>
#include <pawl/secrets.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pawl::storage {

class payload_keys;

using core::timestamp_ms;
/// The store's own number of an instance; the readable id is looked up once.
using instance_key = std::int64_t;

/// The one small row of control state. Texts are bounded; the row stays below 1 KiB.
struct instance_row {
  std::int64_t revision = 0; ///< the one this write makes; the store refuses it unless it holds revision - 1
  std::int64_t version = 0;
  instance_status status = instance_status::active;
  bool in_flight = true; ///< a cursor is ready: an owner that opens the store must go on with it
  std::int64_t next_cursor = 1;
  std::int64_t next_scope = 1;
  std::int64_t steps = 0;
  std::optional<std::int64_t> step_limit;
  timestamp_ms updated_at = 0;
  timestamp_ms last_started_at = 0;
  std::int64_t execution_ms = 0;
  std::int64_t retry_reason = 0;
  bool step_limit_exceeded = false;
  std::optional<timestamp_ms> wake_at; ///< its earliest timer on the steady timeline
  std::optional<timestamp_ms> wake_on; ///< and on the calendar
};

/// Of a cursor, or of the instance as a whole.
struct timer_row {
  std::int64_t cursor = 0; ///< 0: of the instance
  timestamp_ms due_at = 0;
  std::int64_t duration_ms = 0;
  core::timeline line = core::timeline::steady;
};

struct cursor_row {
  std::int64_t cursor = 0;
  std::string node;
  std::int64_t visit = 0;
  std::int64_t scope = 0;
  int phase = 0;
  std::string key;
  std::optional<int> wait_kind;
  std::string wait_reason;
  timestamp_ms wait_since = 0;
  std::int64_t retry_attempts = 0; ///< 0 = no retry state
  timestamp_ms retry_at = 0;
  std::optional<std::string> payload;    ///< JSON text
  std::optional<std::string> node_state; ///< JSON text
  bool timer_fired = false;
  std::optional<std::string> payload_schema = {}; ///< JSON text
  std::int64_t wait_order = 0;
  std::optional<std::string> wait_signals = {}; ///< JSON text: a list of names
  std::string signal = {};                      ///< which one brought the payload
  std::optional<timer_row> deadline = {};       ///< of the visit; its `cursor` counts for nothing
};

struct visit_row {
  std::string node;
  std::int64_t count = 0;
};

/// What a node remembers between its visits.
struct memory_row {
  std::int64_t scope = 0;
  std::string node;
  std::string name;
  std::optional<std::string> value; ///< JSON text; absent in a step_write: the row goes
};

/// The end that came to an instance from outside; written once.
struct closing_row {
  instance_status end = instance_status::cancelled; ///< or failed
  std::string reason;
};

/// A signal that waits in the buffer of its instance.
struct signal_row {
  std::int64_t number = 0;
  timestamp_ms at = 0;
  std::string name;
  std::optional<std::string> payload; ///< JSON text
};

/// One committed transition, as stored for ever. `detail` holds the rest of the event as JSON text.
struct step_row {
  std::int64_t revision = 0;
  core::moment at;
  int core_version = 0;
  int kind = 0; ///< index of core::event_content
  std::int64_t cursor = 0;
  std::int64_t scope = 0;
  std::string node;
  std::int64_t visit = 0;
  std::int64_t attempt = 0;
  std::optional<std::string> handle;
  bool is_result = false;            ///< it appends a result to its node's list
  std::optional<std::string> output; ///< JSON text; of a result
  std::optional<std::string> error;  ///< of a failed attempt
  std::optional<std::string> detail;
  std::string note;
  bool is_unreadable = false; ///< read without the key of its texts, which say so; those that are JSON as a JSON string
};

/// Keys of signals that an instance need not know any more.
struct signal_keys_limit {
  std::size_t newest_kept = 0;  ///< of these none goes
  timestamp_ms known_since = 0; ///< nor of those that came since
};

/// A transition of an instance that exists: all rows or none. When the instance knows one of `signal_keys_set` nothing
/// is written, and the answer says `existed`.
struct step_write {
  instance_key instance = 0;
  instance_row header;
  step_row step;
  std::vector<cursor_row> cursors_set;
  std::vector<std::int64_t> cursors_gone;
  std::vector<timer_row> timers_set;
  std::vector<std::int64_t> timers_gone;
  std::vector<visit_row> visits_set;
  std::vector<memory_row> memories_set;
  std::vector<signal_row> signals_set = {};
  std::vector<std::int64_t> signals_gone = {};
  std::vector<std::string> signal_keys_set = {};
  std::optional<signal_keys_limit> signal_keys_gone = {};
  std::optional<closing_row> closing_set = {};
};

/// A new instance with its first transition. `first.instance` is its number, which no instance may have had; 0: the
/// store takes the next one.
struct create_write {
  std::string uid;
  std::string definition_id;
  std::string definition_hash;
  std::string input;      ///< JSON text
  std::string input_hash; ///< of its canonical JSON
  timestamp_ms created_at = 0;
  step_write first;
  std::map<std::string, std::string> labels = {};
};

/// Takes an instance that has ended out of the store: it is there for no reader any more and its id is free. Its rows
/// take room until clean_up() has erased them. Its key is never given to another instance.
struct remove_write {
  instance_key instance = 0;
};

/// A line for the audit of secrets; its `sequence` is given by the store, which keeps the newest lines only.
struct audit_write {
  secret_audit_entry entry;
};

/// How far a sealed store of secrets has come. `corrupt` (rolled_back) when the store knows a later generation of it,
/// or another content of this one, unless that is accepted.
struct sealed_write {
  std::string store_id;
  std::int64_t generation = 0;
  std::string mac;
  bool accept_older = false;
  std::int64_t at_ms = 0; ///< for the audit, where it is another store than those that were seen before
};

// --- schedules

/// What of a schedule changes as time passes.
struct schedule_state {
  std::int64_t revision = 0; ///< the one this write makes; the store refuses it unless it holds revision - 1
  bool paused = false;
  timestamp_ms last_due = 0;            ///< every run up to there was decided about
  std::optional<timestamp_ms> next_due; ///< when it is to be looked at again; nothing while paused
  std::vector<timestamp_ms> pending;    ///< runs that were accepted and have not started, oldest first
  std::int64_t started = 0;
  std::int64_t skipped = 0;
  std::int64_t missed = 0;
  std::int64_t failed = 0;
  std::string last_instance; ///< uid; empty: none
  std::string last_error;
};

struct schedule_row {
  std::string id;
  std::string definition_id;
  std::string cron; ///< empty: by every_ms
  std::string time_zone;
  std::int64_t every_ms = 0;
  timestamp_ms anchor = 0;
  int overlap = 0;
  int missed = 0;
  std::int64_t window_ms = 0;
  timestamp_ms created_at = 0;
  std::string input;  ///< JSON text
  std::string labels; ///< JSON text of an object; empty: none
  schedule_state state;
  std::string unreadable; ///< why, when input and labels were read without their key, as step_row says
};

/// A schedule as a whole: a new one (revision 1), or in the place of the one that has revision - 1.
struct schedule_write {
  schedule_row row;
};
/// The state of a schedule that exists. `created_at` tells it from a later one of the same id.
struct schedule_advance {
  std::string id;
  timestamp_ms created_at = 0;
  schedule_state state;
};
struct schedule_remove {
  std::string id;
};

/// The errors of those.
error no_such_schedule(std::string_view id);
error schedule_moved_on(std::string_view id);
error too_many_schedules();

/// The wall clock was set: what its timelines have to do with each other from now on.
struct clock_write {
  core::clock_offsets offsets;
};

using change = std::variant<create_write, step_write, remove_write, audit_write, sealed_write, schedule_write,
                            schedule_advance, schedule_remove, clock_write>;

/// The first rule that the rows of a change break among themselves (write_rules.cpp lists them), nullptr: none. A store
/// takes them to hold and looks at none, so whoever hands changes over asks first. Allocates nothing.
const char* broken_rule(const change& wanted) noexcept;

struct written {
  instance_key instance = 0; ///< 0 for what belongs to none
  bool existed = false; ///< a create_write found the same start, a step_write the key of its signal: nothing changed
};

/// A definition document by content hash.
struct definition_row {
  std::string hash;
  std::string id;
  std::string text;       ///< canonical JSON
  std::string owner = {}; ///< whose id it is, as the host says; empty: nobody's
  bool adopts = false;    ///< of save_definition: an id that is nobody's may become the owner's
};

/// A version of a definition, without its text.
struct definition_version {
  std::int64_t number = 0; ///< the store's own, in the order in which versions were first saved
  std::string id;
  std::string hash;
  std::optional<timestamp_ms> latest_since; ///< nothing: another one is the latest of the id
  std::int64_t instances = 0;               ///< that were started from it and are in the store, ended ones too
  std::string owner;                        ///< of the id
};

struct loaded_instance {
  instance_key instance = 0;
  std::string uid;
  std::string definition_id;
  std::string definition_hash;
  std::string input;
  std::string input_hash;
  timestamp_ms created_at = 0;
  std::map<std::string, std::string> labels;
  std::string owner; ///< of its definition's id
  instance_row header;
  std::vector<cursor_row> cursors; ///< by cursor, ascending
  std::vector<timer_row> timers;   ///< by cursor, ascending
  std::vector<visit_row> visits;
  std::vector<memory_row> memories; ///< by (scope, node, name)
  std::vector<signal_row> signals;  ///< by number, ascending
  std::string key_seed;             ///< core::key_seed of the store and this instance
  std::optional<closing_row> closing = {};
  std::string unreadable; ///< why, when texts were read without their key, as step_row says
};

struct summary_row {
  instance_key instance = 0;
  std::string uid;
  std::string definition_id;
  instance_status status = instance_status::active;
  std::int64_t revision = 0;
  timestamp_ms created_at = 0;
  timestamp_ms updated_at = 0;
  std::optional<timestamp_ms> wake_at; ///< as in instance_row
  std::optional<timestamp_ms> wake_on;
  std::string owner = {}; ///< of its definition's id
};

/// One entry of a node's list in the context.
struct result_row {
  std::string node;
  std::int64_t revision = 0;
  timestamp_ms at = 0;
  std::int64_t attempt = 0;
  std::optional<std::string> output; ///< JSON text; absent: undefined
  std::optional<std::string> error;
  bool is_unreadable = false; ///< as in step_row
};

/// How much results() may bring.
struct result_limits {
  result_limits(std::size_t count = 10'000, std::size_t bytes = std::size_t{16} << 20)
      : results_max(count), bytes_max(bytes) {}
  std::size_t results_max;
  std::size_t bytes_max; ///< of outputs and errors
};

/// What a result costs of result_limits::bytes_max.
inline std::size_t bytes_of(const result_row& row) {
  return (row.output ? row.output->size() : 0) + (row.error ? row.error->size() : 0);
}

/// The error of reader::results.
error history_too_large(const result_limits& allowed, std::string_view node);

/// The errors of writes and reads by key.
error no_such_instance(instance_key instance);
error not_finished(std::string_view uid);
error rolled_back(std::int64_t known_generation, const sealed_write& wanted);
/// The line of the audit for a sealed store that is none of those seen before.
secret_audit_entry another_sealed_store(const sealed_write& wanted);

/// How many lines of the audit are kept: the newest of each kind, so that refusals push out nothing that was allowed.
/// What is older goes with every audit_sweep-th line.
inline constexpr std::int64_t audit_allowed_max = 80'000;
inline constexpr std::int64_t audit_refused_max = 19'000;
inline constexpr std::int64_t audit_sweep = 1'000;
inline constexpr std::int64_t audit_lines_max = audit_allowed_max + audit_refused_max + audit_sweep;

/// A place in the order (due_at, instance) of the timers of one timeline.
struct due_mark {
  timestamp_ms due_at = INT64_MIN;
  instance_key instance = 0;
};

struct due_row {
  instance_key instance = 0;
  std::string uid;
  timestamp_ms due_at = 0;
};

/// What a store says of itself.
struct store_facts {
  std::string identity; ///< 32 hexadecimal digits, made with the store: no two stores share it, but for copies
  int format = 0;       ///< of the file; 0: it has none
};

/// What reading commands need; an instance of it may be read-only.
class reader {
public:
  virtual ~reader() = default;

  /// Errors of every function: `storage`, `disk_full`, `access`, `corrupt` (rows that contradict themselves).
  virtual result<std::optional<instance_key>> find(std::string_view uid) = 0;
  /// The instance must exist, else `not_found`.
  virtual result<loaded_instance> load(instance_key instance) = 0;
  virtual result<std::vector<summary_row>> list(instance_key after, std::size_t limit) = 0;
  /// By uid, in the order of its bytes, behind `after`, which nobody need have.
  virtual result<std::vector<summary_row>> list_by_uid(std::string_view after, std::size_t limit) = 0;
  /// Steps with a revision above `after_revision`, oldest first.
  virtual result<std::vector<step_row>> history(instance_key instance, std::int64_t after_revision,
                                                std::size_t limit) = 0;
  /// Results of all nodes in commit order, at most `limit` (the newest ones).
  virtual result<std::vector<result_row>> context(instance_key instance, std::size_t limit) = 0;
  /// The newest result of each named node that has one; O(1) a node, whatever the history's length.
  virtual result<std::vector<result_row>> last_results(instance_key instance,
                                                       const std::vector<std::string>& nodes) = 0;
  /// All results of one node, oldest first; error `limit` ("history_too_large") when they are more than allowed.
  virtual result<std::vector<result_row>> results(instance_key instance, std::string_view node,
                                                  const result_limits& allowed) = 0;
  virtual result<std::optional<definition_row>> definition_by_hash(std::string_view hash) = 0;
  /// The one saved last under that id.
  virtual result<std::optional<definition_row>> latest_definition(std::string_view id) = 0;
  virtual result<std::vector<definition_row>> latest_definitions() = 0;
  /// All versions by number, behind `after`.
  virtual result<std::vector<definition_version>> definitions(std::int64_t after, std::size_t limit) = 0;
  /// Lines of the audit behind `after`, oldest first.
  virtual result<std::vector<secret_audit_entry>> secret_audit(std::int64_t after, std::size_t limit) = 0;

  /// By id, ascending, behind `after`.
  virtual result<std::vector<schedule_row>> schedules(std::string_view after, std::size_t limit) = 0;
  virtual result<std::optional<schedule_row>> schedule(std::string_view id) = 0;

  /// What the last clock_write left; a store without one: the timelines are the same.
  virtual result<core::clock_offsets> offsets() = 0;
  virtual result<store_facts> facts() = 0;
};

/// What a checkpoint left.
struct checkpointed {
  std::int64_t log_bytes = 0;     ///< content of the log, which the next open has to read; 0 for a store without one
  std::int64_t moved_bytes = 0;   ///< of these, in the main file as well
  bool blocked_by_reader = false; ///< a reader (or another program) uses what had to be moved or cut off
};

class store : public reader {
public:
  /// Applies each change in order in one durable transaction and answers each; a change is on disk whole or not at all.
  ///
  /// - Success: when this returns the change is on disk and survives a power cut.
  /// - Any error but `storage`: nothing of the change is on disk, and nothing of it will be after opening anew.
  ///   It does not hinder the others when it is of one change: `conflict` (revision, or a uid taken by another
  ///   definition or input), `not_found`, `not_finished` (a remove_write of an instance that has not ended),
  ///   `unknown_definition` (a create_write whose definition was never saved),
  ///   of schedules: `conflict` (revision, or the id is taken), `not_found`, `limit` (schedules_max of them exist),
  ///   `corrupt` (rows in the way that must not be there), `limit` (a text too long to be stored). It is of all changes
  ///   that were not refused before, and none is on disk, when it is `disk_full`, `busy` or `access`; the store goes on
  ///   by itself once the cause is gone.
  /// - `storage`: the outcome is unknown. After a failed sync, another failure of the disk or a COMMIT that failed
  ///   otherwise than for want of room the store stops: every later write, save_definition and checkpoint gives the
  ///   same error, what it reads may lack the change, and whether that is on disk only opening anew tells.
  ///
  /// On a full disk what removes or ends may use the store's reserve: a remove_write, a schedule_remove, a
  /// schedule_advance that pauses, a step_write with `closing_set` or of an instance that had one. The others of the
  /// batch are `disk_full`, and so is all that comes later until there is room to take the reserve back.
  virtual std::vector<result<written>> write(const std::vector<change>& batch) = 0;

  /// The same promises for one definition. `conflict`: the id has another owner, or it has none and `adopts` is not
  /// set.
  virtual result<void> save_definition(const definition_row& definition, timestamp_ms at) = 0;
  /// And for a new identity, which it returns: from now on visits get other keys than in a copy of the store.
  virtual result<std::string> renew_identity() = 0;

  /// One version, or with an empty hash all of the id: all or none, on the same promises. Nothing that is in the store
  /// may need them: `unknown_definition` (there is none), `in_use` (an instance was started from one, ended or not; a
  /// schedule names the id; it is the latest one while there are others).
  virtual result<void> remove_definition(std::string_view id, std::string_view hash) = 0;

  /// Instances with a ready cursor, in key order after `after`; `due_at` is the time of their last step.
  virtual result<std::vector<due_row>> in_flight(instance_key after, std::size_t limit) = 0;
  /// Instances whose earliest timer of that line is due at `now` or before and behind `after` in the order (due_at,
  /// instance).
  virtual result<std::vector<due_row>> due(core::timeline line, due_mark after, timestamp_ms now,
                                           std::size_t limit) = 0;
  /// The first of them behind `after`; nothing if there is none.
  virtual result<std::optional<timestamp_ms>> next_due(core::timeline line, due_mark after) = 0;
  /// Schedules whose next_due is at most `now`, by (next_due, id).
  virtual result<std::vector<schedule_row>> due_schedules(timestamp_ms now, std::size_t limit) = 0;
  /// The first next_due above `after`; nothing if there is none.
  virtual result<std::optional<timestamp_ms>> next_schedule_due(timestamp_ms after) = 0;
  /// Schedules with pending runs, by id, ascending, behind `after`; paused ones too.
  virtual result<std::vector<schedule_row>> waiting_schedules(std::string_view after, std::size_t limit) = 0;
  /// The latest time on the steady line that any committed step holds; 0 for an empty store. It never goes below that.
  virtual result<timestamp_ms> last_time() = 0;
  /// The highest number that an instance has; 0 for an empty store. None above it was ever given to one.
  virtual result<instance_key> last_instance() = 0;
  /// Whether a signal with that key has come, as far as the instance remembers.
  virtual result<bool> has_signal_key(instance_key instance, std::string_view key) = 0;

  /// Moves the log into the main file when it is larger than `wal_bytes` or than half of the disk's free room; 0:
  /// always, and cuts it to nothing. Changes nothing that can be read. A reader in the way is no error: the answer says
  /// so. Called after every write, the log stays below `wal_bytes` and one batch unless a reader is in the way. That is
  /// waited for at most 50 ms, when the log is four times too long and each time that it has doubled since. Errors:
  /// `disk_full` (harmless, a later call goes on), `storage` (see write).
  virtual result<checkpointed> checkpoint(std::size_t wal_bytes) = 0;

  /// One short piece of the work that removed instances leave: erases rows, then gives room back to the disk. Changes
  /// nothing that can be read. Says whether there is more; what was not done before the store was closed is there when
  /// it is opened again. Errors: `disk_full`, `busy`, `access` (a later call goes on), `storage` (see write).
  virtual result<bool> clean_up() = 0;

  /// One short piece of the look at the whole file that an unclean end asks for: says whether there is more. What was
  /// looked at is remembered when the store is closed or its process dies. Errors: `corrupt` or `storage`, and then
  /// halted() says the same.
  virtual result<bool> check_piece() = 0;

  /// Why the store has stopped for good, so that opening it anew would not help or could do harm: its file is damaged,
  /// or other hands took its files away. Every later write gets that error.
  virtual std::optional<error> halted() const = 0;
};

/// Rows of a store that is gone with the object. Keeps every promise but durability. Empty: an identity of its own.
std::unique_ptr<store> open_memory_store(std::string identity = "");

/// How a file keeps payload texts: inputs, outputs, errors and whatever else may hold some (README.md lists them). The
/// port shows plain text whatever the file has.
struct payload_protection {
  /// What is written from now on is encrypted; what is there stays as it is. A store with encrypted rows goes on
  /// encrypting, whatever this says.
  bool encrypt = false;
  /// Asked when the store is opened and has encrypted rows, or is to get some. `may_make`: no row needs a key yet, so a
  /// first one may be made; without it a null pointer says that there is none. Empty: there are no keys.
  std::function<result<std::shared_ptr<const payload_keys>>(bool may_make)> keys = {};
  /// For who reads no payload: the store opens without the keys too.
  bool is_without_keys = false;
};

/// What a host wishes of the file itself.
struct file_policy {
  /// After an unclean end the whole file is looked at before the store opens, and not by check_piece().
  bool is_checked_at_once = false;
  /// With less room on the disk, what makes the store grow is refused (`disk_full`); 0: as long as there is any.
  std::int64_t free_bytes_min = 0;
  /// The group keeps what rights it has to the files. Those of others are always taken away.
  bool may_group_use = false;
  /// No text, and no row, may be longer.
  std::int64_t text_bytes_max = std::int64_t{32} << 20;
};

/// Opens or creates the file and takes its owner lock for as long as the object lives. `reserve_bytes` of the disk are
/// kept free for removing and ending instances, in a file of their own (0: none); on a disk that is too small for it
/// the store has no reserve. Errors: `busy` (names the owner's pid), `wrong_store` (another application's database, or
/// a newer version), `access` (keys that rows need lack, too), `disk_full`, `corrupt`, `storage`, those of
/// `payloads.keys`.
result<std::unique_ptr<store>> open_sqlite_store(const std::string& path, std::int64_t reserve_bytes = 0,
                                                 const payload_protection& payloads = {},
                                                 const file_policy& policy = {});

/// Opens an existing file for reading, beside an owner or without one, never changes it. Encrypted texts that `keys` do
/// not open are replaced by words that say so. Errors: `not_found`, `wrong_store`, `access` (names the file and the
/// right that is missing), `corrupt`, `storage`.
result<std::unique_ptr<reader>> open_sqlite_reader(const std::string& path,
                                                   std::shared_ptr<const payload_keys> keys = nullptr);

} // namespace pawl::storage
