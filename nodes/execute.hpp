// Runs one attempt of one node: resolves its data against the context, calls the executor, turns the outcome into the
// event of the pure core. The only way in which executors are called.
#pragma once

#include "runtime/core/context.hpp"
#include "runtime/core/event.hpp"
#include "runtime/core/workflow.hpp"
#include "runtime/expression/evaluate.hpp"

#include <pawl/secrets.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace pawl::nodes {

struct execution_limits {
  core::json_limits output;
  std::size_t node_state_bytes_max = std::size_t{64} << 10;
  expression::limits expressions = {};
  /// What expressions may call; none: the standard functions.
  std::shared_ptr<const expression::functions> functions = nullptr;
};

/// Of all attempts of a runtime together.
struct attempt_counts {
  std::atomic<std::uint64_t> abandoned{0}; ///< nobody waited any longer for their answers
  std::atomic<std::uint64_t> late{0};      ///< answers that came after that
};

/// That an instance is being ended from outside, for its attempts.
struct end_flags {
  std::atomic<bool> decided{false}; ///< the commit of it is under way: nothing begins any more
  std::atomic<bool> durable{false}; ///< executors see it
};

/// What becomes known of an attempt while it is under way. Thread-safe, but for `deadline`: set before it is called.
struct attempt_control {
  std::optional<std::chrono::steady_clock::time_point> deadline;
  std::atomic<bool> timed_out{false};
};

/// Everything that one attempt needs; shared data, so cheap to send.
struct execution {
  std::shared_ptr<const core::workflow> workflow;
  core::node_index node = 0;
  core::attempt_ref of;
  std::string key;
  core::json_ptr payload;
  core::json_ptr node_state;
  bool timer_fired = false;
  std::string signal = {};                 ///< which one brought the payload; empty: none
  std::vector<core::memory_change> memory; ///< what the node remembers
  core::flattened_context context;
  std::shared_ptr<const std::atomic<bool>> stopping = nullptr; ///< whether the runtime stops; null: it never does
  /// Whether whoever asked for it is gone, so that nobody hears what comes of it; null: never.
  std::shared_ptr<const std::atomic<bool>> unwanted = nullptr;
  std::shared_ptr<const end_flags> ending = nullptr;                          ///< of its instance; null: never
  std::shared_ptr<attempt_counts> counts = nullptr;                           ///< null: nobody counts
  std::shared_ptr<attempt_control> control = nullptr;                         ///< of a node with a timeout
  std::shared_ptr<const std::map<std::string, std::string>> labels = nullptr; ///< of the instance; null: none
};

/// A secret that an attempt needs before its executor may be called.
struct secret_request {
  std::string slot;
  core::secret_reference secret;
  std::string text; ///< its name as the definition writes it
  core::secret_use use;
};

/// Why an attempt gets no secret.
struct secret_refusal {
  std::string name; ///< of the error
  std::string why;  ///< for people, without anything secret
  bool is_retryable = false;
};

/// The bytes are shared, so that no message and no copy of this holds any.
using secret_handle = std::shared_ptr<const secret_bytes>;
struct granted_secret {
  std::string slot;
  std::string name; ///< for its mark
  secret_handle bytes;
  std::optional<std::string> destination; ///< for which it was granted
};
using granted_secrets = std::vector<granted_secret>;

struct executed {
  core::event_content what;               ///< node_succeeded, node_failed or node_paused
  core::json_ptr output;                  ///< of a success; null: undefined
  std::optional<std::string> output_text; ///< its JSON text, ready for the store
  bool abandoned = false; ///< the runtime stops and the attempt came to nothing: `what` is no event, nothing happened
  bool not_begun = false; ///< abandoned, and its executor was never called
  /// The store did not take what must be there before the attempt: `what` is no event, the instance starts anew.
  std::optional<error> store_failure = std::nullopt;
};

/// Whether secrets_of() must be asked before the attempt runs.
inline bool needs_secrets(const execution& run) { return !run.workflow->nodes[run.node].credentials.empty(); }

/// What the attempt needs, or how it ended because that cannot be said. Never throws.
std::variant<std::vector<secret_request>, executed> secrets_of(const execution& run, const execution_limits& limits);
/// How an attempt ended that did not get `wanted`.
executed failed_for_secret(const execution& run, const execution_limits& limits, const secret_request& wanted,
                           const secret_refusal& refusal);

/// Of a synchronous type. Never throws. Blocks as long as the executor does, which is not called any more once the
/// runtime stops.
executed execute(const execution& run, const execution_limits& limits, const granted_secrets& secrets = {});

/// Of an asynchronous type. Never throws. Calls `done` exactly once, from this thread or another, now or when the last
/// reference to the attempt has gone.
void execute_async(std::shared_ptr<const execution> run, const execution_limits& limits, granted_secrets secrets,
                   std::function<void(executed)> done);

/// Whether it must not begin any more, and what comes of it then.
bool is_over(const execution& run);
executed attempt_not_begun();

/// What comes of an attempt that the runtime's stop overtook, and of one whose time is over.
executed abandoned_attempt();
executed timed_out(const execution& run, const execution_limits& limits);

} // namespace pawl::nodes
