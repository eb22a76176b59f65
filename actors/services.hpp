// What all actors of one runtime share: the clock, the definitions, each other's addresses. Thread-safe.
#pragma once

#include "actors/definitions.hpp"
#include "actors/engine_time.hpp"
#include "actors/event_feed.hpp"
#include "actors/messages.hpp"
#include "runtime/core/signal_gate.hpp"
#include "runtime/core/workflow.hpp"

#include <pawl/options.hpp>

#include <caf/actor.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace pawl::actors {

/// The address of an actor that may be replaced after it died.
class address {
public:
  caf::actor get() const {
    std::lock_guard lock(mutex_);
    return held_;
  }
  void set(caf::actor a) {
    std::lock_guard lock(mutex_);
    held_ = std::move(a);
  }

private:
  mutable std::mutex mutex_;
  caf::actor held_;
};

/// The node actors of each type.
class node_pools {
public:
  using type_ptr = std::shared_ptr<const core::registered_type>;

  void set(const type_ptr& type, std::vector<caf::actor> members);
  /// The next member in turn; null when the runtime is stopping.
  caf::actor pick(const type_ptr& type);
  /// Puts a fresh one in the place of a member that died; false when it was none.
  bool replace(const caf::actor_addr& dead, const std::function<caf::actor(const type_ptr&)>& make);
  std::vector<caf::actor> members() const;
  std::vector<caf::actor> clear();

private:
  struct pool {
    type_ptr type;
    std::vector<caf::actor> members;
    std::size_t turn = 0;
  };
  mutable std::mutex mutex_;
  std::vector<pool> pools_; ///< in the order of set(), so that the same happens in every run of a simulation
  std::unordered_map<type_ptr, std::size_t> places_;
};

/// The secrets actors, one a source.
class secret_desks {
public:
  void set(const std::string& source, caf::actor desk);
  /// Null when there is none: no such source, or it is being replaced.
  caf::actor find(const std::string& source) const;
  /// The source whose actor that was; nothing when it was none.
  std::optional<std::string> source_of(const caf::actor_addr& dead) const;
  std::vector<caf::actor> clear();

private:
  mutable std::mutex mutex_;
  std::map<std::string, caf::actor> desks_;
};

/// The one store object of a runtime: outlives the store actor, so that a new one can take over.
class store_slot {
public:
  using opener = std::function<result<std::unique_ptr<storage::store>>()>;
  store_slot(std::unique_ptr<storage::store> first, opener open) : store_(std::move(first)), open_(std::move(open)) {}

  /// Runs `task` alone; false when there is no store (it was closed, or reopening failed).
  template <class F> bool use(F&& task) {
    std::lock_guard lock(mutex_);
    if (!store_) return false;
    task(*store_);
    return true;
  }
  /// Closes the store and opens it again; the error of the open.
  result<void> reopen();
  void close();

private:
  std::mutex mutex_;
  std::unique_ptr<storage::store> store_;
  opener open_;
};

/// Why a runtime goes on no more although nobody stopped it. Set at most once.
class halt_note {
public:
  /// False: it was set before.
  bool set(const error& why) {
    std::lock_guard lock(mutex_);
    if (why_) return false;
    why_ = why;
    return true;
  }
  std::optional<error> get() const {
    std::lock_guard lock(mutex_);
    return why_;
  }

private:
  mutable std::mutex mutex_;
  std::optional<error> why_;
};

struct services {
  services(std::shared_ptr<clock> source, bool clock_is_trusted, std::unique_ptr<storage::store> first,
           store_slot::opener open)
      : time(std::move(source), clock_is_trusted), slot(std::move(first), std::move(open)) {}

  /// Ends everything: the store has stopped for good. Calls that wait and calls that come are answered with `why`.
  void halt(const error& why);

  engine_time time;
  store_slot slot;
  definitions known;
  core::node_types types;
  core::definition_limits definition_limits;
  nodes::execution_limits execution_limits;
  core::json_ptr globals;
  storage::result_limits history_max;
  core::signal_limits signals_kept;
  std::size_t signal_keys_kept = 10'000;
  std::string store_identity;
  std::atomic<storage::instance_key> last_instance{0}; ///< the highest number that was given to one
  std::int64_t grace_ms = 10'000;                      ///< of attempts whose instance is being ended
  const std::shared_ptr<nodes::attempt_counts> attempts = std::make_shared<nodes::attempt_counts>();
  std::size_t checkpoint_wal_bytes = std::size_t{4} << 20;
  std::function<void(const std::string&)> log = [](const std::string&) {};
  const std::shared_ptr<event_feed> feed = std::make_shared<event_feed>();
  /// Publishes the committed events of an instance behind `told`, which it moves on. On the store's thread.
  std::function<result<void>(storage::store&, const std::string& uid, event_feed::telling& of)> publish_missed;
  /// Set when the runtime begins to stop; executors see it.
  const std::shared_ptr<std::atomic<bool>> stopping = std::make_shared<std::atomic<bool>>(false);

  const std::shared_ptr<halt_note> halted = std::make_shared<halt_note>();
  std::function<void()> when_halted = [] {}; ///< keeps calls from outside out

  std::shared_ptr<admission> room = std::make_shared<admission>(4'000);

  std::map<std::string, std::shared_ptr<secret_provider>> providers; ///< by source; set before the actors start
  const std::shared_ptr<secret_desks> desks = std::make_shared<secret_desks>();

  address store;
  address timers;
  address schedules;
  address supervisor;
  node_pools pools;
};

using services_ptr = std::shared_ptr<services>;

} // namespace pawl::actors
