// termios, and signals that are let through only while it waits, so that none comes between looking and waiting.
#include "tools/pawl/hidden_input.hpp"

#include "tools/pawl/failure.hpp"
#include "tools/pawl/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace pawl::tool {
namespace {

constexpr std::size_t line_bytes_max = 4094;     // the system cuts longer ones off and does not say so
constexpr std::size_t line_buffer_bytes = 4'096; // of the system, the line's end included
constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

volatile std::sig_atomic_t received = 0;

void note(int number) { received = number; }

/// While it lives, the signals that end the command are only noted, and only during wait_for().
class noted_signals {
public:
  noted_signals() {
    received = 0;
    sigset_t held;
    sigemptyset(&held);
    for (const int number : ending_signals)
      sigaddset(&held, number);
    pthread_sigmask(SIG_BLOCK, &held, &mask_before_);
    mask_while_waiting_ = mask_before_;
    struct sigaction noting {};
    noting.sa_handler = note;
    for (std::size_t i = 0; i < ending_signals.size(); ++i) {
      sigdelset(&mask_while_waiting_, ending_signals[i]);
      sigaction(ending_signals[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) sigaction(ending_signals[i], &noting, nullptr);
    }
  }
  noted_signals(const noted_signals&) = delete;
  noted_signals& operator=(const noted_signals&) = delete;
  ~noted_signals() {
    for (std::size_t i = 0; i < ending_signals.size(); ++i)
      sigaction(ending_signals[i], &before_[i], nullptr);
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  }

  /// Until `file` can be read. Ends the command when a signal comes.
  void wait_for(int file) const {
    pollfd readable{file, POLLIN, 0};
    while (::ppoll(&readable, 1, nullptr, &mask_while_waiting_) < 0) {
      if (received != 0) throw command_failure(128 + received, "stopped; nothing was changed");
      if (errno != EINTR)
        throw command_failure(exit_code::failed, fmt::format("the terminal cannot be read: {}", std::strerror(errno)));
    }
  }

private:
  sigset_t mask_before_{};
  sigset_t mask_while_waiting_{};
  std::array<struct sigaction, ending_signals.size()> before_{};
};

/// The terminal, without echo while it lives.
class hidden_terminal {
public:
  explicit hidden_terminal(const std::string& what) : file_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
    if (file_ < 0 || ::tcgetattr(file_, &before_) != 0) {
      if (file_ >= 0) ::close(file_);
      throw command_failure(exit_code::usage, fmt::format("there is no terminal to ask on for the {}", what));
    }
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL);
    hidden.c_lflag |= ICANON | ISIG;
    hidden.c_cc[VSUSP] = _POSIX_VDISABLE; // a stopped command would leave the shell without echo
    if (::tcsetattr(file_, TCSAFLUSH, &hidden) == 0) return;
    ::close(file_);
    throw command_failure(exit_code::failed, "the terminal's echo cannot be turned off, so nothing is asked for");
  }
  hidden_terminal(const hidden_terminal&) = delete;
  hidden_terminal& operator=(const hidden_terminal&) = delete;
  // What was typed too much goes: the shell would show it, or carry it out.
  ~hidden_terminal() {
    if (is_asking_) say("\n");
    ::tcsetattr(file_, TCSAFLUSH, &before_);
    ::close(file_);
  }

  secret_bytes ask(const std::string& question) {
    say(question + ": ");
    is_asking_ = true;
    secret_bytes line = read_line();
    is_asking_ = false;
    say("\n");
    return line;
  }

private:
  void say(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t put = ::write(file_, text.data(), text.size());
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return; // nobody sees the question; the answer is read all the same
      text.remove_prefix(static_cast<std::size_t>(put));
    }
  }

  secret_bytes read_line() const {
    secret_bytes line = need(secret_bytes::of_size(line_buffer_bytes));
    std::size_t size = 0;
    while (size == 0 || line.view()[size - 1] != '\n') {
      signals_.wait_for(file_);
      const ssize_t got = ::read(file_, line.data() + size, line.size() - size);
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got < 0)
        throw command_failure(exit_code::failed, fmt::format("the terminal cannot be read: {}", std::strerror(errno)));
      if (got == 0) break;
      size += static_cast<std::size_t>(got);
    }
    if (size > 0 && line.view()[size - 1] == '\n') --size;
    if (size == 0) throw command_failure(exit_code::usage, "nothing was typed; nothing was changed");
    if (size > line_bytes_max)
      throw command_failure(exit_code::usage,
                            fmt::format("a terminal takes lines of at most {} bytes; give longer ones by stdin or a "
                                        "file",
                                        line_bytes_max));
    line.shrink(size);
    return line;
  }

  noted_signals signals_; // first, so that the terminal is restored before a signal has its ordinary effect again
  int file_;
  bool is_asking_ = false;
  termios before_{};
};

} // namespace

secret_bytes ask_hidden(const std::string& what, asked how) {
  hidden_terminal terminal(what);
  secret_bytes typed = terminal.ask(printable(what));
  if (how == asked::once) return typed;
  if (terminal.ask("the same again").view() == typed.view()) return typed;
  throw command_failure(exit_code::usage, "the two differ; nothing was changed");
}

} // namespace pawl::tool
