// The look at the whole file in pieces: which damage it finds, that it takes nothing good for damage while the work
// goes on, and that neither an orderly end nor a kill makes it begin anew.
#include "storage/file_check.hpp"
#include "storage/files.hpp"
#include "tests/contract/raw_sqlite.hpp"
#include "tests/contract/tested_store.hpp"
#include "tests/support/faulty_disk.hpp"

#include <fmt/format.h>

#include <fstream>
#include <random>
#include <set>
#include <sstream>

namespace file_check_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace fs = std::filesystem;

namespace {

std::string bytes_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

std::string page_of(const std::string& bytes, int page) {
  return bytes.substr(static_cast<std::size_t>(page - 1) * page_bytes, page_bytes);
}

void put_page(const std::string& path, int page, const std::string& content) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(page - 1) * page_bytes);
  file << content;
}

void set_page(std::string& bytes, int page, const std::string& content) {
  bytes.replace(static_cast<std::size_t>(page - 1) * page_bytes, page_bytes, content);
}

int pages_of(const std::string& path) { return static_cast<int>(fs::file_size(path) / page_bytes); }

constexpr int first_steps = 300; ///< of the instance that is removed: more than one piece of clean_up() erases

/// Rows of every size, trees of several levels, chains of pages, free pages.
void fill(store& s, int instances, int steps) {
  REQUIRE(s.save_definition(definition("flow", "h1"), 1));
  for (int i = 0; i < instances; ++i) {
    const auto made = given(s.write({create_of("instance-" + std::to_string(i))})[0]);
    std::vector<change> batch;
    for (int n = 0; n < (i == 0 ? first_steps : steps); ++n)
      batch.emplace_back(step_of(made.instance, n + 2, "a", std::string(n % 17 == 0 ? 9000 : 40 * (n % 30) + 1, 'x')));
    for (const auto& answer : s.write(batch))
      REQUIRE(answer);
  }
}

void remove_some(store& s, instance_key instance, std::int64_t revision) {
  step_write end = step_of(instance, revision, "a", "1");
  end.header.status = instance_status::completed;
  end.header.in_flight = false;
  end.cursors_set.clear();
  end.cursors_gone = {1};
  REQUIRE(s.write({end})[0]);
  REQUIRE(s.write({remove_write{instance}})[0]);
  REQUIRE(s.clean_up()); // one piece: free pages stay in the file
}

void make_file(const std::string& path, int instances, int steps) {
  const auto s = open_or_fail(path);
  fill(*s, instances, steps);
  remove_some(*s, 1, first_steps + 2);
}

/// As if the owner had been killed.
void leave_open(const std::string& path) {
  std::string card = bytes_of(path + ".lock");
  const std::size_t state = card.find("state closed");
  REQUIRE(state != std::string::npos);
  card.replace(state, 12, "state open\n\n");
  write_bytes(path + ".lock", card);
}

/// What the check says of the file as it is now; empty: nothing.
std::string verdict(SQLite::Database& connection) {
  file_check check(connection, {});
  while (!check.is_done())
    if (std::string fault = check.look(); !fault.empty()) return fault;
  return "";
}

std::set<int> pages_where(const std::string& path, const std::string& condition) {
  std::set<int> pages;
  std::istringstream numbers(raw_sqlite(path).ask("SELECT group_concat(pageno, ' ') FROM dbstat WHERE " + condition));
  for (int page = 0; numbers >> page;)
    pages.insert(page);
  return pages;
}

/// The last one of the file that opening and the next steps do not read.
int last_leaf(const std::string& path) {
  return *pages_where(path, "name = 'step' AND pagetype = 'leaf' AND path <> (SELECT max(path) FROM dbstat WHERE name"
                            " = 'step' AND pagetype = 'leaf')")
              .rbegin();
}

struct damage {
  const char* name;
  std::function<std::string(const std::string& bytes, int page)> made;
  bool of_rows_only = false; ///< one root instead of another, or one leaf of an index, may fit
};

std::vector<damage> damages() {
  return {{"zeros", [](const auto&, int) { return std::string(page_bytes, '\0'); }},
          {"garbage",
           [](const auto&, int page) {
             std::mt19937 random(static_cast<unsigned>(page));
             std::string content(page_bytes, '\0');
             for (char& c : content)
               c = static_cast<char>(random());
             return content;
           }},
          {"torn: the second half was not written",
           [](const auto& bytes, int page) {
             return page_of(bytes, page).substr(0, page_bytes / 2) + std::string(page_bytes / 2, '\0');
           }},
          {"torn: the first half was not written",
           [](const auto& bytes, int page) {
             return std::string(page_bytes / 2, '\0') + page_of(bytes, page).substr(page_bytes / 2);
           }},
          {"the page before it", [](const auto& bytes, int page) { return page_of(bytes, page - 1); }, true},
          {"shifted by a byte", [](const auto& bytes, int page) { return page_of(bytes, page).substr(1) + "x"; }},
          {"another count of cells", [](const auto& bytes, int page) {
             std::string content = page_of(bytes, page);
             content[4] = static_cast<char>(content[4] + 1);
             return content;
           }}};
}

} // namespace

TEST_CASE("file check: damage of every kind is found, wherever a tree or the pointer map is") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_file(path, 6, 60);
  std::set<int> watched = pages_where(path, "pagetype <> 'overflow'");
  const std::set<int> with_rows = pages_where(path, "name = 'step' AND path <> '/'");
  const int leaves = static_cast<int>(watched.size());
  watched.erase(1);  // SQLite itself refuses a store without it
  watched.insert(2); // of the pointer map
  REQUIRE(leaves > 60);
  REQUIRE(pages_where(path, "pagetype = 'internal'").size() > 1);
  REQUIRE(raw_sqlite(path).ask("PRAGMA freelist_count") != "0");
  const auto connection = given(open_for_owner(path, false));
  const std::string whole = bytes_of(path);
  REQUIRE(verdict(*connection).empty());
  for (const damage& kind : damages()) {
    std::vector<int> missed;
    for (const int page : watched) {
      const std::string content = kind.made(whole, page);
      if (content == page_of(whole, page) || (kind.of_rows_only && with_rows.count(page) == 0)) continue;
      put_page(path, page, content);
      if (verdict(*connection).empty()) missed.push_back(page);
      put_page(path, page, page_of(whole, page));
    }
    INFO(kind.name << ", missed: " << (missed.empty() ? 0 : missed.front()));
    CHECK(missed.empty());
  }
}

TEST_CASE("file check: chains of pages, exchanged pages and a file that was cut are found and named") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_file(path, 6, 60);
  const std::set<int> chains = pages_where(path, "pagetype = 'overflow'");
  const std::set<int> leaves = pages_where(path, "pagetype = 'leaf' AND name = 'step'");
  const auto connection = given(open_for_owner(path, false));
  const std::string whole = bytes_of(path);
  const auto verdict_of = [&](const std::string& bytes) {
    write_bytes(path, bytes);
    return verdict(*connection);
  };
  for (const int page : chains) {
    std::string damaged = whole;
    set_page(damaged, page, std::string(page_bytes, 'x'));
    CHECK_THAT(verdict_of(damaged) + ' ', Catch::Contains(fmt::format("page {}", page)));
  }
  for (auto page = leaves.begin(); std::next(page) != leaves.end(); ++page) {
    std::string damaged = whole;
    set_page(damaged, *page, page_of(whole, *std::next(page)));
    set_page(damaged, *std::next(page), page_of(whole, *page));
    INFO("pages " << *page << " and " << *std::next(page));
    CHECK_FALSE(verdict_of(damaged).empty());
  }
  file_check check(*connection, {});
  write_bytes(path, whole.substr(0, whole.size() - page_bytes));
  CHECK_THAT(check.look(), Catch::StartsWith(fmt::format("page {}: the file ends", whole.size() / page_bytes)));
  write_bytes(path, whole);
  std::string list = whole;
  list[35] = static_cast<char>(list[35] + 1); // another first one of the free pages
  CHECK_FALSE(verdict_of(list).empty());
  write_bytes(path, whole);
}

TEST_CASE("file check: finds nothing in a file that is written, shortened and read while it goes on") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_file(path, 10, 300);
  leave_open(path);
  const auto s = open_or_fail(path);
  std::int64_t revision = 302;
  instance_key next_removed = 2;
  int pieces = 0;
  for (bool is_more = true; is_more; ++pieces) {
    is_more = given(s->check_piece());
    for (int i = 0; i < 5; ++i)
      REQUIRE(s->write({step_of(10, revision++, "a", std::string(700 * i + 1, 'y'))})[0]);
    if (pieces % 3 == 1 && next_removed < 9) remove_some(*s, next_removed++, 302);
    if (pieces % 2 == 0) REQUIRE(s->checkpoint(1));
    REQUIRE(pieces < 1000);
  }
  CHECK(pieces > 5);
  CHECK(bytes_of(path + ".lock").find("check") == std::string::npos);
}

TEST_CASE("file check: waits while a reader keeps the log from being moved") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_file(path, 2, 60);
  leave_open(path);
  const auto s = open_or_fail(path);
  {
    raw_sqlite reader(path);
    reader.run("BEGIN");
    REQUIRE(reader.ask("SELECT count(*) FROM instance") == "2");
    for (std::int64_t revision = 62; revision < 72; ++revision)
      REQUIRE(s->write({step_of(2, revision, "a", "1")})[0]);
    for (int i = 0; i < 10; ++i)
      CHECK(given(s->check_piece()));
  }
  int pieces = 0;
  while (given(s->check_piece()))
    REQUIRE(++pieces < 100);
}

TEST_CASE("file check: damage stops the store for good, and names file and page") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_file(path, 4, 60);
  leave_open(path);
  const int last = last_leaf(path);
  std::string bytes = bytes_of(path);
  set_page(bytes, last, std::string(page_bytes, '\0'));
  write_bytes(path, bytes);
  SECTION("in pieces") {
    const auto s = open_or_fail(path);
    REQUIRE(s->write({step_of(2, 62, "a", "1")})[0]);
    auto is_more = s->check_piece();
    while (is_more && *is_more)
      is_more = s->check_piece();
    REQUIRE_FALSE(is_more);
    CHECK(is_more.failure().code == errc::corrupt);
    CHECK_THAT(is_more.failure().message, Catch::Contains(path) && Catch::Contains(fmt::format("page {}:", last)));
    REQUIRE(s->halted());
    CHECK(s->halted()->message == is_more.failure().message);
    const auto refused = s->write({step_of(2, 63, "a", "1")});
    REQUIRE_FALSE(refused[0]);
    CHECK(refused[0].failure().code == errc::corrupt);
  }
  SECTION("at once") {
    file_policy policy;
    policy.is_checked_at_once = true;
    const auto refused = open_sqlite_store(path, 0, {}, policy);
    REQUIRE_FALSE(refused);
    CHECK(refused.failure().code == errc::corrupt);
  }
}

TEST_CASE("file check: a disk that fails once is asked again, one that fails for ever is no damage") {
  const bool for_ever = GENERATE(false, true);
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_file(path, 4, 60);
  leave_open(path);
  const std::int64_t page = last_leaf(path);
  faulty_disk disk;
  const auto s = open_or_fail(path);
  disk.fail({[page](const disk_operation& op) {
               const bool is_in =
                   op.offset <= (page - 1) * page_bytes && (page - 1) * page_bytes < op.offset + op.bytes;
               return op.call == disk_call::read && op.role == file_role::main && is_in;
             },
             1, for_ever});
  auto is_more = s->check_piece();
  while (is_more && *is_more)
    is_more = s->check_piece();
  REQUIRE(disk.failures() > 0);
  CHECK(is_more.has_value() == !for_ever);
  if (is_more) return;
  CHECK(is_more.failure().code == errc::storage);
  CHECK_THAT(is_more.failure().message, Catch::Contains(fmt::format("page {} ", page)));
  CHECK(s->halted());
}

TEST_CASE("file check: goes on where it was, after an orderly end and after a kill, and then looks at the rest") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  make_file(path, 10, 300);
  leave_open(path);
  REQUIRE(pages_of(path) > 500);
  const auto card = [](const std::string& file) {
    const std::string text = bytes_of(file + ".lock");
    const std::size_t at = text.find("check ");
    return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
  };
  auto s = open_or_fail(path);
  for (int i = 0; i < 3; ++i)
    REQUIRE(given(s->check_piece()));
  REQUIRE(card(path) == "check 193 1 0");
  SECTION("an orderly end") {
    s.reset();
    REQUIRE(card(path) == "check 193 1 0");
    s = open_or_fail(path);
    REQUIRE(given(s->check_piece()));
    CHECK(card(path) == "check 257 1 0");
  }
  SECTION("a kill: what was looked at before may have been hurt by it") {
    const temp_folder copies;
    const std::string copy = copies.file("store.db");
    for (const char* end : {"", "-wal", ".lock"})
      fs::copy_file(path + end, copy + end);
    const auto next = open_or_fail(copy);
    CHECK(card(copy) == "check 193 193 0");
    REQUIRE(given(next->check_piece()));
    CHECK(card(copy) == "check 257 193 0");
    const auto is_second_part = [&] { return card(copy).find(" 193 1") != std::string::npos; };
    while (!is_second_part() && given(next->check_piece())) {
    }
    CHECK(is_second_part());
    std::string bytes = bytes_of(copy);
    set_page(bytes, 192, std::string(page_bytes, 'x')); // the last of the round
    write_bytes(copy, bytes);
    auto is_more = next->check_piece();
    while (is_more && *is_more)
      is_more = next->check_piece();
    REQUIRE_FALSE(is_more);
    CHECK_THAT(is_more.failure().message, Catch::Contains("page 192:"));
  }
  SECTION("at once: nothing is left to do") {
    s.reset();
    file_policy policy;
    policy.is_checked_at_once = true;
    s = given(open_sqlite_store(path, 0, {}, policy));
    CHECK_FALSE(given(s->check_piece()));
    CHECK(card(path).empty());
  }
}

} // namespace file_check_test
