// Removing ended instances: what nobody may see any more, and what must outlive it.
#include "tests/contract/raw_sqlite.hpp"
#include "tests/contract/tested_store.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/given.hpp"
#include "tests/support/places.hpp"

#include <filesystem>

namespace remove_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace {

step_write end_of(instance_key instance, std::int64_t revision, instance_status status,
                  const std::string& output = "1") {
  step_write w = step_of(instance, revision, "a", output);
  w.header.status = status;
  w.header.in_flight = false;
  w.cursors_gone = {1};
  w.cursors_set.clear();
  return w;
}

void end(tested_store& s, instance_key instance, std::int64_t revision = 2) {
  REQUIRE(s->write({end_of(instance, revision, instance_status::completed)})[0]);
}

errc code_of(const result<written>& answer) { return answer ? errc::internal : answer.failure().code; }

std::vector<std::string> listed(tested_store& s) {
  std::vector<std::string> uids;
  const auto rows = s->list(0, 100);
  for (const summary_row& row : *rows)
    uids.push_back(row.uid);
  return uids;
}

/// How many pieces it took.
int clean_up(store& s) {
  for (int pieces = 1;; ++pieces) {
    const auto is_more = given(s.clean_up());
    if (!is_more) return pieces;
    REQUIRE(pieces < 10'000);
  }
}

} // namespace

TEST_CASE("removed: an instance is there for nobody, before and after its rows are erased") {
  tested_store s(any_kind());
  const auto keys = s.with_instances({"a", "b"});
  end(s, keys[0]);
  REQUIRE(s->write({remove_write{keys[0]}})[0]);
  for (const bool erased : {false, true}) {
    INFO("erased " << erased);
    if (erased) clean_up(*s.operator->());
    CHECK(!s->find("a")->has_value());
    CHECK(s->load(keys[0]).failure().code == errc::not_found);
    CHECK(s->history(keys[0], 0, 10).failure().code == errc::not_found);
    CHECK(s->context(keys[0], 10).failure().code == errc::not_found);
    CHECK(s->last_results(keys[0], {"a"}).failure().code == errc::not_found);
    CHECK(s->results(keys[0], "a", {}).failure().code == errc::not_found);
    CHECK(listed(s) == std::vector<std::string>{"b"});
    CHECK(code_of(s->write({remove_write{keys[0]}})[0]) == errc::not_found);
    for (const std::int64_t revision : {0, 1, 2, 3})
      CHECK(code_of(s->write({step_of(keys[0], revision, "a", "1")})[0]) == errc::not_found);
  }
}

TEST_CASE("removed: only what has ended can be") {
  tested_store s(any_kind());
  const auto key = s.with_instance("a");
  for (const auto status : {instance_status::active, instance_status::paused, instance_status::error,
                            instance_status::suspended, instance_status::quarantined}) {
    const std::int64_t next = s->load(key)->header.revision + 1;
    step_write w = step_of(key, next, "a", "1");
    w.header.status = status;
    REQUIRE(s->write({w})[0]);
    const auto answer = s->write({remove_write{key}})[0];
    CHECK(code_of(answer) == errc::not_finished);
    CHECK(answer.failure().message.find("'a'") != std::string::npos);
    CHECK(s->load(key)->header.revision == next);
  }
  for (const auto status : {instance_status::completed, instance_status::failed, instance_status::cancelled}) {
    const auto name = std::string("ended ") + to_string(status);
    const auto made = s->write({create_of(name)})[0];
    REQUIRE(made);
    REQUIRE(s->write({end_of(made->instance, 2, status)})[0]);
    CHECK(s->write({remove_write{made->instance}})[0]);
    CHECK(!s->find(name)->has_value());
  }
}

TEST_CASE("removed: the id is free for a new instance, which begins with nothing of the old one") {
  tested_store s(any_kind());
  const auto old = s.with_instance("a");
  end(s, old);
  REQUIRE(s->write({remove_write{old}})[0]);
  create_write other = create_of("a");
  other.input = "{\"n\":2}";
  other.input_hash = "in2";
  const auto made = s->write({other})[0];
  REQUIRE(made);
  CHECK(!made->existed);
  CHECK(made->instance != old);
  clean_up(*s.operator->());
  CHECK(**s->find("a") == made->instance);
  CHECK(s->load(made->instance)->input == "{\"n\":2}");
  CHECK(s->history(made->instance, 0, 10)->size() == 1);
  CHECK(s->context(made->instance, 10)->empty());
}

TEST_CASE("removed: in one batch with other changes, each has its own answer") {
  tested_store s(any_kind());
  const auto keys = s.with_instances({"a", "b"});
  const auto answers = s->write({end_of(keys[0], 2, instance_status::failed), remove_write{keys[0]}, create_of("a"),
                                 remove_write{keys[1]}, remove_write{99}, step_of(keys[1], 2, "b", "1")});
  REQUIRE(answers.size() == 6);
  CHECK(answers[0]);
  CHECK(answers[1]);
  CHECK(answers[2]);
  CHECK(code_of(answers[3]) == errc::not_finished);
  CHECK(code_of(answers[4]) == errc::not_found);
  CHECK(answers[5]);
  CHECK(listed(s) == std::vector<std::string>{"b", "a"});
}

TEST_CASE("removed: keys are never given away again and time does not go back") {
  tested_store s(any_kind());
  const auto keys = s.with_instances({"a", "b"});
  end(s, keys[0]);
  end(s, keys[1]); // the newest instance and the newest step of all
  const auto last = *s->last_time();
  for (const instance_key key : keys)
    REQUIRE(s->write({remove_write{key}})[0]);
  clean_up(*s.operator->());
  CHECK(listed(s).empty());
  CHECK(*s->last_time() == last);
  const auto made = s->write({create_of("c")})[0];
  REQUIRE(made);
  CHECK(made->instance > keys[1]);
  CHECK(clean_up(*s.operator->()) >= 1); // what had to stay goes now
  CHECK(listed(s) == std::vector<std::string>{"c"});
}

TEST_CASE("removed: nothing of it stays in the file, which becomes smaller") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  auto s = open_or_fail(path);
  REQUIRE(s->save_definition(definition("flow", "h1"), 1));
  create_write secret = create_of("a");
  secret.input = "\"telltale\"";
  REQUIRE(s->write({create_of("stays"), secret})[0]);
  const std::string output = "\"telltale " + std::string(100'000, 'x') + "\"";
  for (std::int64_t revision = 2; revision < 40; ++revision)
    REQUIRE(s->write({step_of(2, revision, "a", output)})[0]);
  REQUIRE(s->write({end_of(2, 40, instance_status::completed, output)})[0]);
  REQUIRE(s->checkpoint(0));
  const auto size_before = std::filesystem::file_size(path);
  REQUIRE(s->write({remove_write{2}})[0]);
  CHECK(clean_up(*s) > 2); // in pieces: no transaction takes long or needs much room
  REQUIRE(s->checkpoint(0));
  CHECK(std::filesystem::file_size(path) < size_before / 20);
  CHECK(s->load(1)->uid == "stays");
  s.reset();
  raw_sqlite raw(path);
  CHECK(raw.ask("SELECT count(*) FROM step WHERE instance = 2") == "1"); // the newest of all
  CHECK(raw.ask("SELECT count(*) FROM step WHERE output LIKE '%telltale%'") == "0");
  CHECK(raw.ask("SELECT count(*) FROM input WHERE text LIKE '%telltale%'") == "0");
  CHECK(raw.ask("PRAGMA integrity_check") == "ok");
}

TEST_CASE("removed: what was not erased before the store was closed is erased when it is opened again") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  {
    auto s = open_or_fail(path);
    REQUIRE(s->save_definition(definition("flow", "h1"), 1));
    REQUIRE(s->write({create_of("a"), create_of("b")})[0]);
    REQUIRE(s->write({end_of(1, 2, instance_status::completed), remove_write{1}})[1]);
    REQUIRE(s->write({step_of(2, 2, "a", "1")})[0]);
  }
  auto s = open_or_fail(path);
  clean_up(*s);
  s.reset();
  raw_sqlite raw(path);
  CHECK(raw.ask("SELECT count(*) FROM instance") == "1");
  CHECK(raw.ask("SELECT count(*) FROM removed") == "0");
  CHECK(raw.ask("SELECT count(*) FROM step WHERE instance = 1") == "0");
}

namespace {

/// A store fills a small disk and is killed; another process opens it there and removes what has ended.
std::string full_disk_story(const std::string& reserve_bytes, const char* command = "remove-on-full") {
  const temp_folder folder;
  const char* const script = "mount -t tmpfs -o size=8m none \"$1\" || { echo no mount; exit; }; "
                             "\"$2\" fill-up \"$1/store.db\" \"$1/ballast\" $3; rm -f \"$1/store.db-shm\"; "
                             "head -c 10000000 /dev/zero >> \"$1/ballast\" 2>/dev/null; "
                             "\"$2\" $4 \"$1/store.db\" $3";
  child_process child(
      {"unshare", "-m", "sh", "-c", script, "sh", folder.path(), program("pawl-store-child"), reserve_bytes, command});
  return child.rest();
}

bool could_not_mount(const std::string& story) {
  const bool skipped = story.find("no mount") == 0 || story.empty();
  if (skipped) WARN("skipped: no right to mount here");
  return skipped;
}

} // namespace

TEST_CASE("reserve: on a full disk instances are listed and removed, and everything goes on with the room they leave") {
  const std::string story = full_disk_story("1000000");
  if (could_not_mount(story)) return;
  CHECK(story == "step disk_full\nstart disk_full\nlisted 2\n"
                 "listed 2\nremove written\nstep disk_full\ncleaned\nstep written\nstart written\nlisted 2\n");
}

TEST_CASE("reserve: on a full disk what runs is ended, whatever came with it, then removed, and everything goes on") {
  const std::string story = full_disk_story("1000000", "end-on-full");
  if (could_not_mount(story)) return;
  INFO(story);
  CHECK(story.find("step disk_full\nstart disk_full\nlisted 2\nstart disk_full\ncancel written\nend written\n"
                   ": no room left on the disk; the disk was full: nothing but ending and removing") == 0);
  CHECK(story.find("most of the newest steps") != std::string::npos);
  CHECK(story.find("\nremove written\nremove written\nstart written\n") != std::string::npos);
}

TEST_CASE("reserve: control: without one nothing can be ended on a full disk") {
  const std::string story = full_disk_story("0", "end-on-full");
  if (could_not_mount(story)) return;
  INFO(story);
  CHECK(story.find("cancel written") == std::string::npos);
}

TEST_CASE("room: below free_bytes_min the store does not grow, and what ends is written") {
  const temp_folder folder;
  const char* const script = "mount -t tmpfs -o size=8m none \"$1\" || { echo no mount; exit; }; "
                             "\"$2\" keep-free \"$1/store.db\" \"$1/ballast\" 1000000000; rm -f \"$1\"/*; "
                             "\"$2\" keep-free \"$1/store.db\" \"$1/ballast\" 0";
  child_process child({"unshare", "-m", "sh", "-c", script, "sh", folder.path(), program("pawl-store-child")});
  const std::string story = child.rest();
  if (could_not_mount(story)) return;
  CHECK(story == "start disk_full\ndefinition disk_full\ncancel written\nstart written\n"
                 "start written\ndefinition written\ncancel written\nstart written\n");
}

TEST_CASE("reserve: control: without one nothing can be removed from a full disk") {
  const std::string story = full_disk_story("0");
  if (could_not_mount(story)) return;
  CHECK(story.find("step disk_full\nstart disk_full\nlisted 2\n") == 0);
  CHECK(story.find("remove written") == std::string::npos);
}

TEST_CASE("reserve: its file has the wished size, and goes when none is wished") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  const std::string file = path + ".reserve";
  for (const std::int64_t bytes : {1'000'000, 3'000'000, 500'000}) {
    open_or_fail(path, bytes);
    CHECK(std::filesystem::file_size(file) == static_cast<std::uintmax_t>(bytes));
  }
  open_or_fail(path);
  CHECK(!std::filesystem::exists(file));
}

TEST_CASE("reserve: a disk too small for it has none, and works") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  auto s = open_or_fail(path, std::int64_t{1} << 60);
  CHECK(!std::filesystem::exists(path + ".reserve"));
  CHECK(s->save_definition(definition("flow", "h1"), 1));
  CHECK(s->write({create_of("a")})[0]);
}

TEST_CASE("reserve: one that was given away is taken back when the store is opened with room") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  open_or_fail(path, 1'000'000);
  std::filesystem::resize_file(path + ".reserve", 0); // as giving it away leaves it
  auto s = open_or_fail(path, 1'000'000);
  CHECK(std::filesystem::file_size(path + ".reserve") == 1'000'000);
  CHECK(s->save_definition(definition("flow", "h1"), 1));
}

} // namespace remove_test
