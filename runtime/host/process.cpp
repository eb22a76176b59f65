// harden_process(): two system calls after which the process leaves no core image and nobody looks into it.
#include <pawl/process.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include <sys/prctl.h>
#include <sys/resource.h>

namespace pawl {
namespace {

error refused(const char* what) {
  return {errc::access, fmt::format("the system does not let this process {}: {}", what, std::strerror(errno)), ""};
}

} // namespace

// A limit of 0 stops files only: a program that takes core images gets one all the same. Not being dumpable stops both.
result<void> harden_process() {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return refused("give up core images (RLIMIT_CORE)");
  if (::prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) != 0) return refused("close its memory to others (PR_SET_DUMPABLE)");
  return {};
}

} // namespace pawl
