// Calls from outside that are under way. Lets an engine go only when the last one has left it. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

namespace pawl::host {

class call_gate {
public:
  /// A call that is under way, if it came in.
  class pass {
  public:
    explicit pass(call_gate* gate) : gate_(gate) {}
    pass(pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    pass& operator=(pass&&) = delete;
    ~pass() {
      if (gate_ != nullptr) gate_->leave();
    }
    explicit operator bool() const { return gate_ != nullptr; }

  private:
    call_gate* gate_;
  };

  pass enter() {
    std::lock_guard lock(mutex_);
    if (closed_) return pass(nullptr);
    ++inside_;
    return pass(this);
  }
  /// Nobody comes in any more.
  void shut() {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  /// The same; returns when the last one has left.
  void close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    left_.wait(lock, [&] { return inside_ == 0; });
  }

private:
  void leave() {
    std::lock_guard lock(mutex_);
    if (--inside_ == 0) left_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable left_;
  std::size_t inside_ = 0;
  bool closed_ = false;
};

} // namespace pawl::host
