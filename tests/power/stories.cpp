// The stories: what a store lives through while its disk is written down.
#include "tests/power/stories.hpp"
#include "tests/support/places.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

namespace pawl::power {
namespace {

const beginning nothing{disk_model{}, {}};

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

beginning old_store() {
  return {disk_model(files{{store_name, content_of(test::source("tests/golden/format-1.db"))}}), {}};
}

// Where a story without a crash ends, everything synced.
beginning end_of(const story& told) {
  const recording made = record(told, std::nullopt);
  if (!made.broken.empty()) throw std::runtime_error(told.name + ": " + made.broken.front());
  return {disk_model(made.disk_at(made.events.size()).cache()), made.promises.as_of(made.events.size())};
}

// Killed there.
beginning middle_of(const story& told, double part) {
  const recording made = record(told, std::nullopt);
  const auto cut = static_cast<moment>(static_cast<double>(made.events.size()) * part);
  return {made.disk_at(cut), made.promises.as_of(cut)};
}

// Killed when it had stopped because this sync of the log failed: the cache shows what the disk may not have.
beginning stopped(const story& told, std::int64_t nth) {
  test::disk_fault fault{test::on(test::disk_call::sync, test::file_role::wal), nth};
  const recording made = record(told, fault);
  const auto failed =
      std::find_if(made.events.begin(), made.events.end(), [](const disk_event& e) { return e.failed; });
  const auto cut = static_cast<moment>(failed - made.events.begin()) + 1;
  return {made.disk_at(cut), made.promises.as_of(cut)};
}

// As middle_of(), but power was cut.
beginning torn_middle_of(const story& told, double part) {
  beginning made = middle_of(told, part);
  made.disk = disk_model(made.disk.after_power_cut(7));
  return made;
}

void create(world& w) {
  w.open();
  w.save();
  w.advance({"a", "b"});
  w.schedule("s");
  w.advance({"a"});
  w.close();
}

void write_batches(world& w) {
  w.open();
  w.advance({"b", "a", "c"}, true);
  w.advance({"a"});
  w.schedule("s");
  w.advance({"b", "b", "a"}, true);
  w.save({"h2", "other", std::string(20'000, 'd')});
  w.schedule("s");
  w.advance({"d", "e", "c", "c"});
  w.close();
}

void checkpoint(world& w) {
  w.open();
  w.advance({"a", "c"});
  w.checkpoint(1); // PASSIVE moves everything, the next commit begins the log anew
  w.advance({"b"});
  w.schedule("s");
  w.checkpoint(1);
  w.advance({"a", "b"}, true);
  w.checkpoint(0); // TRUNCATE
  w.advance({"c"});
  w.schedule("s");
  w.advance({"a", "a"});
  w.checkpoint(1);
  w.advance({"a", "b", "c"});
  w.close();
}

void grow(world& w) {
  w.open();
  for (int round = 0; round < 5; ++round)
    w.advance({"a", "b", "c", "d"});
  w.schedule("s");
  w.checkpoint(1);
  w.advance({"e"}); // a short log over a long one
  w.advance({"e"});
  w.checkpoint(0);
  w.advance({"e"});
  w.close();
}

void migrate(world& w) {
  w.open();
  w.save();
  w.advance({"a", "b"});
  w.schedule("s");
  w.checkpoint(1);
  w.schedule("s");
  w.advance({"a"});
  w.close();
}

void open_and_work(world& w) {
  w.open();
  w.save();
  w.advance({"a", "x"});
  w.checkpoint(1);
  w.schedule("s");
  w.advance({"x", "b"}, true);
  w.close();
}

// No schedule comes back under its id: a store without it would tell nothing.
void add_and_remove_schedule(world& w, const std::string& id) {
  w.schedule(id);
  w.schedule(id);
  w.unschedule(id);
}

// "z" begins and ends; its id is used anew while rows of the old one are still there.
void remove(world& w) {
  w.open();
  for (int step = 0; step < 7; ++step)
    w.advance({"z", "a"});
  w.remove("z");
  w.remove("a");
  add_and_remove_schedule(w, "gone");
  w.clean_up();
  w.advance({"z", "b"});
  w.checkpoint(1);
  w.remove("z"); // has not ended
  while (w.clean_up()) {
  }
  w.advance({"z"});
  w.close();
}

const beginning& closed_store() {
  static const beginning made = end_of({"create", nothing, create});
  return made;
}

} // namespace

const std::vector<story>& fixed_stories() {
  static const std::vector<story> all{{"create", nothing, create},
                                      {"batches", closed_store(), write_batches},
                                      {"checkpoints", closed_store(), checkpoint},
                                      {"growth", closed_store(), grow},
                                      {"removal", closed_store(), remove},
                                      {"migration", old_store(), migrate}};
  return all;
}

story random_story(std::uint64_t seed) {
  return {"random-" + std::to_string(seed), closed_store(), [seed](world& w) {
            std::mt19937_64 from(seed);
            const auto some_uids = [&] {
              std::vector<std::string> uids;
              for (auto count = 1 + from() % 4; count > 0; --count)
                uids.emplace_back(1, static_cast<char>('a' + from() % 6));
              return uids;
            };
            for (int i = 0; i < 10; ++i) {
              const auto what = from() % 13;
              if (what < 5)
                w.advance(some_uids(), from() % 3 == 0);
              else if (what == 5)
                w.remove(some_uids().front());
              else if (what == 6)
                w.clean_up();
              else if (what == 7)
                w.checkpoint(from() % 2);
              else if (what == 8)
                w.save({"h" + std::to_string(i + 2), "other", std::string(from() % 20'000, 'd')});
              else if (what == 9)
                w.open();
              else if (what < 12)
                w.schedule("s" + std::to_string(from() % 2));
              else
                add_and_remove_schedule(w, "gone-" + std::to_string(i));
            }
          }};
}

story story_named(const std::string& name) {
  const std::string random = "random-";
  if (name.compare(0, random.size(), random) == 0) return random_story(std::stoull(name.substr(random.size())));
  for (const auto& stories : {fixed_stories, openings}) {
    for (const story& s : stories())
      if (s.name == name) return s;
  }
  throw std::runtime_error("no story is called " + name);
}

story after_crash(const recording& before, moment cut, crash how, std::uint64_t damage) {
  const disk_model disk = before.disk_at(cut);
  return {"after a crash",
          {how == crash::kill ? disk : disk_model(disk.after_power_cut(damage)), before.promises.as_of(cut)},
          open_and_work};
}

namespace {

std::vector<story> make_openings() {
  const story making{"create", nothing, create};
  const story busy{"checkpoints", closed_store(), checkpoint};
  const story moving{"migration", old_store(), migrate};
  const story removing{"removal", closed_store(), remove};
  std::vector<story> all{{"open-nothing", nothing, open_and_work},
                         {"open-empty", {disk_model(files{{store_name, ""}}), {}}, open_and_work},
                         {"open-closed", closed_store(), open_and_work},
                         {"open-old", old_store(), open_and_work}};
  for (const int percent : {20, 40, 60, 80}) {
    all.push_back({"open-half-made-" + std::to_string(percent), middle_of(making, percent / 100.0), open_and_work});
    all.push_back({"open-killed-" + std::to_string(percent), middle_of(busy, percent / 100.0), open_and_work});
  }
  for (const int percent : {30, 50, 70, 90})
    all.push_back({"open-torn-" + std::to_string(percent), torn_middle_of(busy, percent / 100.0), open_and_work});
  for (const int percent : {60, 75, 90})
    all.push_back({"open-half-erased-" + std::to_string(percent), middle_of(removing, percent / 100.0), open_and_work});
  for (const int nth : {2, 4})
    all.push_back({"open-stopped-" + std::to_string(nth), stopped(busy, nth), open_and_work});
  for (const int percent : {10, 20, 30})
    all.push_back({"open-half-migrated-" + std::to_string(percent), middle_of(moving, percent / 100.0), open_and_work});
  return all;
}

} // namespace

const std::vector<story>& openings() {
  static const std::vector<story> all = make_openings();
  return all;
}

} // namespace pawl::power
