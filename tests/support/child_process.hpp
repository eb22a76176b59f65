// Another process for tests: started by posix_spawn, talked to by lines, always reaped.
#pragma once

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace pawl::test {

class child_process {
public:
  explicit child_process(std::vector<std::string> arguments) {
    int in[2];
    int out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& a : arguments)
      argv.push_back(a.data());
    argv.push_back(nullptr);
    const int answer = ::posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = out[0];
    if (answer != 0) throw std::runtime_error("cannot start " + arguments[0]);
  }
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process() {
    kill();
    ::close(from_);
  }

  pid_t pid() const { return pid_; }

  /// The next line it prints; empty at its end.
  std::string line() {
    std::string text;
    for (char c = 0; next(c) && c != '\n';)
      text += c;
    return text;
  }
  /// Everything it prints until its end.
  std::string rest() {
    std::string text;
    for (char c = 0; next(c);)
      text += c;
    return text;
  }

  void write_line(const std::string& text) {
    const std::string line = text + "\n";
    if (::write(to_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
      throw std::runtime_error("a line was not written");
  }

  /// kill -9, and only back when it is dead.
  void kill() {
    if (waited_) return;
    ::kill(pid_, SIGKILL);
    finish();
  }
  /// Ends its input and waits. Its exit status.
  int finish() {
    if (waited_) return status_;
    ::close(to_);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    waited_ = true;
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return status_;
  }

private:
  bool next(char& c) {
    ssize_t got = 0;
    do
      got = ::read(from_, &c, 1);
    while (got < 0 && errno == EINTR);
    return got == 1;
  }

  pid_t pid_ = -1;
  int to_ = -1;
  int from_ = -1;
  bool waited_ = false;
  int status_ = -1;
};

} // namespace pawl::test
