// The other process of the store's tests. Prints one line a fact; `hold` and `write` then wait until their input ends.
//   hold PATH            owns the store
//   write PATH N         owns it, creates the instance "a" and N steps, keeps everything in the log
//   read PATH            prints the revision of "a"
//   fill PATH BALLAST    writes until the disk is full, removes BALLAST, goes on
//   fill-limited PATH    the same with a limit on the size of files
//   as UID COMMAND …     gives up its rights first
#include "tests/support/store_rows.hpp"

#include <pawl/error.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

using namespace pawl;
using namespace pawl::storage;

namespace {

int say(const error& e) {
  std::cout << to_string(e) << std::endl;
  return 1;
}

void wait_for_end_of_input() {
  while (std::cin.get() != EOF) {
  }
}

int hold(const std::string& path) {
  auto opened = open_sqlite_store(path);
  if (!opened) return say(opened.failure());
  std::cout << "open" << std::endl;
  wait_for_end_of_input();
  return 0;
}

int write(const std::string& path, int steps) {
  auto opened = open_sqlite_store(path);
  if (!opened) return say(opened.failure());
  store& s = **opened;
  if (auto ok = s.save_definition(test::definition("flow", "h1"), 1); !ok) return say(ok.failure());
  auto made = s.write({test::create_of("a")});
  if (!made[0]) return say(made[0].failure());
  for (int i = 0; i < steps; ++i)
    if (auto next = s.write({test::step_of(made[0]->instance, i + 2, "a", "1")}); !next[0])
      return say(next[0].failure());
  std::cout << "written" << std::endl;
  wait_for_end_of_input();
  return 0;
}

int read(const std::string& path) {
  auto opened = open_sqlite_reader(path);
  if (!opened) return say(opened.failure());
  const auto found = (*opened)->find("a");
  if (!found) return say(found.failure());
  if (!*found) return say(error{errc::not_found, "no instance", ""});
  const auto rows = (*opened)->load(**found);
  if (!rows) return say(rows.failure());
  std::cout << "revision " << rows->header.revision << std::endl;
  return 0;
}

// Batches of two until there is no room: either both are there afterwards or neither.
int fill(const std::string& path, const std::function<void()>& make_room) {
  auto opened = open_sqlite_store(path);
  if (!opened) return say(opened.failure());
  store& s = **opened;
  if (auto ok = s.save_definition(test::definition("flow", "h1"), 1); !ok) return say(ok.failure());
  const auto made = s.write({test::create_of("a"), test::create_of("b")});
  if (!made[0] || !made[1]) return say(error{errc::internal, "no room from the beginning", ""});
  const std::string output = "\"" + std::string(50'000, 'x') + "\"";
  std::int64_t revision = 1;
  const auto next_batch = [&] {
    return s.write({test::step_of(made[0]->instance, revision + 1, "a", output),
                    test::step_of(made[1]->instance, revision + 1, "a", output)});
  };
  auto answers = next_batch();
  while (answers[0] && answers[1] && revision < 1000) {
    ++revision;
    answers = next_batch();
  }
  if (revision == 1000) return say(error{errc::internal, "never full", ""});
  std::cout << "full " << (answers[0] ? "written" : to_string(answers[0].failure().code)) << " "
            << (answers[1] ? "written" : to_string(answers[1].failure().code)) << std::endl;
  for (const auto& one : made) {
    const auto rows = s.load(one->instance);
    std::cout << "kept " << (rows && rows->header.revision == revision ? "whole" : "broken") << std::endl;
  }
  make_room();
  answers = next_batch();
  std::cout << "then " << (answers[0] && answers[1] ? std::string("written") : to_string(answers[0].failure()))
            << std::endl;
  return 0;
}

int fill_limited(const std::string& path) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit small{2'000'000, limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  return fill(path, [&] { ::setrlimit(RLIMIT_FSIZE, &limit); });
}

int run(std::vector<std::string> arguments) {
  if (arguments.size() > 2 && arguments[0] == "as") {
    const auto user = static_cast<uid_t>(std::stoul(arguments[1]));
    if (::setgid(user) != 0 || ::setuid(user) != 0) return 77;
    arguments.erase(arguments.begin(), arguments.begin() + 2);
  }
  if (arguments.size() < 2) return 2;
  const std::string& command = arguments[0];
  const std::string& path = arguments[1];
  if (command == "hold") return hold(path);
  if (command == "write" && arguments.size() > 2) return write(path, std::stoi(arguments[2]));
  if (command == "read") return read(path);
  if (command == "fill" && arguments.size() > 2) return fill(path, [&] { ::unlink(arguments[2].c_str()); });
  if (command == "fill-limited") return fill_limited(path);
  return 2;
}

} // namespace

int main(int count, char** values) { return run(std::vector<std::string>(values + 1, values + count)); }
