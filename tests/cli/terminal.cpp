// A terminal for a program under test, by forkpty.
#include "tests/cli/terminal.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <utility>

#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace pawl::test {

on_terminal::on_terminal(const words& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
  if (pid_ < 0) throw std::runtime_error("no terminal");
  if (pid_ > 0) return;
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
    std::signal(number, SIG_DFL); // whatever the one who runs the tests ignores
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

on_terminal::~on_terminal() {
  if (pid_ > 0) {
    send(SIGKILL);
    wait();
  }
  ::close(terminal_);
}

// The end of the program is an error of the terminal.
bool on_terminal::read_more() {
  std::array<char, 4096> block{};
  while (true) {
    const ssize_t got = ::read(terminal_, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    screen_.append(block.data(), static_cast<std::size_t>(got));
    return true;
  }
}

bool on_terminal::shows(const std::string& text) {
  while (true) {
    if (const auto at = screen_.find(text, seen_); at != std::string::npos) {
      seen_ = at + text.size();
      return true;
    }
    if (!read_more()) return false;
  }
}

void on_terminal::type(const std::string& keys) const {
  for (std::size_t at = 0; at < keys.size();) {
    const ssize_t put = ::write(terminal_, keys.data() + at, keys.size() - at);
    if (put <= 0) throw std::runtime_error("the terminal takes nothing");
    at += static_cast<std::size_t>(put);
  }
}

bool on_terminal::echoes() const {
  termios how{};
  if (::tcgetattr(terminal_, &how) != 0) throw std::runtime_error("the terminal does not say how it is");
  return (how.c_lflag & ECHO) != 0;
}

void on_terminal::send(int signal) const { ::kill(pid_, signal); }

int on_terminal::wait() {
  while (read_more()) {
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0)
    if (errno != EINTR) throw std::runtime_error("waitpid failed");
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace pawl::test
