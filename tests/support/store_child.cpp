// The other process of the store's tests. Prints one line a fact; `hold` and `write` then wait until their input ends.
//   hold PATH            owns the store
//   write PATH N         owns it, creates the instance "a" and N steps, keeps everything in the log
//   read PATH            prints the revision of "a"
//   fill PATH BALLAST    writes until the disk is full, removes BALLAST, goes on
//   fill-limited PATH    the same with a limit on the size of files
//   fill-up PATH BALLAST RESERVE_BYTES   fills the disk beside a store, which is left as by a kill
//   remove-on-full PATH RESERVE_BYTES    opens that store and makes room by removing an instance
//   end-on-full PATH RESERVE_BYTES       opens that store and ends what runs, in one batch with other changes
//   keep-free PATH BALLAST FREE_BYTES_MIN   takes all room but 200 KiB, then starts and ends
//   look PATH N          another application's SQLite: opens, reads and closes the database N times
//   as UID COMMAND …     gives up its rights first
#include "storage/files.hpp"
#include "tests/support/store_rows.hpp"

#include <pawl/error.hpp>

#include <sqlite3.h>

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

// The instance "done" (1) has ended and holds two megabytes, "runs" (2) goes on.
bool prepare(store& s, const std::string& output) {
  if (!s.save_definition(test::definition("flow", "h1"), 1)) return false;
  std::vector<change> batch{test::create_of("done"), test::create_of("runs")};
  for (std::int64_t revision = 2; revision < 42; ++revision)
    batch.emplace_back(test::step_of(1, revision, "a", output));
  std::get<step_write>(batch.back()).header.status = instance_status::completed;
  std::get<step_write>(batch.back()).header.in_flight = false;
  for (const auto& answer : s.write(batch))
    if (!answer) return false;
  return bool(s.checkpoint(0));
}

void take_all_room(const std::string& ballast) {
  std::FILE* file = std::fopen(ballast.c_str(), "ae");
  const std::vector<char> block(4096);
  while (std::fwrite(block.data(), 1, block.size(), file) == block.size() && std::fflush(file) == 0) {
  }
  std::fclose(file);
}

void say_answer(const char* what, const result<written>& answer) {
  std::cout << what << " " << (answer ? "written" : to_string(answer.failure().code)) << std::endl;
}

void say_listed(const std::string& path) {
  auto reader = open_sqlite_reader(path);
  const auto rows = reader ? (*reader)->list(0, 10) : reader.failure();
  std::cout << "listed " << (rows ? std::to_string(rows->size()) : to_string(rows.failure())) << std::endl;
}

std::vector<result<written>> step(store& s, const std::string& output) {
  const auto runs = s.load(2);
  if (!runs) return {runs.failure()};
  return s.write({test::step_of(2, runs->header.revision + 1, "a", output)});
}

int fill_up(const std::string& path, const std::string& ballast, std::int64_t reserve_bytes) {
  auto opened = open_sqlite_store(path, reserve_bytes);
  if (!opened) return say(opened.failure());
  store& s = **opened;
  const std::string output = "\"" + std::string(50'000, 'x') + "\"";
  if (!prepare(s, output)) return say(error{errc::internal, "no room from the beginning", ""});
  take_all_room(ballast);
  auto answers = step(s, output);
  while (answers[0])
    answers = step(s, output);
  take_all_room(ballast); // what the failed batch has given back
  say_answer("step", answers[0]);
  say_answer("start", s.write({test::create_of("new")})[0]);
  say_listed(path);
  ::_exit(0);
}

int remove_on_full(const std::string& path, std::int64_t reserve_bytes) {
  say_listed(path);
  auto opened = open_sqlite_store(path, reserve_bytes);
  if (!opened) return say(opened.failure());
  store& s = **opened;
  say_answer("remove", s.write({remove_write{1}})[0]);
  say_answer("step", step(s, "1")[0]);
  result<bool> is_more = true;
  while (is_more && *is_more)
    is_more = s.clean_up();
  std::cout << (is_more ? "cleaned" : to_string(is_more.failure())) << std::endl;
  say_answer("step", step(s, "1")[0]);
  say_answer("start", s.write({test::create_of("new")})[0]);
  say_listed(path);
  return 0;
}

int end_on_full(const std::string& path, std::int64_t reserve_bytes) {
  auto opened = open_sqlite_store(path, reserve_bytes);
  if (!opened) return say(opened.failure());
  store& s = **opened;
  const auto runs = s.load(2);
  if (!runs) return say(runs.failure());
  step_write cancel = test::step_of(2, runs->header.revision + 1, "a", "1");
  cancel.closing_set = closing_row{instance_status::cancelled, "it fills the disk"};
  auto both = s.write({test::create_of("new"), cancel});
  say_answer("start", both[0]);
  say_answer("cancel", both[1]);
  step_write end = test::step_of(2, runs->header.revision + 2, "a", "1");
  end.header.status = instance_status::cancelled;
  end.header.in_flight = false;
  end.cursors_set.clear();
  end.cursors_gone = {1};
  say_answer("end", s.write({end})[0]);
  const auto refused = s.write({test::create_of("new")})[0];
  std::cout << (refused ? "written" : refused.failure().message.substr(path.size())) << std::endl;
  for (const instance_key instance : {2, 1})
    say_answer("remove", s.write({remove_write{instance}})[0]);
  result<bool> is_more = true;
  while (is_more && *is_more)
    is_more = s.clean_up();
  say_answer("start", s.write({test::create_of("new")})[0]);
  return 0;
}

int keep_free(const std::string& path, const std::string& ballast, std::int64_t free_bytes_min) {
  file_policy policy;
  policy.free_bytes_min = free_bytes_min;
  auto opened = open_sqlite_store(path, 0, {}, policy);
  if (!opened) return say(opened.failure());
  store& s = **opened;
  if (auto ok = s.save_definition(test::definition("flow", "h1"), 1); !ok) return say(ok.failure());
  if (const auto made = s.write({test::create_of("a")})[0]; !made) return say(made.failure());
  std::FILE* file = std::fopen(ballast.c_str(), "ae");
  const std::vector<char> block(4096);
  while (room_of(folder_of(path)).free_bytes > 200'000) {
    std::fwrite(block.data(), 1, block.size(), file);
    std::fflush(file);
  }
  std::fclose(file);
  say_answer("start", s.write({test::create_of("b")})[0]);
  const auto saved = s.save_definition(test::definition("other", "h2"), 1);
  std::cout << "definition " << (saved ? "written" : to_string(saved.failure().code)) << std::endl;
  step_write cancel = test::step_of(1, 2, "a", "1");
  cancel.closing_set = closing_row{instance_status::cancelled, ""};
  say_answer("cancel", s.write({cancel})[0]);
  ::unlink(ballast.c_str());
  say_answer("start", s.write({test::create_of("c")})[0]);
  return 0;
}

int look(const std::string& path, int times) {
  for (int i = 0; i < times; ++i) {
    sqlite3* other = nullptr;
    if (sqlite3_open_v2(path.c_str(), &other, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK)
      sqlite3_exec(other, "SELECT count(*) FROM instance", nullptr, nullptr, nullptr);
    sqlite3_close(other);
  }
  return 0;
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
  if (command == "look" && arguments.size() > 2) return look(path, std::stoi(arguments[2]));
  if (command == "fill" && arguments.size() > 2) return fill(path, [&] { ::unlink(arguments[2].c_str()); });
  if (command == "fill-up" && arguments.size() > 3) return fill_up(path, arguments[2], std::stoll(arguments[3]));
  if (command == "remove-on-full" && arguments.size() > 2) return remove_on_full(path, std::stoll(arguments[2]));
  if (command == "end-on-full" && arguments.size() > 2) return end_on_full(path, std::stoll(arguments[2]));
  if (command == "keep-free" && arguments.size() > 3) return keep_free(path, arguments[2], std::stoll(arguments[3]));
  if (command == "fill-limited") return fill_limited(path);
  return 2;
}

} // namespace

int main(int count, char** values) { return run(std::vector<std::string>(values + 1, values + count)); }
