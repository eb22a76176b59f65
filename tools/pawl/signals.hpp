// SIGINT and SIGTERM for run and resume: handled by a thread, never inside a handler.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace pawl::tool {

/// While it lives, the first SIGINT or SIGTERM calls `on_signal` from a thread of its own; a second one ends the
/// process at once. SIGPIPE is ignored from then on: a reader that goes away does not stop the work.
/// Must be made before any other thread, so that all of them leave the signals to it.
class signal_watch {
public:
  explicit signal_watch(std::function<void()> on_signal);
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;
  ~signal_watch();

  /// The signal that came; 0 when none did.
  int received() const noexcept { return received_; }

private:
  void watch();

  std::function<void()> on_signal_;
  std::atomic<int> received_{0};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

} // namespace pawl::tool
