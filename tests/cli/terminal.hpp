// A terminal as a person sits at it: what a program shows, what is typed, whether typing is echoed.
#pragma once

#include "tests/cli/process.hpp"

#include <string>

#include <sys/types.h>

namespace pawl::test {

/// A program on a terminal of its own. Killed and reaped when it goes.
class on_terminal {
public:
  explicit on_terminal(const words& command);
  on_terminal(const on_terminal&) = delete;
  on_terminal& operator=(const on_terminal&) = delete;
  ~on_terminal();

  /// Waits until the program shows `text`, after what earlier calls waited for. False at the program's end.
  bool shows(const std::string& text);
  void type(const std::string& keys) const;
  pid_t pid() const { return pid_; }
  bool echoes() const;
  void send(int signal) const;
  /// Waits for the end; the exit code as in `ended`.
  int wait();
  /// All that the terminal has shown.
  const std::string& screen() const { return screen_; }

private:
  bool read_more();

  pid_t pid_ = -1;
  int terminal_ = -1;
  std::string screen_;
  std::size_t seen_ = 0;
};

} // namespace pawl::test
