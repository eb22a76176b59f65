// The test kit: workflows of days in milliseconds, on the test's own thread. Link pawl::testing, which brings
// pawl::pawl; programs that ship need neither. Needs no test framework and prints nothing.
#pragma once

#include <pawl/export.hpp>
#include <pawl/runtime.hpp>

#include <nlohmann/json_fwd.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::testing {

// --- time

/// A clock that moves only when it is told to. Thread-safe. test_runtime has one of its own; by itself it is for tests
/// of a plain runtime, whose own pauses (in real time) it does not shorten.
class PAWL_API virtual_clock final : public clock {
public:
  static constexpr std::int64_t start_ms = 1'800'000'000'000; ///< 2027-01-15T08:00:00Z

  std::int64_t now_ms() override;
  std::int64_t monotonic_ms() override;

  /// Time passes: both clocks move. What is less than a millisecond adds up. A negative time is none.
  void advance(std::chrono::nanoseconds by);
  /// A step of the wall clock, as of somebody who corrects it: monotonic time does not move.
  void set_wall(std::int64_t now_ms);

private:
  std::atomic<std::int64_t> passed_ns_{0};
  std::atomic<std::int64_t> wall_offset_ms_{0};
};

// --- node types

/// What a script does when it is called once more than it has answers.
enum class when_spent {
  fail,       ///< the attempt fails for good with the error `ScriptSpent`, which says which call it was
  repeat_last ///< it gives its last answer again
};

/// A node type that gives these answers in turn, whoever asks: one for each call, so also for the call that repeats an
/// attempt after a crash. The script goes on where it was after restart() and crash(), and is shared by copies of the
/// type. It may pause and take any handle, and has no retry policy of its own. Without any answer every call is one
/// too many.
PAWL_API node_type scripted(std::string type_name, std::vector<outcome> answers, when_spent then = when_spent::fail);

/// One call of an executor.
struct recorded_call {
  std::string instance;
  std::string node;
  std::int64_t visit = 0;
  std::int64_t attempt = 0;
  std::string key;                               ///< node_context::idempotency_key
  std::int64_t time_ms = 0;                      ///< node_context::time_ms
  bool timer_fired = false;                      ///< node_context::timer_fired
  std::shared_ptr<const nlohmann::json> data;    ///< resolved; null pointer: of a type with lazy_data
  std::shared_ptr<const nlohmann::json> payload; ///< null pointer: it had none
};

/// Remembers every call of a node type, real or scripted, which works as before. Copies share what was remembered.
/// Thread-safe. Secrets are in no record unless the definition puts them into `data`, where they do not belong.
class PAWL_API recording {
public:
  explicit recording(node_type of);
  /// What goes into options::node_types.
  const node_type& type() const { return type_; }
  /// In the order in which they began.
  std::vector<recorded_call> calls() const;

private:
  struct memory;
  std::shared_ptr<memory> memory_;
  node_type type_;
};

// --- a runtime for tests

/// What becomes of a commit that goes wrong.
enum class commit_fate {
  lost, ///< it never reached the store
  kept  ///< it is in the store, and nobody was told
};

struct test_options {
  /// As for runtime::open(). `store_path` empty: rows in memory, which outlive restart() and crash(). `time` must stay
  /// null. Replaced: `when_full` (the kit's thread cannot wait for room) and the limits of time of `expressions`
  /// (which measure real time).
  options runtime;
  /// In which order actors run that could run now; each seed is one order, always the same. 0: as messages came. Part
  /// of every text of the kit that says what went wrong.
  std::uint64_t seed = 0;
};

class instance_check;

/// A runtime whose actors all run on the caller's thread, inside of the calls, and whose time passes only in skip() and
/// skip_to_next_timer(): nothing happens between two calls, and the same calls with the same seed give the same
/// history, to the byte. Each call returns when nothing is left to do without time passing.
///
/// For one thread at a time: also asynchronous executors must be answered from that thread, between two calls or in
/// the executor; then run_until_idle() lets the rest follow. What no virtual time reaches: executors that really take
/// long (`http` makes real calls; put a scripted `http` in its place), options::on_event (a thread of its own),
/// timeouts of synchronous executors (they are never seen running). Movable.
class PAWL_API test_runtime {
public:
  /// Errors: those of runtime::open(); `invalid_argument` (a clock was given).
  static result<test_runtime> open(const test_options& how = {});

  test_runtime(test_runtime&&) noexcept;
  test_runtime& operator=(test_runtime&&) noexcept;
  ~test_runtime(); ///< ends as crash(), for ever

  // As the functions of runtime, with their errors. `stopped`: it crashed as planned before there was an answer, and
  // has been opened anew (what was asked may be in the store or not), or it could not be opened anew, as the message
  // says.
  result<loaded_definition> load_definition(std::string_view json_text, std::string_view fallback_id = {});
  /// Without an id the first free one of test-1, test-2 … is taken, so that runs are alike.
  result<std::string> start(std::string_view definition_id, const nlohmann::json& input, const start_options& how = {});
  result<void> resume(std::string_view id, const nlohmann::json* payload = nullptr, const resume_options& which = {});
  result<void> signal(std::string_view id, std::string_view name, const nlohmann::json* payload = nullptr,
                      const signal_options& how = {});
  result<void> cancel(std::string_view id, const cancel_options& how = {});
  runtime_statistics statistics() const; ///< since the store was opened last
  result<snapshot> query(std::string_view id) const;
  /// All pages at once.
  result<std::vector<history_entry>> history(std::string_view id) const;

  /// Everything that needs no time. Only needed after an asynchronous answer and set_wall().
  result<void> run_until_idle();

  // --- time

  /// Lets time pass: from timer to timer in due order, everything that follows from one before the next. Errors:
  /// `internal` (a timer was due and nothing woke its instance: a lost wake-up, the message names it),
  /// `invalid_argument` (a negative time), `stopped`.
  result<void> skip(std::chrono::milliseconds time);
  /// Skips to the moment at which something is due next: a delay, a retry, a timeout. Returns how long that was.
  /// Errors: `not_found` (nothing waits for time), those of skip().
  result<std::chrono::milliseconds> skip_to_next_timer();
  /// Milliseconds since 1970 by the wall clock.
  std::int64_t now_ms() const;
  /// As virtual_clock::set_wall. The engine sees it within a second of virtual time.
  void set_wall(std::int64_t now_ms);
  /// As runtime::clock_trusted, and what follows from it.
  result<void> clock_trusted();

  // --- restarts, crashes, faults

  /// Stops cleanly and opens the same store again. Asynchronous attempts without an answer are given up, and run again.
  result<void> restart();
  /// As restart(), with other node types in options::node_types: the next version of a program goes on with what the
  /// last one left. Errors: those of runtime::open() too; until a restart works, every call gives that error.
  result<void> restart_with(std::vector<node_type> node_types);
  /// The process dies now, and another one opens the store: nothing of what was not committed is left.
  result<void> crash();
  /// As crash() at the n-th commit from now (1: the next one), whatever call that is in, before it is in the store
  /// (`lost`) or between that and anybody's hearing of it (`kept`). One commit may hold steps of several instances.
  /// Replaces what was planned; 0: nothing is planned any more.
  void crash_at_commit(std::size_t n, commit_fate fate = commit_fate::lost);
  /// The next commit fails with this code. `storage`: its outcome is unknown to the engine, which opens the store anew;
  /// only there `kept` is possible. `disk_full`, `access`, `busy`: it is lost, and the one after it works again.
  /// Errors: `invalid_argument` (another code, or `kept` with it).
  result<void> fail_next_commit(errc code = errc::disk_full, commit_fate fate = commit_fate::lost);
  std::size_t commits() const; ///< so far, of all lives
  int lives() const;           ///< how often the store was opened: 1, and one more for each restart and crash
  std::uint64_t seed() const;

  // --- what happened, in words

  /// A line for each visit in the order of its first event, `approve: paused, resumed, succeeded`; from the second
  /// visit of a node on `approve#2: …`. In brackets the handle if it is not the default one, or the error: `timer_fired
  /// (timeout)`. Instead the error's text when there is no such instance.
  std::string history_of(std::string_view id) const;
  /// The nodes in the order of their visits. Empty when there is no such instance.
  std::vector<std::string> visited_nodes(std::string_view id) const;
  /// Expectations of an instance as it is now.
  instance_check check_that(std::string_view id) const;

private:
  class impl;
  explicit test_runtime(std::unique_ptr<impl> inner);
  std::unique_ptr<impl> impl_;
};

/// Collects what is not as expected. Give differences() to the test framework, as in
///   `CHECK(rt.check_that("a-1").is(pawl::instance_status::completed).visited({"in", "ask"}).differences() == "")`.
class PAWL_API instance_check {
public:
  instance_check& is(instance_status status);
  instance_check& visited(const std::vector<std::string>& nodes); ///< exactly these, in this order
  instance_check& waits_at(std::string_view node);
  instance_check& took(std::chrono::milliseconds time); ///< from its start to its last step
  /// The last output of the node.
  instance_check& gave(std::string_view node, const nlohmann::json& output);
  /// Empty when all is as expected; else a line for each difference, the history and the seed.
  std::string differences() const;

private:
  friend class test_runtime;
  struct seen;
  explicit instance_check(std::shared_ptr<const seen> what) : seen_(std::move(what)) {}
  std::shared_ptr<const seen> seen_;
  std::string differences_;
};

} // namespace pawl::testing
