// Starts and kills the child: posix_spawn, SIGKILL and a pipe.
#include "tests/crash/child_process.hpp"

#include "tests/crash/workload.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pawl::crash {

child_process::child_process(const std::string& program, const std::vector<std::string>& arguments) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<char*> values{const_cast<char*>(program.c_str())};
  for (const std::string& a : arguments)
    values.push_back(const_cast<char*>(a.c_str()));
  values.push_back(nullptr);
  // dup2 onto itself would keep the close-on-exec mark.
  if (ends[1] == ack_descriptor) ends[1] = ::fcntl(ends[1], F_DUPFD_CLOEXEC, ack_descriptor + 1);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], ack_descriptor);
  const int failed = ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, values.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  pipe_ = ends[0];
  if (failed != 0) throw std::runtime_error("cannot start " + program);
}

child_process::~child_process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    wait();
  }
  ::close(pipe_);
}

bool child_process::read(std::chrono::milliseconds timeout) {
  pollfd watched{pipe_, POLLIN, 0};
  if (::poll(&watched, 1, static_cast<int>(timeout.count())) <= 0) return true;
  std::array<char, 65536> piece;
  const ssize_t got = ::read(pipe_, piece.data(), piece.size());
  if (got > 0) unread_.append(piece.data(), static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && errno == EINTR);
}

std::vector<std::string> child_process::take_lines() {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n', begin)) {
    lines.push_back(unread_.substr(begin, end - begin));
    begin = end + 1;
  }
  unread_.erase(0, begin);
  return lines;
}

void child_process::kill_and_drain() {
  ::kill(pid_, SIGKILL);
  wait();
  while (read(std::chrono::seconds(10))) {
  }
}

int child_process::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

} // namespace pawl::crash
