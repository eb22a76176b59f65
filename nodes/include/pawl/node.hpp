// Write your own node: a node type is a name and a function that turns resolved data into an outcome.
// Include <nlohmann/json.hpp> in the file that defines an executor; this header needs only its forward declarations.
#pragma once

#include <pawl/definition.hpp>
#include <pawl/export.hpp>
#include <pawl/secrets.hpp>

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl {

/// What an executor sees of the world. A synchronous executor's lives for one call: do not keep a reference to it. An
/// asynchronous one may keep its pointer as long as it likes, also when the runtime is gone.
/// Everything here is the attempt's own copy or immutable: reading needs no lock.
class PAWL_API node_context {
public:
  virtual ~node_context() = default;

  /// The node's `data` with its `{{ expressions }}` resolved; null when there is none.
  virtual const nlohmann::json& data() const = 0;
  /// Whether there is data: false when the node has none, or when it is one expression that gave undefined.
  virtual bool has_data() const = 0;
  /// The payload that resume() (or, for the first node, start()) gave to this visit; null pointer when there is none.
  /// It stays with the visit through retries and crashes until a newer one replaces it.
  virtual const nlohmann::json* payload() const = 0;
  /// What the last pause of this visit kept (outcome::pause); null pointer when there is none.
  virtual const nlohmann::json* node_state() const = 0;
  /// What outcome::remember kept under `name` in an earlier visit of this node; null pointer when there is nothing.
  virtual const nlohmann::json* memory(std::string_view name) const = 0;
  /// The instance's start payload.
  virtual const nlohmann::json& input() const = 0;
  /// The runtime's read-only configuration (options::globals).
  virtual const nlohmann::json& globals() const = 0;

  /// Whose attempt this is: the instance, and the node's id in its definition.
  virtual const std::string& instance_id() const = 0;
  virtual const std::string& node_id() const = 0;
  /// This is the visit-th run of this node in this instance, from 1. A loop counts up.
  virtual std::int64_t visit() const = 0;
  /// This is the attempt-th try within the visit, from 1. A retry counts up; a run again after a crash does not.
  virtual std::int64_t attempt() const = 0;
  /// The same for every attempt of one visit, also after a crash, and of no other visit of any store: pass it on to
  /// whatever must not happen twice. 32 hexadecimal digits.
  virtual const std::string& idempotency_key() const = 0;
  /// Milliseconds since 1970 at which this attempt began, by the wall clock: a later attempt may see less.
  virtual std::int64_t time_ms() const = 0;
  /// The name of the signal that brought payload(), which may be null then; empty: none did.
  virtual const std::string& signal() const {
    static const std::string none;
    return none;
  }
  /// Whether this is the run after the timer of outcome::pause_for went off.
  virtual bool timer_fired() const = 0;
  /// Whether the runtime is stopping, which waits for running executors: one that takes long should look now and then,
  /// and answer outcome::give_up(). May become true during the call; never false again.
  virtual bool is_stopping() const { return false; }
  /// The cancellation flag: the attempt's time is over, the instance is being ended (runtime::cancel, its timeout), or
  /// the runtime stops. What is answered to an instance that is being ended is recorded if it comes within
  /// options::grace, give_up() as `Unknown`, and no edge is followed; else whatever is answered counts for nothing but
  /// give_up() while stopping. Never becomes false again.
  virtual bool is_cancelled() const { return is_stopping(); }
  /// When the attempt's `timeout` ends it; nothing when it has none. Pass the rest of it on to calls that may hang.
  virtual std::optional<std::chrono::steady_clock::time_point> deadline() const { return std::nullopt; }
  /// The secret that the definition puts into `slot` (node_type::secrets); null pointer when it names none. It was
  /// checked and audited before the executor was called. The bytes are wiped when the last pointer goes: drop it as
  /// soon as they were used, and put them into no output, error, log or std::string. Throws std::invalid_argument for a
  /// slot that the type does not declare.
  /// Should they come back in what the executor answers, whole or their first half, as they are or in a usual encoding
  /// (base64, hexadecimal, percent-encoded, JSON's escapes; letters in any case), they are replaced by `[secret NAME]`
  /// before anything is stored or told: a net that holds values of 8 bytes and more and no other transformation.
  virtual std::shared_ptr<const secret_bytes> secret(std::string_view slot) const {
    (void)slot;
    return nullptr;
  }
  /// `text` with `[secret NAME]` instead of the secrets that this attempt was given. For what a stranger sent, who may
  /// have sent them back: mask it where it arrived, before it is parsed, logged or copied, and wipe the buffer. What
  /// the executor answers is masked anyway. Throws std::length_error where marks make it longer than
  /// options::payload_bytes_max.
  virtual std::string masked(std::string_view text) const { return std::string(text); }
  /// The same inside of the strings of a JSON text, which stays JSON. Numbers stay as they are, and so does what stands
  /// outside of strings: when it turns out to be no JSON, wipe the answer.
  virtual std::string masked_json(std::string_view text) const { return std::string(text); }
};

/// What an executor answers. Built by the static functions; cheap to move.
class PAWL_API outcome {
public:
  /// The node succeeded; `value` becomes its output and the edges of the default handle are followed.
  static outcome output(nlohmann::json value);
  /// The node succeeded without an output: expressions read it as undefined.
  static outcome nothing();
  /// The node succeeded; the edges whose `sourceHandle` is `handle` are followed.
  static outcome to(std::string handle, nlohmann::json value);
  /// As to(), without an output.
  static outcome to(std::string handle);
  /// The visit waits until resume() brings a payload, then the executor runs again. Only types with `can_wait`.
  static outcome pause();
  /// As pause(), but after `timeout` (0 or less: at once) the handle `timeout` is followed with the output null.
  static outcome pause_until_timeout(std::chrono::milliseconds timeout);
  /// The visit waits for a signal of any of these names (runtime::signal), then the executor runs again with its
  /// payload and node_context::signal(). The oldest that has come already is taken at once. 1 to 16 names of 1 to 256
  /// bytes, all declared if the definition declares its signals; else the attempt fails with `PauseError`. Add
  /// within() for a timeout.
  static outcome pause_for_signals(std::vector<std::string> names);
  /// The visit waits for `delay` (0 or less: not at all), across restarts, then the executor runs again with
  /// timer_fired(). No payload ends it.
  static outcome pause_for(std::chrono::milliseconds delay);
  /// The same until the wall clock has reached `time`, wherever it is set to meanwhile: earlier when it is set forward,
  /// later when it is set back. A time that has passed: not at all.
  static outcome pause_until(std::chrono::system_clock::time_point time);
  /// The attempt failed; the node's retry policy decides what follows. Throwing a std::exception e from the executor
  /// is the same as fail(e.what()).
  static outcome fail(std::string message, std::string name = "Error");
  /// The attempt failed and trying again cannot help: no retry.
  static outcome fail_for_good(std::string message, std::string name = "Error");
  /// The attempt is given up because the runtime stops (node_context::is_stopping): nothing is recorded, and the visit
  /// runs again with the same key and attempt when the store is opened next. When the runtime does not stop it is a
  /// failed attempt with the error `GivenUp`.
  static outcome give_up();

  /// Keeps up to 64 KiB of JSON (options::node_state_bytes_max) for the next run of the same visit; more fails the
  /// attempt with `PauseError`. Only on a pause: on another outcome this and the following are ignored.
  outcome&& keep(nlohmann::json node_state) &&;
  /// Keeps `value` under `name` for later visits of this node in this instance (a loop's place, say) until forget().
  /// Each name is stored by itself: only what is remembered anew is written. At most 16 names of 256 bytes at once,
  /// each value as large as an output; more fails the attempt with `OutputError`. Only on success.
  outcome&& remember(std::string name, nlohmann::json value) &&;
  /// Drops what is remembered under `name`. Only on success.
  outcome&& forget(std::string name) &&;
  /// One line for people that says what a pause waits for; shown by `pawl show`. Only on a pause.
  outcome&& because(std::string reason) &&;

  /// As pause_until_timeout() says, for a pause for a payload or for signals; ignored on another. The end that the
  /// first such pause of a visit has belongs to the visit: it goes on while the executor runs in between, a later pause
  /// without an end keeps it, and one with an earlier end shortens it. Only extend_to() makes it later.
  outcome&& within(std::chrono::milliseconds timeout) &&;
  /// As within(), but by the wall clock, as in pause_until(). The last of the two counts.
  outcome&& by(std::chrono::system_clock::time_point time) &&;
  /// As by(), also when that is later than the end that the visit has.
  outcome&& extend_to(std::chrono::system_clock::time_point time) &&;
  /// Only a payload that fits this JSON Schema (draft-07, at most 64 KiB) ends the pause; another is refused before
  /// anything is stored. Without it the type's `payload_schema` decides, as for a payload that comes before the first
  /// pause. Only on a pause for a payload.
  outcome&& accepting(nlohmann::json payload_schema) &&;
  /// The next attempt begins not earlier than this, also when the retry policy's delay is shorter: what a busy server
  /// asked for. At most one day. Says nothing about whether there is a next attempt. Only on fail().
  outcome&& after(std::chrono::milliseconds at_least) &&;

  struct content;
  const content& inside() const { return *content_; }
  /// The inside, moved out unless a copy shares it.
  content take() &&;

private:
  explicit outcome(content c);
  std::shared_ptr<content> content_;
};

/// The right to answer one attempt of an asynchronous executor. Copies share it; the first answer counts. When the last
/// copy goes and none was given, the attempt fails with the error `NoAnswer`. Safe from any thread and at any time:
/// once the attempt has timed out or the runtime is gone, an answer is dropped.
class PAWL_API completion {
public:
  /// Whether this answer was taken: false when there was one before, or when nobody waits for it any more. Checks and
  /// converts the answer on the calling thread, and does not wait for the commit.
  bool complete(outcome answer) const;
  /// As node_context::is_cancelled().
  bool is_cancelled() const;

  class state;
  explicit completion(std::shared_ptr<state> shared) : state_(std::move(shared)) {}

private:
  std::shared_ptr<state> state_;
};

/// How the delay between attempts grows.
enum class backoff { fixed, exponential };

/// How a failed attempt is repeated. Refluxo's rule: `max_attempts` counts the retries, so 3 gives four executions.
struct retry_policy {
  double max_attempts = 0;
  double interval_ms = 0;     ///< the delay before the first retry; times 2^(attempt-1) when exponential
  double interval_ms_max = 0; ///< upper bound of the delay; 0 = one day
  double jitter = 0;          ///< 0 to 1: the delay is shortened by up to this share, by a hash of key and attempt
  backoff growth = backoff::fixed;
  std::vector<std::string> retry_on; ///< error names that are retried; empty = all
  std::vector<std::string> stop_on;  ///< error names that are not
};

/// A place of a node type for a secret, which definitions fill: `"credentials": {"NAME": "name of a secret"}`.
struct secret_slot {
  std::string name;         ///< 1 to 64 bytes
  bool is_required = false; ///< a definition that leaves it empty is refused
};

/// A kind of node that definitions can name. Immutable once the runtime is open.
struct node_type {
  /// Called for each attempt, at least once per visit: after a crash it may run again with the same key.
  /// Concurrently for different visits: it must be thread-safe. A throw is a failed attempt.
  using executor = std::function<outcome(node_context&)>;
  /// As executor, but the answer is given later through `done`, from any thread. A throw before that is a failed
  /// attempt. Attempts that wait for their answer hold no thread; `concurrency` of them are under way at once.
  using async_executor = std::function<void(const std::shared_ptr<node_context>& context, const completion& done)>;

  node_type() = default;
  node_type(std::string type_name, executor run) : name(std::move(type_name)), execute(std::move(run)) {}
  /// An asynchronous type. Its call is taken for short and not `blocking`.
  node_type(std::string type_name, async_executor run)
      : name(std::move(type_name)), execute_async(std::move(run)), blocking(false) {}

  std::string name; ///< what `nodes[].type` says; not empty
  /// What `nodes[].typeVersion` says; from 1. A definition without it means version 1, for ever: register a type whose
  /// data or output changed as the next version, beside the old one, as long as definitions or instances name that.
  int version = 1;
  executor execute;                 ///< this one
  async_executor execute_async;     ///< or this one must be callable
  std::vector<std::string> handles; ///< handles it may answer besides the default one; an edge of another is refused
  bool any_handle = false;          ///< handles come from data, so edges of every handle are accepted
  bool can_wait = false;            ///< it may answer outcome::pause…; permits edges of the handle `timeout`
  /// It may block (I/O, locks): runs on threads of its own, `concurrency` of them; the call of an asynchronous executor
  /// on one.
  bool blocking = true;
  unsigned concurrency = 4; ///< how many attempts are under way at once in this runtime; at least 1
  /// Data is resolved when the executor first asks, which may throw; else before it is called. Not when asynchronous.
  bool lazy_data = false;
  std::optional<retry_policy> retry; ///< when the node in the definition names none
  /// When the node in the definition names no `timeout`: an attempt that takes longer fails with the error `Timeout`,
  /// which the retry policy may repeat. 0: no bound. Only where `blocking` or asynchronous. A synchronous executor that
  /// runs on all the same keeps its thread until it returns; what it answers then is dropped.
  std::chrono::milliseconds timeout{0};

  /// What secrets it takes. They are looked up before each attempt; one that is not there or refused, expired, or gone
  /// at its source fails it for good (`SecretRefused`, `SecretExpired`, `SecretMissing`) before the executor is called.
  std::vector<secret_slot> secrets;
  /// Where an attempt with this data sends what is in its slots: `https://host[:port]`; nothing: to no good place. A
  /// type with it gets only secrets whose policy lists that host, and must send them nowhere else. Must be pure and
  /// thread-safe. Empty: the type does not say, and gets no secret whose policy lists hosts.
  std::function<std::optional<std::string>(const nlohmann::json& data)> destination;

  // JSON Schemas (draft-07) as JSON text; empty: anything goes. A schema that is none keeps the runtime from opening.
  std::string input_schema;   ///< of the resolved data: else the attempt fails for good, the executor is not called
  std::string output_schema;  ///< of the output: else the attempt fails for good with the error `OutputError`
  std::string payload_schema; ///< of a payload that ends a pause, or that start() gives to this type as first node

  /// The member of `data` that, where it is there, holds the payload's schema instead of `payload_schema` (`schema` of
  /// the type wait). It must be written out: with an expression in it, or as a text, the definition is refused.
  std::string payload_schema_member;

  /// Members of `data` whose absence means something of its own (`timeout` of the type wait: for ever). Where one is
  /// written as an expression that gives undefined or null, the attempt fails for good with `InvalidData` and the
  /// executor is not called; left out or written as null it is absent.
  std::vector<std::string> definite_members;

  /// Members of `data` that name signals, one or a list of them: a name written there without an expression that the
  /// definition's `signals` lack, where it has any, is refused when the definition is loaded.
  std::vector<std::string> signal_members;

  /// What is wrong with a node's data, found when a definition is loaded. `data` is as written: texts that hold
  /// expressions are not resolved, null when there is none. Pointers of the problems count from `data`. May be empty;
  /// must be pure and thread-safe.
  std::function<std::vector<problem>(const nlohmann::json& data)> check_data;
};

} // namespace pawl
