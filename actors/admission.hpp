// How many instances may be live at once: what bounds the memory of a runtime whose disk is slow. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace pawl::actors {

/// A start or a command holds a place from the call on, the instance then for as long as it has an actor.
class admission : public std::enable_shared_from_this<admission> {
public:
  /// Gives its room back when it goes.
  class place {
  public:
    place(std::shared_ptr<admission> of, std::size_t size) : of_(std::move(of)), size_(size) {}
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() { of_->give_back(size_); }

  private:
    std::shared_ptr<admission> of_;
    std::size_t size_;
  };
  using place_ptr = std::shared_ptr<const place>;

  explicit admission(std::size_t room) : room_(room) {}

  /// Room for an instance that brings `bytes` along: one, and one more for every KiB.
  static std::size_t size_of(std::size_t bytes) { return 1 + bytes / 1024; }

  /// Waits until there is room, or answers null at once; null also once it is closed. Something larger than all the
  /// room gets in when nothing else is there.
  place_ptr enter(std::size_t size, bool may_wait);
  /// For what cannot wait: takes room that may not be there.
  place_ptr enter_anyway(std::size_t size);
  bool has_room() const;
  /// While something of the supervisor's waits for room, nobody else gets in, and `when_room` is called, on whatever
  /// thread, once there is some.
  void let_nobody_past(bool waiting);
  void set_when_room(std::function<void()> when_room);
  void close();

private:
  bool fits(std::size_t size) const { return taken_ == 0 || taken_ + size <= room_; }
  void give_back(std::size_t size);
  void tell_if_room();

  const std::size_t room_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t taken_ = 0;
  bool blocked_ = false;
  bool closed_ = false;
  std::function<void()> when_room_;
};

} // namespace pawl::actors
