// The inside of a subscription: live events from the feed, and what a slow or late subscriber missed from the store.
#pragma once

#include "actors/event_feed.hpp"

#include <functional>

namespace pawl {

class PAWL_LOCAL subscription::impl {
public:
  /// Committed events of an instance after a revision, oldest first; empty when there are none. May be called when the
  /// runtime has gone (`stopped`).
  using reader = std::function<result<std::vector<instance_event>>(const std::string& id, std::int64_t after_revision)>;

  impl(std::shared_ptr<actors::event_feed> feed, const subscribe_options& how, reader read);
  ~impl();
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  result<std::optional<instance_event>> next(std::chrono::milliseconds timeout);
  void close() { queue_->close(); }

private:
  std::optional<instance_event> next_known();
  bool take(const instance_event& event);
  result<void> read_behind();

  std::shared_ptr<actors::event_feed> feed_;
  std::shared_ptr<actors::event_queue> queue_;
  reader read_;
  std::deque<instance_event> known_; ///< read from the store, not yet given
  std::int64_t revision_ = 0;        ///< of the last one given, with one instance
  bool behind_ = false;              ///< the store may hold events between the last one given and the next of the queue
};

} // namespace pawl
