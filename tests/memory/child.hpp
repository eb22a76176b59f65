// A copy of this process that tries something which would hold for good: limits, users, dying.
#pragma once

#include <cstdlib>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

namespace pawl::test {

/// The wait status of a child that runs `work` and ends with what it returns. Only before there are threads; `work`
/// makes no assertion of Catch's.
template <class Work> int in_child(const Work& work) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no child");
  if (child == 0) ::_exit(work());
  int status = 0;
  if (::waitpid(child, &status, 0) != child) throw std::runtime_error("no child to wait for");
  return status;
}

/// Root locks as much as it likes: the child becomes a user with no rights.
inline bool give_up_root() { return ::geteuid() != 0 || (::setgid(65534) == 0 && ::setuid(65534) == 0); }

/// What it returned; 128 and more: a signal.
inline int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

} // namespace pawl::test
