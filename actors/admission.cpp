// Counts the places of live instances: lets callers wait for one, and says when room comes back.
#include "actors/admission.hpp"

namespace pawl::actors {

admission::place_ptr admission::enter(std::size_t size, bool may_wait) {
  std::unique_lock lock(mutex_);
  const auto may_enter = [&] { return !blocked_ && fits(size); };
  if (may_wait) changed_.wait(lock, [&] { return closed_ || may_enter(); });
  if (closed_ || !may_enter()) return nullptr;
  taken_ += size;
  return std::make_shared<const place>(shared_from_this(), size);
}

admission::place_ptr admission::enter_anyway(std::size_t size) {
  std::lock_guard lock(mutex_);
  taken_ += size;
  return std::make_shared<const place>(shared_from_this(), size);
}

bool admission::has_room() const {
  std::lock_guard lock(mutex_);
  return fits(1);
}

void admission::let_nobody_past(bool waiting) {
  {
    std::lock_guard lock(mutex_);
    if (blocked_ == waiting) return;
    blocked_ = waiting;
    changed_.notify_all();
  }
  tell_if_room();
}

void admission::set_when_room(std::function<void()> when_room) {
  std::lock_guard lock(mutex_);
  when_room_ = std::move(when_room);
}

// Whoever hears of it may take room: not under the lock.
void admission::tell_if_room() {
  std::function<void()> tell;
  {
    std::lock_guard lock(mutex_);
    if (blocked_ && fits(1)) tell = when_room_;
  }
  if (tell) tell();
}

void admission::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void admission::give_back(std::size_t size) {
  {
    std::lock_guard lock(mutex_);
    taken_ -= size;
    changed_.notify_all();
  }
  tell_if_room();
}

} // namespace pawl::actors
