// What the model of the disk may lose and what it must keep.
#include "tests/power/disk_model.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace pawl::power;

namespace {

using kind = disk_event::kind;

disk_event written(const std::string& file, std::int64_t offset, const std::string& bytes) {
  return {kind::write, file, offset, bytes, false, false};
}
disk_event synced(const std::string& file, bool failed = false, bool with_folder = false) {
  return {kind::sync, file, 0, "", failed, with_folder};
}
disk_event created(const std::string& file) { return {kind::create, file, 0, "", false, false}; }
disk_event removed(const std::string& file) { return {kind::remove, file, 0, "", false, false}; }
disk_event truncated(const std::string& file, std::int64_t size) {
  return {kind::truncate, file, size, "", false, false};
}

disk_model disk_after(const files& before, const std::vector<disk_event>& events) {
  disk_model disk(before);
  for (const disk_event& e : events)
    disk.apply(e);
  return disk;
}

/// Every content of "f" that 2,000 damages leave.
std::set<std::string> contents(const disk_model& disk, const std::string& file = "f") {
  std::set<std::string> all;
  for (std::uint64_t damage = 0; damage < 2000; ++damage) {
    const files left = disk.after_power_cut(damage);
    all.insert(left.count(file) == 0 ? "(no file)" : left.at(file));
  }
  return all;
}

using texts = std::set<std::string>;

} // namespace

TEST_CASE("disk model: what was synced stays, whatever the damage") {
  const disk_model disk = disk_after({{"f", "old"}}, {written("f", 0, "new"), synced("f")});
  CHECK(disk.is_synced());
  CHECK(contents(disk) == texts{"new"});
}

TEST_CASE("disk model: an unsynced write is kept, lost, or garbled where it wrote") {
  const disk_model disk = disk_after({{"f", "old and more"}}, {written("f", 0, "new")});
  CHECK_FALSE(disk.is_synced());
  CHECK(disk.cache().at("f") == "new and more");
  const texts seen = contents(disk);
  CHECK(seen.count("new and more") == 1);
  CHECK(seen.count("old and more") == 1);
  CHECK(seen.count(std::string(3, '\0') + " and more") == 1);
  CHECK(seen.size() > 100); // noise
  for (const std::string& content : seen)
    CHECK(content.substr(3) == " and more");
}

TEST_CASE("disk model: a write tears at sectors, and its sectors arrive in any order") {
  const std::string two(1024, 'n');
  const texts seen = contents(disk_after({{"f", std::string(1024, 'o')}}, {written("f", 0, two)}));
  CHECK(seen.count(std::string(512, 'n') + std::string(512, 'o')) == 1);
  CHECK(seen.count(std::string(512, 'o') + std::string(512, 'n')) == 1);
}

TEST_CASE("disk model: a later write may arrive without an earlier one, in another file too") {
  const disk_model disk = disk_after({{"f", "1"}, {"g", "1"}}, {written("f", 0, "2"), written("g", 0, "2")});
  bool later_alone = false;
  for (std::uint64_t damage = 0; damage < 2000; ++damage) {
    const files left = disk.after_power_cut(damage);
    later_alone = later_alone || (left.at("f") == "1" && left.at("g") == "2");
  }
  CHECK(later_alone);
}

TEST_CASE("disk model: an unsynced truncate may be lost while a later write is kept") {
  const texts seen = contents(disk_after({{"f", "longer"}}, {truncated("f", 0), written("f", 0, "x")}));
  CHECK(seen.count("xonger") == 1);
  CHECK(seen.count("x") == 1);
  CHECK(seen.count("") == 1);
}

TEST_CASE("disk model: names need their folder synced") {
  CHECK(contents(disk_after({}, {created("f"), written("f", 0, "x"), synced("f")})) == texts{"(no file)", "x"});
  CHECK(contents(disk_after({}, {created("f"), written("f", 0, "x"), synced("f", false, true)})) == texts{"x"});
  CHECK(contents(disk_after({{"f", "x"}}, {removed("f")})) == texts{"(no file)", "x"});
  // A new file under an old name: the old one may come back.
  CHECK(contents(disk_after({{"f", "old"}}, {removed("f"), created("f"), written("f", 0, "new"), synced("f")})) ==
        texts{"(no file)", "new", "old"});
}

TEST_CASE("disk model: after a failed sync no later one brings the pages to the disk, writing them again does") {
  const std::vector<disk_event> lost{written("f", 0, "new"), synced("f", true), synced("f")};
  CHECK(contents(disk_after({{"f", "old"}}, lost)).count("old") == 1);
  auto again = lost;
  again.push_back(written("f", 0, "new"));
  again.push_back(synced("f"));
  CHECK(contents(disk_after({{"f", "old"}}, again)) == texts{"new"});
}

TEST_CASE("disk model: a log that is written again keeps its synced bytes, only new ones can be garbled") {
  const texts seen = contents(disk_after({{"f-wal", "same"}}, {written("f-wal", 0, "same and new")}), "f-wal");
  CHECK(seen.size() > 100);
  for (const std::string& content : seen)
    CHECK(content.substr(0, 4) == "same");
}
