// What a runtime is opened with. Every limit has a default that suits an appliance.
#pragma once

#include <pawl/export.hpp>
#include <pawl/functions.hpp>
#include <pawl/http_options.hpp>
#include <pawl/instance.hpp>
#include <pawl/node.hpp>
#include <pawl/node_log.hpp>
#include <pawl/secrets.hpp>
#include <pawl/subscription.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pawl {

/// Where time comes from. Must be thread-safe and must not throw. Tests put their own in; the default is the system's
/// clock.
class PAWL_API clock {
public:
  virtual ~clock() = default;
  /// Milliseconds since 1970. May jump, as wall clocks do.
  virtual std::int64_t now_ms() = 0;
  /// Milliseconds since some fixed moment, from 1; never goes back, and goes on while the machine sleeps. What the wall
  /// clock moves by more than two seconds beside it is a correction of the wall clock and no time that passed. The
  /// default, 0, is no such clock: then all that the wall clock moves is time, and none when it goes back.
  virtual std::int64_t monotonic_ms() { return 0; }
};

/// For calls that find no room: wait until there is, or fail with `overloaded`.
enum class overload_policy { wait, fail };

/// When the whole file of a store that was not closed in order is looked at.
enum class file_check_time {
  background, ///< while the runtime works, at about a tenth of one thread's time and of the disk's
  before      ///< before runtime::open returns: a minute for gigabytes on a slow disk
};

/// Everything has a default; only `store_path` is nearly always set. Copied by runtime::open. A limit that is passed is
/// the error `limit` of the call, or fails the node's attempt, and names itself.
struct options {
  /// The SQLite file. Empty: a store in memory, which is gone with the runtime (for tests).
  /// The file is created when missing, readable by its owner only. One runtime owns it at a time.
  std::string store_path;

  /// Your node types. The built-in ones (trigger, set, if, switch, iterator, wait, delay, fail, log, http) are always
  /// there; a type of the same name replaces a built-in one.
  std::vector<node_type> node_types;

  /// A definition with warnings is refused by load_definition, as one with errors. What is loaded already runs on.
  bool strict_definitions = false;

  /// Pure functions of yours that expressions may call, beside the standard ones (`pawl functions` lists those).
  std::vector<expression_function> functions;

  /// How much one evaluation of an expression may cost.
  expression_limits expressions;

  /// Read-only, non-secret configuration that expressions see as `globals`; a JSON object as text.
  std::string globals_json = "{}";

  /// A subscriber to all instances (see subscription.hpp, gaps included) from the first moment on, called from one
  /// thread that only does this; stop() waits for it. What it throws is dropped. Must not stop or destroy the runtime.
  std::function<void(const instance_event&)> on_event;

  /// How many events wait at most for a slow on_event; at least 1.
  std::size_t event_queue_max = 10'000;

  /// Told what operators should know: a restarted actor, an instance that could not be recovered. From any thread.
  /// Printable, and never payload text. What it throws is dropped. Default: nothing is printed.
  std::function<void(const std::string& line)> on_log;

  /// Told what the node `log` says. Default: nothing happens.
  node_logger on_node_log;

  /// Where the node `http` may go. Default: public addresses, neither loopback nor private networks.
  http_options http;

  /// Where nodes get credentials from. Default: nowhere, and definitions that name some are refused.
  secrets_options secrets;

  /// Encrypts payloads in the store's file: inputs, outputs, errors, and whatever else may hold text of theirs
  /// (storage/README.md lists it, and what stays plain: ids, node names, definitions, times, sizes). The key lives in
  /// the sealed store that `secrets.sealed_path` names, which gets one when it has none; open() fails without it
  /// (`invalid_argument`, `busy` while somebody changes that store). What was written before stays plain until it is
  /// removed. Once something is encrypted, the store opens with that sealed store only (`access`) and goes on
  /// encrypting, also when this is off again. A store in memory is not encrypted.
  bool encrypt_payloads = false;

  /// nullptr: the system's clock. Shared: it lives until the runtime has gone.
  std::shared_ptr<clock> time;

  /// Whether the wall clock is right when the runtime is opened. When it is not known (no battery behind the clock, and
  /// the network has not set it yet) say false, and call runtime::clock_trusted() once it is: until then nothing is
  /// due that goes by the calendar (dates, schedules), and delays, retries and timeouts go on from the last committed
  /// step by the monotonic clock; what passed while the machine was off does not count for them.
  /// When true, a wall clock that goes back while the runtime is closed changes no delay, and all that it goes forward
  /// by counts as time that passed: a jump cannot be told from that.
  bool clock_is_trusted = true;

  /// Threads that run the actors; 0 = one less than there are cores, 1 to 4. Blocking executors have their own.
  unsigned worker_threads = 0;

  /// How many instances may be live at once: running, or being started or resumed; those that wait for a payload, a
  /// timer or a retry are not. One with large input or payload counts as several, one more for each KiB. It bounds
  /// the memory when the disk or the executors are slow: 10 to 15 KiB each, outputs not counted. Instances that wake by
  /// themselves wait for their turn.
  std::size_t active_instances_max = 4'000;

  /// What start() and resume() do when there is no room for another live instance.
  overload_policy when_full = overload_policy::wait;

  /// How long attempts that run may still answer when their instance is cancelled or its timeout is over; 0 to one day.
  /// What holds for an instance is stored when that begins. runtime::stop() has a grace of its own.
  std::chrono::milliseconds grace = std::chrono::seconds(10);

  std::size_t definition_bytes_max = std::size_t{4} << 20; ///< JSON text of a definition
  std::size_t definition_nodes_max = 10'000;               ///< nodes of a definition
  /// About how much memory compiled definitions may take that no live instance needs, so that the next start or wake
  /// need not compile them again. The one used last is kept in any case. Older versions of an id go first.
  std::size_t definition_cache_bytes_max = std::size_t{64} << 20;
  std::size_t payload_bytes_max = std::size_t{4} << 20;     ///< start and resume payloads, outputs, as JSON text
  std::size_t node_state_bytes_max = std::size_t{64} << 10; ///< JSON text of outcome::keep
  std::size_t json_depth_max = 128;                         ///< levels of any JSON from outside; at most 500
  std::size_t json_values_max = 100'000;                    ///< values of one such text, members and items counted
  std::size_t signals_max = 1000;                           ///< that an instance keeps and nothing waited for yet
  std::size_t signal_bytes_max = std::size_t{4} << 20;      ///< JSON text of their payloads together
  std::size_t signal_keys_max = 10'000;                     ///< keys of signals that an instance knows beyond a week
  std::int64_t step_limit_max = 10'000'000;                 ///< what `stepLimit` may be, and means when it is 0
  std::size_t history_results_max = 10'000;              ///< results of one node that `.all` may bring into a context
  std::size_t history_bytes_max = std::size_t{16} << 20; ///< JSON text of all results that one execution may read

  /// The write-ahead log is copied back into the database file once it is larger than this many bytes; a reader in
  /// another process may hold that up, which on_log tells.
  std::size_t checkpoint_wal_bytes = std::size_t{4} << 20;

  /// After a crash or a power cut the whole file is checked for damage. In the background the runtime stops by itself
  /// when some is found: every call, those under way included, answers `corrupt` and names the page, as on_log does.
  /// How far the check has come survives the next crash. `before` also looks at the rows (storage/README.md).
  file_check_time check_after_crash = file_check_time::background;

  /// While the disk has less free room than this, starts and steps are refused with `disk_full`; ending and removing
  /// instances go on. So that others on the disk have some left. 0: until it is full.
  std::size_t free_bytes_min = std::size_t{8} << 20;

  /// Who else than its owner may use the store's files. A copy or a restore may have given others rights; those are
  /// taken away when the store is opened (`access` where that is impossible). true: the group keeps the rights that it
  /// has.
  bool shared_with_group = false;

  /// Room of the disk that is kept free in a file beside the store (`FILE.reserve`), so that instances can be looked
  /// at, cancelled and removed when the disk is full. Once it was used, everything else is `disk_full` until there is
  /// that much room again. 0, or more than the disk has when the store is opened: no reserve.
  std::size_t reserve_bytes = std::size_t{4} << 20;
};

} // namespace pawl
