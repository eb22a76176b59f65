// One child and the pipe on which it tells what was acknowledged. Used on one thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace pawl::crash {

class child_process {
public:
  /// Starts `program`; throws std::runtime_error when it cannot.
  child_process(const std::string& program, const std::vector<std::string>& arguments);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process(); ///< kills what still runs

  /// Waits at most that long for something to be told. False: the pipe is at its end.
  bool read(std::chrono::milliseconds timeout);
  /// The whole lines that were read since the last call.
  std::vector<std::string> take_lines();

  /// SIGKILL, then everything that was told before it.
  void kill_and_drain();
  /// How it ended by itself, after read() said false: its exit status, or minus the signal.
  int wait();

private:
  pid_t pid_ = -1;
  int pipe_ = -1;
  std::string unread_;
};

} // namespace pawl::crash
