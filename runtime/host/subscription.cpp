// Subscriptions. With one instance the queue only says what is new: order and completeness come from the revisions.
#include "runtime/host/subscription.hpp"

#include <algorithm>

namespace pawl {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Waiting for ever must not overflow the clock.
constexpr milliseconds timeout_max = std::chrono::hours(24 * 3650);

} // namespace

subscription::impl::impl(std::shared_ptr<actors::event_feed> feed, const subscribe_options& how, reader read)
    : feed_(std::move(feed)), queue_(std::make_shared<actors::event_queue>(how.instance_id, how.queue_max)),
      read_(std::move(read)), revision_(how.after_revision), behind_(!how.instance_id.empty()) {
  feed_->add(queue_); // before the first look into the store, so that nothing falls between
}

subscription::impl::~impl() {
  feed_->remove(queue_.get());
  queue_->close();
}

result<std::optional<instance_event>> subscription::impl::next(milliseconds timeout) {
  const auto end = steady_clock::now() + std::clamp(timeout, milliseconds(0), timeout_max);
  for (;;) {
    if (auto known = next_known()) return known;
    if (behind_) {
      if (auto read = read_behind(); !read) return read.failure();
      continue;
    }
    const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
    auto event = queue_->pop(std::max(left, milliseconds(0)));
    if (!event && queue_->is_closed()) return error{errc::stopped, "the runtime or the subscription was stopped", ""};
    if (!event && left <= milliseconds(0)) return std::optional<instance_event>();
    if (event && take(*event)) return event;
  }
}

std::optional<instance_event> subscription::impl::next_known() {
  while (!known_.empty()) {
    instance_event first = std::move(known_.front());
    known_.pop_front();
    if (take(first)) return first;
  }
  return std::nullopt;
}

// Whether it is the next one.
bool subscription::impl::take(const instance_event& event) {
  if (queue_->instance_id().empty()) return true;
  const std::int64_t revision = event.entry.revision;
  behind_ |= event.missed > 0 || revision > revision_ + 1;
  if (event.missed > 0 || revision != revision_ + 1) return false;
  revision_ = revision;
  return true;
}

result<void> subscription::impl::read_behind() {
  auto events = read_(queue_->instance_id(), revision_);
  if (!events) return events.failure();
  known_.assign(std::make_move_iterator(events->begin()), std::make_move_iterator(events->end()));
  behind_ = !known_.empty(); // there may be more than one page
  return {};
}

subscription::subscription(std::unique_ptr<impl> inner) : impl_(std::move(inner)) {}
subscription::subscription(subscription&&) noexcept = default;
subscription& subscription::operator=(subscription&&) noexcept = default;
subscription::~subscription() = default;

result<std::optional<instance_event>> subscription::next(milliseconds timeout) { return impl_->next(timeout); }
void subscription::close() { impl_->close(); }

} // namespace pawl
