// The store: a failed allocation is a definite answer, or an unknown one that is called that; never half a commit.
#include "storage/codec.hpp"
#include "tests/allocation/sqlite_memory.hpp"
#include "tests/allocation/store_trial.hpp"
#include "tests/support/places.hpp"
#include "tests/support/temp_folder.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <optional>

using namespace pawl;
using namespace pawl::allocation;
using storage::change;
using storage::store;
using test::answered;
using test::for_instance;
using test::life_of;

namespace {

const bool sqlite_is_ready = (let_sqlite_fail(), true);

std::unique_ptr<store> as_it_is(std::unique_ptr<store> s) { return s; }

/// Several changes, one of them refused.
operation batch() {
  const auto a = life_of("a");
  const auto b = life_of("b");
  const std::vector<change> all{for_instance(a[2], 1), life_of("c")[0], for_instance(b[1], 2), for_instance(b[5], 2),
                                for_instance(a[3], 1)};
  return {"store: write", [all](store& s, std::vector<answered>& calls) {
            calls.push_back({all, {}});
            calls.back().answers = s.write(all);
            return true;
          }};
}

operation save() {
  auto saved = std::make_shared<std::optional<bool>>(); // nothing: unknown
  return {"store: save_definition",
          [saved](store& s, std::vector<answered>&) {
            saved->reset();
            const auto done = s.save_definition({"h2", "other", "{}"}, 2);
            if (done || done.failure().code != errc::storage) *saved = done.has_value();
            return true;
          },
          [saved](store& s) { return !*saved || s.definition_by_hash("h2")->has_value() == **saved; }};
}

operation checkpoint(std::size_t wal_bytes) {
  return {"store: checkpoint " + std::to_string(wal_bytes),
          [wal_bytes, one = life_of("c")[0]](store& s, std::vector<answered>& calls) {
            calls.push_back({{one}, {}});
            calls.back().answers = s.write(calls.back().batch);
            const auto moved = s.checkpoint(wal_bytes);
            return moved || moved.failure().code == errc::storage;
          }};
}

template <class T> bool is(const result<T>& answer, bool as_it_must_be) {
  return answer ? as_it_must_be : answer.failure().code == errc::storage;
}

// What an owner does when it goes on with an instance.
bool restore(store& s) {
  const auto key = s.find("a");
  if (!is(key, key && *key == 1)) return false;
  const auto rows = s.load(1);
  if (!is(rows, rows && rows->header.revision == 2 && rows->cursors.size() == 1)) return false;
  if (rows) {
    const auto state = storage::decode_state(test::life_workflow(), *rows);
    if (!state || state->revision != 2) return false;
  }
  const auto steps = s.history(1, 0, 10);
  const auto last = s.last_results(1, {"a", "b"});
  const auto due = s.due(core::timeline::steady, {}, 10'000, 10);
  const auto flying = s.in_flight(0, 10);
  const auto replayed = storage::check_replay(test::life_workflow(), s, 1);
  return is(steps, steps && steps->size() == 2) && is(last, last && last->size() == 1) &&
         is(due, due && due->size() == 1) && is(flying, flying && !flying->empty()) && is(replayed, true);
}

void check(const std::string& name, const tally& done) {
  print(name, done);
  INFO(name);
  CHECK(done.broken.empty());
  CHECK(done.allocations > 0);
}
void check(const operation& of) { check(of.name, fail_every_allocation(of, as_it_is)); }

bool is_restored(store& s) {
  const auto key = s.find("a");
  return key && *key && restore(s);
}

} // namespace

TEST_CASE("allocation: a batch", "[store]") { check(batch()); }
TEST_CASE("allocation: a definition is saved", "[store]") { check(save()); }
TEST_CASE("allocation: the log is moved", "[store]") { check(checkpoint(GENERATE(0u, 1u))); }
TEST_CASE("allocation: an instance is restored", "[store]") {
  check({"store: restore", [](store& s, std::vector<answered>&) { return restore(s); }});
}

TEST_CASE("allocation: a store is opened", "[store]") {
  const test::temp_folder folder{test::temp_folder::fast()};
  const std::string made = folder.file("made.db");
  make_store(made);
  const std::string hot = folder.file("hot.db");
  {
    auto s = storage::open_sqlite_store(made);
    REQUIRE(s);
    REQUIRE((*s)->write({life_of("c")[0]})[0]);
    copy_store(made, hot);
  }
  const auto copied = [](const std::string& from) { return [from](const std::string& to) { copy_store(from, to); }; };
  const auto open = [](const char* name, const auto& prepare, const auto& is_good) {
    check(name, fail_every_allocation_of_opening(name, prepare, is_good));
  };
  open("open: a closed store", copied(made), is_restored);
  open("open: with a log left behind", copied(hot),
       [](store& s) { return is_restored(s) && s.find("c")->has_value(); });
  open(
      "open: a new one", [](const std::string&) {}, [](store& s) { return s.list(0, 10)->empty(); });
  open("open: of format 1", copied(test::source("tests/golden/format-1.db")),
       [](store& s) { return s.list(0, 10)->size() == 5; });
}

TEST_CASE("allocation: a store is read without owning it", "[store]") {
  const test::temp_folder folder{test::temp_folder::fast()};
  const std::string path = folder.file("store.db");
  make_store(path);
  const auto read = [path]() -> result<storage::loaded_instance> {
    auto reader = storage::open_sqlite_reader(path);
    if (!reader) return reader.failure();
    return (*reader)->load(1);
  };
  const auto describe = [](const result<storage::loaded_instance>& rows) {
    return rows ? rows->uid + std::to_string(rows->header.revision) : "error " + to_string(rows.failure());
  };
  const tally done = fail_every_allocation(make_target("reader: open and load", read, describe));
  check("reader: open and load", done);
}
