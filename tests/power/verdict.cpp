// Opens the store that a power cut left, and checks what it promised.
#include "tests/power/verdict.hpp"

#include "tests/power/recorder.hpp"
#include "tests/support/last_connection.hpp"

#include <random>

namespace pawl::power {
namespace {

using namespace storage;

// The lock file passes by SQLite: any state that a power cut may leave, an outdated one included.
void add_untrusted_files(files& left, std::uint64_t damage) {
  std::mt19937_64 from(damage + 1);
  const std::string card = "pid 1\nboot b\nstarted 1\nstate ";
  const std::string lock = std::string(store_name) + ".lock";
  const auto padded = [](std::string text) {
    text.resize(256, '\n');
    return text;
  };
  switch (from() % 5) {
    case 0: break;
    case 1: left[lock] = ""; break;
    case 2: left[lock] = padded(card + "open\n"); break;
    case 3: left[lock] = padded(card + "closed\n"); break;
    default: left[lock] = std::string(256, static_cast<char>(from())); break;
  }
  if (from() % 4 != 0) return;
  std::string& index = left[std::string(store_name) + "-shm"];
  while (index.size() < 32768) {
    const std::uint64_t noise = from();
    index.append(reinterpret_cast<const char*>(&noise), sizeof noise);
  }
}

std::string ask(sqlite3* db, const char* sql) {
  std::string text;
  const auto add = [](void* into, int, char** values, char**) {
    *static_cast<std::string*>(into) += std::string(values[0] == nullptr ? "null" : values[0]) + " ";
    return 0;
  };
  if (sqlite3_exec(db, sql, add, &text, nullptr) != SQLITE_OK) return sqlite3_errmsg(db);
  return text;
}

void check_file(sqlite3* db, std::vector<std::string>& broken) {
  const std::string pages = ask(db, "PRAGMA integrity_check(3)");
  if (pages != "ok ") broken.push_back("integrity_check: " + pages);
  const std::string keys = ask(db, "PRAGMA foreign_key_check");
  if (!keys.empty()) broken.push_back("foreign_key_check: " + keys);
}

// What a power cut leaves is no damage to the check in pieces either.
void check_pieces(store& s, std::vector<std::string>& broken) {
  auto is_more = s.check_piece();
  while (is_more && *is_more)
    is_more = s.check_piece();
  if (!is_more) broken.push_back("the check in pieces: " + to_string(is_more.failure()));
}

// Another write succeeds.
void check_goes_on(store& s, std::vector<std::string>& broken) {
  static const auto late = test::life_of("late", 100);
  const auto known = s.definition_by_hash(test::life_definition().hash);
  if (known && !*known)
    if (const auto saved = s.save_definition(test::life_definition(), 1); !saved)
      return broken.push_back("does not go on: " + to_string(saved.failure()));
  const auto answer = s.write({late[0]})[0];
  if (!answer) return broken.push_back("does not go on: " + to_string(answer.failure()));
  if (!test::is_there(s, late[0])) broken.push_back("what was written after the power cut is not there");
}

} // namespace

std::vector<std::string> judge::verdict(files left, const ledger& promises, std::uint64_t damage) {
  add_untrusted_files(left, damage);
  folder_.hold(left);
  const std::string path = folder_.path() + "/" + store_name;
  const test::last_connection connection;
  auto opened = open_sqlite_store(path);
  if (!opened) return {"does not open: " + to_string(opened.failure())};
  ask(connection.handle(), "BEGIN"); // one look at everything, and faster than many
  std::vector<std::string> broken = promises.broken(**opened);
  check_file(connection.handle(), broken);
  ask(connection.handle(), "COMMIT");
  check_goes_on(**opened, broken);
  check_pieces(**opened, broken);
  if ((damage >> 16) % 16 != 0) return broken;
  opened->reset();
  auto again = open_sqlite_store(path);
  if (!again) return {"does not open after an orderly end: " + to_string(again.failure())};
  for (const std::string& line : promises.broken(**again))
    broken.push_back("after an orderly end: " + line);
  return broken;
}

bool is_loss(const std::string& broken) { return broken.find("is lost") != std::string::npos; }

} // namespace pawl::power
