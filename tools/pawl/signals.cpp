// Stops in good order on SIGINT and SIGTERM: a thread in sigwait.
#include "tools/pawl/signals.hpp"

#include <csignal>
#include <pthread.h>
#include <unistd.h>

namespace pawl::tool {
namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGUSR1})
    sigaddset(&set, number);
  return set;
}

} // namespace

signal_watch::signal_watch(std::function<void()> on_signal) : on_signal_(std::move(on_signal)) {
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this] { watch(); });
}

signal_watch::~signal_watch() {
  ending_ = true;
  pthread_kill(thread_.native_handle(), SIGUSR1); // only to wake it
  thread_.join();
}

void signal_watch::watch() {
  const sigset_t set = watched_signals();
  while (!ending_) {
    int number = 0;
    if (sigwait(&set, &number) != 0 || number == SIGUSR1) continue;
    received_ = number;
    sigset_t unblocked = set;
    sigdelset(&unblocked, SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &unblocked, nullptr); // the next one has its ordinary effect, on this thread
    on_signal_();
  }
}

} // namespace pawl::tool
