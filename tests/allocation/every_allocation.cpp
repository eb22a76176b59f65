// Repeats a call with one allocation after the other failing, and judges what came of it.
#include "tests/allocation/every_allocation.hpp"

#include "tests/support/campaign.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>

#include <csignal>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pawl::allocation {
namespace {

using test::memory::fault;

std::string in_words(const fault& f) {
  return "allocation " + std::to_string(f.nth) + " fails" + (f.for_ever ? " and all after it" : "");
}

// A crash must say where it happened.
char current[512];

void say_current(int signal) {
  (void)!::write(2, current, std::strlen(current));
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

// What may be said of memory: a definite error that does not blame what was given.
bool is_memory_error(const std::string& text) {
  for (const char* code : {"error limit", "error storage", "error internal"})
    if (text.rfind(code, 0) == 0) return true;
  return false;
}

void judge(tally& all, const ending& done, const std::string& good, const fault& f) {
  ++all.cases;
  const auto broken = [&](const std::string& what) { all.broken.push_back(in_words(f) + ": " + what); };
  if (done.leaked > 0 && done.in_json_list)
    ++all.json_leaks;
  else if (done.leaked != 0)
    broken("holds " + std::to_string(done.leaked) + " blocks more than before");
  if (done.text == "bad_alloc")
    ++all.thrown;
  else if (done.text == good)
    ++all.good;
  else if (is_memory_error(done.text))
    ++all.errors;
  else
    broken("ends wrongly: " + done.text.substr(0, 300));
}

} // namespace

void note_case(const std::string& name, const fault& f) {
  std::snprintf(current, sizeof current, "crash in %s: %s\n", name.c_str(), in_words(f).c_str());
  std::signal(SIGSEGV, say_current);
  std::signal(SIGABRT, say_current);
}

tally fail_every_allocation(const target& of) {
  static const test::slice part(2);
  tally all;
  (void)of.run(no_fault);
  const ending good = of.run(no_fault);
  all.allocations = good.asked;
  if (good.leaked != 0) all.broken.push_back("leaks without any fault");
  for (const bool for_ever : {false, true})
    for (std::int64_t nth = 1; nth <= good.asked; ++nth) {
      if (!part.takes(all.faults++)) continue;
      const fault f{nth, for_ever, test::memory::whose::this_thread};
      note_case(of.name, f);
      judge(all, of.run(f), good.text, f);
    }
  if (of.run(no_fault).text != good.text) all.broken.push_back("answers differently when all is over");
  return all;
}

namespace {

/// What a child tells its parent.
struct report {
  std::int64_t asked;
  std::int64_t failed;
  char first[4096];
  char second[4096];
};

void put(char (&to)[4096], const std::string& text) { std::snprintf(to, sizeof to, "%s", text.c_str()); }

// Its end: 0, or the signal.
int in_child(report& shared, const std::function<void()>& work) {
  shared = {};
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no child process");
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

} // namespace

tally fail_every_first_allocation(const target& of) {
  static const test::slice part(4);
  auto* shared =
      static_cast<report*>(::mmap(nullptr, sizeof(report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  if (shared == MAP_FAILED) throw std::runtime_error("no shared memory");
  { const test::memory::failing prepared(no_fault); } // the children need not read the symbols
  tally all;
  in_child(*shared, [&] {
    const ending done = of.run(no_fault);
    shared->asked = done.asked;
    put(shared->first, done.text);
  });
  all.allocations = shared->asked;
  const std::string good = shared->first;
  for (const bool for_ever : {false, true})
    for (std::int64_t nth = 1; nth <= all.allocations; ++nth) {
      if (!part.takes(all.faults++)) continue;
      const fault f{nth, for_ever, test::memory::whose::this_thread};
      const int status = in_child(*shared, [&] {
        note_case(of.name, f);
        put(shared->first, of.run(f).text);
        put(shared->second, of.run(no_fault).text);
      });
      if (status != 0) {
        all.broken.push_back(in_words(f) + ": the process ends, status " + std::to_string(status));
        continue;
      }
      ending first;
      first.text = shared->first;
      judge(all, first, good, f);
      if (shared->second != good) all.broken.push_back(in_words(f) + ": the next call is wrong: " + shared->second);
    }
  ::munmap(shared, sizeof(report));
  return all;
}

namespace {

/// Of the process; what was printed when it ends in order.
struct totals {
  test::figures figures{"cases"};
  std::uint64_t cases = 0;
  std::uint64_t broken = 0;
  ~totals() { figures.end(cases, broken); }
};

} // namespace

void print(const std::string& name, const tally& all) {
  static totals sum;
  sum.cases += static_cast<std::uint64_t>(all.cases);
  sum.broken += all.broken.size();
  sum.figures.so_far(sum.cases);
  std::printf("%-28s %6lld allocations, %6lld cases: %6lld bad_alloc, %5lld errors, %5lld good, %zu broken\n",
              name.c_str(), static_cast<long long>(all.allocations), static_cast<long long>(all.cases),
              static_cast<long long>(all.thrown), static_cast<long long>(all.errors), static_cast<long long>(all.good),
              all.broken.size());
  for (std::size_t i = 0; i < all.broken.size() && i < 5; ++i)
    std::printf("  %s\n", all.broken[i].c_str());
}

} // namespace pawl::allocation
