// A process that was hardened, as the kernel sees it.
#include "tests/memory/child.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/process.hpp>

#include <catch2/catch.hpp>

#include <csignal>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace pawl;
using namespace pawl::test;

namespace {

bool may_have_core_images() {
  rlimit now{};
  if (::getrlimit(RLIMIT_CORE, &now) != 0) return false;
  now.rlim_cur = now.rlim_max;
  return ::setrlimit(RLIMIT_CORE, &now) == 0 && now.rlim_max > 0;
}

/// A child that dies as a broken program does, in `folder`. Its wait status.
int dying_child(const std::string& folder, bool hardens) {
  return in_child([&] {
    if (::chdir(folder.c_str()) != 0 || !may_have_core_images()) return 77;
    if (hardens && !harden_process()) return 1;
    ::signal(SIGQUIT, SIG_DFL);
    ::raise(SIGQUIT);
    return 2;
  });
}

bool can_leave_core_images() {
  std::string pattern;
  std::getline(std::ifstream("/proc/sys/kernel/core_pattern"), pattern);
  return !pattern.empty() && pattern[0] != '|' && pattern[0] != '/';
}

} // namespace

TEST_CASE("process: hardened it has no core images and may not be looked into") {
  const int status = in_child([] {
    if (!harden_process() || !harden_process()) return 1;
    rlimit now{};
    if (::getrlimit(RLIMIT_CORE, &now) != 0 || now.rlim_cur != 0 || now.rlim_max != 0) return 2;
    return ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 3;
  });
  CHECK(code_of(status) == 0);
  CHECK(::prctl(PR_GET_DUMPABLE) == 1); // of the children only
}

TEST_CASE("process: the user's other processes cannot read the memory of a hardened one") {
  const auto reads = [](bool hardens) {
    return in_child([hardens] {
      if (!give_up_root()) return 77;
      ::prctl(PR_SET_DUMPABLE, 1L, 0L, 0L, 0L); // which changing the user took away
      if (hardens && !harden_process()) return 1;
      const std::string memory = "/proc/" + std::to_string(::getpid()) + "/mem";
      const pid_t other = ::fork(); // the same user, no more rights
      if (other == 0) ::_exit(::open(memory.c_str(), O_RDONLY | O_CLOEXEC) < 0 ? 3 : 0);
      int status = 0;
      ::waitpid(other, &status, 0);
      return WEXITSTATUS(status);
    });
  };
  CHECK(code_of(reads(true)) == 3);
  CHECK(code_of(reads(false)) == 0); // control
}

TEST_CASE("process: a hardened one that dies leaves no core image") {
  if (!can_leave_core_images()) {
    WARN("SKIPPED: core images do not go to the process's folder here (kernel.core_pattern)");
    return;
  }
  const temp_folder folder;
  const int control = dying_child(folder.path(), false);
  if (WIFEXITED(control) && code_of(control) == 77) {
    WARN("SKIPPED: the limit of core images is 0 for good here");
    return;
  }
  REQUIRE(WIFSIGNALED(control));
  CHECK(WCOREDUMP(control));
  const int status = dying_child(folder.path(), true);
  REQUIRE(WIFSIGNALED(status));
  CHECK_FALSE(WCOREDUMP(status));
}
