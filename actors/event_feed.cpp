// Puts committed events into the subscribers' queues, each revision once, with the gaps of slow ones counted.
#include "actors/event_feed.hpp"

#include <algorithm>
#include <utility>

namespace pawl::actors {

namespace {

instance_event gap(std::uint64_t missed) {
  instance_event marker;
  marker.missed = missed;
  return marker;
}

} // namespace

// What is kept is the oldest: the order stays, and the gap stands where the events are missing.
void event_queue::push(const instance_event& event) {
  std::lock_guard lock(mutex_);
  if (closed_) return;
  if (events_.size() >= queue_max_) {
    ++missed_;
    return;
  }
  if (missed_ > 0) events_.push_back(gap(std::exchange(missed_, 0)));
  events_.push_back(event);
  changed_.notify_one();
}

std::optional<instance_event> event_queue::pop(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto may_answer = [&] { return closed_ || !events_.empty() || missed_ > 0; };
  if (timeout > std::chrono::milliseconds(0)) changed_.wait_for(lock, timeout, may_answer); // else no system call
  if (events_.empty()) {
    if (missed_ > 0) return gap(std::exchange(missed_, 0));
    return std::nullopt;
  }
  instance_event first = std::move(events_.front());
  events_.pop_front();
  return first;
}

void event_queue::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool event_queue::is_closed() const {
  std::lock_guard lock(mutex_);
  return closed_ && events_.empty() && missed_ == 0;
}

void event_feed::add(std::shared_ptr<event_queue> queue) {
  std::lock_guard lock(mutex_);
  if (closed_) return queue->close();
  queues_.push_back(std::move(queue));
  count_.store(queues_.size(), std::memory_order_release);
}

void event_feed::remove(const event_queue* queue) {
  std::lock_guard lock(mutex_);
  std::erase_if(queues_, [&](const auto& q) { return q.get() == queue; });
  count_.store(queues_.size(), std::memory_order_release);
}

void event_feed::tell(telling& of, std::int64_t revision, const std::function<instance_event()>& make) {
  std::optional<instance_event> event;
  if (!is_idle()) event = make();
  std::lock_guard lock(mutex_);
  if (revision <= of.told) return;
  of.told = revision;
  if (!event) return;
  for (const auto& queue : queues_)
    if (queue->instance_id().empty() || queue->instance_id() == event->instance_id) queue->push(*event);
}

void event_feed::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& queue : queues_)
    queue->close();
}

event_feed::telling_ptr event_feed::begin(const std::string& instance_id, std::int64_t revision) {
  std::lock_guard lock(mutex_);
  telling_ptr& kept = tellings_[instance_id];
  if (!kept) {
    kept = std::make_shared<telling>();
    kept->told = revision;
  }
  ++kept->actors;
  return kept;
}

void event_feed::end(const std::string& instance_id, const telling_ptr& of) {
  std::lock_guard lock(mutex_);
  const bool was_last = --of->actors == 0;
  const auto kept = tellings_.find(instance_id);
  if (kept != tellings_.end() && kept->second == of && was_last && of->told >= of->sent) tellings_.erase(kept);
}

void event_feed::forget(const std::string& instance_id) {
  std::lock_guard lock(mutex_);
  const auto kept = tellings_.find(instance_id);
  if (kept == tellings_.end()) return;
  kept->second->told = INT64_MAX; // an actor that still runs it tells nothing more
  tellings_.erase(kept);
}

} // namespace pawl::actors
