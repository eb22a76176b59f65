// Brings committed events to subscribers. Each has a bounded queue of its own, so that a slow one holds up nobody.
// Thread-safe; outlives the actors.
#pragma once

#include <pawl/subscription.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace pawl::actors {

/// One subscriber's queue.
class event_queue {
public:
  event_queue(std::string instance_id, std::size_t queue_max)
      : instance_id_(std::move(instance_id)), queue_max_(std::max<std::size_t>(1, queue_max)) {}

  /// Empty: all instances.
  const std::string& instance_id() const { return instance_id_; }

  void push(const instance_event& event);
  /// Waits until there is one; nothing when none came, or when the queue is closed and empty. A gap is an event that
  /// has nothing but `missed`.
  std::optional<instance_event> pop(std::chrono::milliseconds timeout);
  void close();
  bool is_closed() const;

private:
  const std::string instance_id_;
  const std::size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<instance_event> events_;
  std::uint64_t missed_ = 0; ///< behind the last of `events_`
  bool closed_ = false;
};

class event_feed {
public:
  void add(std::shared_ptr<event_queue> queue);
  void remove(const event_queue* queue);
  /// Cheap: nobody wants to hear of anything.
  bool is_idle() const { return count_.load(std::memory_order_acquire) == 0; }
  /// No more events come: queues give what they hold and say then that they are closed.
  void close();

  /// What was told of an instance. Shared by the actors that run it one after the other: when one went before it heard
  /// of its commit, the next tells what is missing.
  struct telling {
    std::atomic<std::int64_t> told{0}; ///< the last revision whose event was told
    std::atomic<std::int64_t> sent{0}; ///< the last one that an actor gave to the store, perhaps as it died
    int actors = 0;                    ///< that have begun and not ended
  };
  using telling_ptr = std::shared_ptr<telling>;
  /// An actor begins to run the instance; `revision` counts as told unless there is one that did not end().
  telling_ptr begin(const std::string& instance_id, std::int64_t revision);
  /// Tells of the step that made `revision`, unless that was told already: an actor that is being killed may still
  /// speak while its successor does. `make` makes the event, when anybody wants to hear of it.
  void tell(telling& of, std::int64_t revision, const std::function<instance_event()>& make);
  /// The actor goes. With the last one what was told is forgotten, unless something is still to be told.
  void end(const std::string& instance_id, const telling_ptr& of);
  /// The instance was removed: nothing more is told of it, and another one that gets its id begins anew.
  void forget(const std::string& instance_id);

private:
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  std::vector<std::shared_ptr<event_queue>> queues_;
  std::unordered_map<std::string, telling_ptr> tellings_;
  bool closed_ = false;
};

} // namespace pawl::actors
