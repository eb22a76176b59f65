// Every operation of a write, a save_definition and a checkpoint on the disk, failed in every way: the law about
// answers and disk holds, after closing the store and after killing it there and then.
#include "storage/forwarding_store.hpp"
#include "tests/contract/promises.hpp"
#include "tests/contract/tested_store.hpp"
#include "tests/support/faulty_disk.hpp"
#include "tests/support/slice.hpp"
#include "tests/support/ways_to_fail.hpp"

#include <algorithm>

namespace sqlite_every_fault_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace fs = std::filesystem;

namespace {

using wrapper = std::function<std::unique_ptr<store>(std::unique_ptr<store>)>;
/// What fails: answers what it did.
using scenario = std::function<std::vector<answered>(store&)>;

bool is_stop(const error& e) { return e.message.find("opened anew") != std::string::npos; }

std::unique_ptr<store> as_it_is(std::unique_ptr<store> s) { return s; }

answered write(store& s, std::vector<change> batch) {
  auto answers = s.write(batch);
  return {std::move(batch), std::move(answers)};
}

/// The files as a kill at this moment would leave them.
std::string killed_copy(const std::string& path, const temp_folder& folder) {
  std::string copy = folder.file("killed.db");
  for (const char* end : {"", "-wal"})
    if (fs::exists(path + end)) fs::copy_file(path + end, copy + end);
  return copy;
}

/// One life of a store on one disk.
class trial {
public:
  explicit trial(const wrapper& wrap) : path_(folder_.file("store.db")) {
    auto made = open_or_fail(path_);
    REQUIRE(made->save_definition(life_definition(), 1));
    for (const auto& answer : made->write({life_of("a")[0], life_of("b")[0]}))
      REQUIRE(answer);
    REQUIRE(made->write({for_instance(life_of("a")[1], 1)})[0]);
    store_ = wrap(std::move(made));
  }

  std::int64_t count(const scenario& run, const std::function<bool(const disk_operation&)>& match) {
    std::int64_t seen = 0;
    disk_.watch([&](const disk_operation& op) { seen += match(op) ? 1 : 0; });
    run(*store_);
    disk_.watch(nullptr);
    return seen;
  }

  std::vector<std::string> broken(const scenario& run, const disk_fault& fault) {
    disk_.fail(fault);
    auto calls = run(*store_);
    if (disk_.failures() == 0) return {"nothing failed"};
    disk_.heal();
    const bool unknown = is_unknown(calls);
    const std::string killed = killed_copy(path_, folder_);
    auto found = broken_promises(*open_or_fail(killed), calls);
    calls.push_back(write(*store_, {life_of("late")[0]}));
    if (!unknown && !calls.back().answers[0])
      found.push_back("does not go on: " + to_string(calls.back().answers[0].failure()));
    store_.reset();
    const auto again = open_or_fail(path_);
    const auto later = broken_promises(*again, calls);
    found.insert(found.end(), later.begin(), later.end());
    if (!again->write({life_of("last")[0]})[0]) found.push_back("does not go on after opening anew");
    return found;
  }

private:
  static bool is_unknown(const std::vector<answered>& calls) {
    for (const answered& call : calls)
      for (const auto& answer : call.answers)
        if (!answer && answer.failure().code == errc::storage) return true;
    return false;
  }

  temp_folder folder_{temp_folder::fast()};
  std::string path_;
  faulty_disk disk_; // before the store: it must outlive it
  std::unique_ptr<store> store_;
};

const slice part_of_faults(4); ///< for the laws; a control fails everything

struct tally {
  int cases = 0;
  std::vector<std::string> broken; ///< one text a case
};

tally try_all(const scenario& run, const wrapper& wrap, std::vector<way_to_fail> ways, const slice& part) {
  tally all;
  std::uint64_t faults = 0;
  for (way_to_fail& way : ways) {
    const std::int64_t operations = trial(wrap).count(run, way.fault.match);
    for (way.fault.nth = 1; way.fault.nth <= operations; ++way.fault.nth)
      for (const bool for_ever : {false, true}) {
        if (!part.takes(faults++)) continue;
        way.fault.for_ever = for_ever;
        ++all.cases;
        std::string text;
        for (const std::string& line : trial(wrap).broken(run, way.fault))
          text += line + "; ";
        if (!text.empty())
          all.broken.push_back(std::string("operation ") + std::to_string(way.fault.nth) + " " + way.name +
                               (for_ever ? " for ever: " : " once: ") + text);
      }
  }
  return all;
}

void check_law(const scenario& run) {
  const tally all = try_all(run, as_it_is, ways_to_fail(), part_of_faults);
  INFO((all.broken.empty() ? "" : all.broken.front()));
  CHECK(all.broken.empty());
  CHECK(all.cases * part_of_faults.of() > 100);
}

/// Several changes, one of them refused.
std::vector<answered> write_batch(store& s) {
  const auto a = life_of("a");
  const auto b = life_of("b");
  return {write(s, {for_instance(a[2], 1), life_of("c")[0], for_instance(b[1], 2), for_instance(b[5], 2),
                    for_instance(a[3], 1)})};
}

/// How many failures of what changes the disk the checker notices with `text`.
std::ptrdiff_t caught(const wrapper& wrap, const std::string& text) {
  const slice everything(1);
  const way_to_fail done_and_failed = ways_to_fail()[1];
  const tally all = try_all(write_batch, wrap, {done_and_failed}, everything);
  return std::count_if(all.broken.begin(), all.broken.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

} // namespace

TEST_CASE("every fault: of a batch keeps the law about answers and disk") { check_law(write_batch); }

TEST_CASE("every fault: of a checkpoint loses and invents nothing, and a store that it stopped says so") {
  const std::size_t wal_bytes = GENERATE(std::size_t{0}, std::size_t{1});
  check_law([wal_bytes](store& s) {
    const auto moved = s.checkpoint(wal_bytes);
    auto calls = write_batch(s);
    // A definite answer in the place of a missing stop: the checker will not believe it.
    if (!moved && is_stop(moved.failure()) && calls[0].answers[0])
      calls[0].answers[0] = error{errc::disk_full, "wrote on after a failed checkpoint", ""};
    return calls;
  });
}

TEST_CASE("every fault: of save_definition and remove_definition keeps the law about answers and disk") {
  const bool removes = GENERATE(false, true);
  const definition_row second{"h2", "w", std::string(20'000, 'd')};
  const auto call = [&](store& s) { return removes ? s.remove_definition("w", "h2") : s.save_definition(second, 2); };
  const auto is_done = [&](store& s) { return s.definition_by_hash("h2")->has_value() != removes; };
  for (way_to_fail way : ways_to_fail()) {
    for (way.fault.nth = 1;; ++way.fault.nth) {
      const temp_folder folder(temp_folder::fast());
      const std::string path = folder.file("store.db");
      faulty_disk disk;
      auto s = open_or_fail(path);
      if (removes) REQUIRE(s->save_definition(second, 1));
      REQUIRE(s->save_definition(life_definition(), 1));
      disk.fail(way.fault);
      const auto answer = call(*s);
      const bool failed = disk.failures() > 0;
      disk.heal();
      INFO((removes ? "remove, " : "save, ")
           << "operation " << way.fault.nth << " " << way.name << ": " << (answer ? "" : to_string(answer.failure())));
      const bool killed_has = is_done(*open_or_fail(killed_copy(path, folder)));
      s.reset();
      const bool closed_has = is_done(*open_or_fail(path));
      if (answer || answer.failure().code != errc::storage) {
        CHECK(killed_has == answer.has_value());
        CHECK(closed_has == answer.has_value());
      }
      if (!failed) break;
    }
  }
}

TEST_CASE("every fault: control: a store that acknowledges what it could not commit is caught") {
  class optimistic_store final : public storage::forwarding_store {
  public:
    using storage::forwarding_store::forwarding_store;
    std::vector<result<written>> write(const std::vector<change>& batch) override {
      auto answers = inner().write(batch);
      for (auto& answer : answers)
        if (!answer && answer.failure().code != errc::conflict) answer = written{1, false};
      return answers;
    }
  };
  CHECK(caught([](auto s) { return std::make_unique<optimistic_store>(std::move(s)); }, "acknowledged and is lost") >
        0);
}

TEST_CASE("every fault: control: a store that calls an unknown outcome a refusal is caught") {
  class sure_store final : public storage::forwarding_store {
  public:
    using storage::forwarding_store::forwarding_store;
    std::vector<result<written>> write(const std::vector<change>& batch) override {
      auto answers = inner().write(batch);
      for (auto& answer : answers)
        if (!answer && answer.failure().code == errc::storage) answer = error{errc::disk_full, "", ""};
      return answers;
    }
  };
  CHECK(caught([](auto s) { return std::make_unique<sure_store>(std::move(s)); }, "and is there") > 0);
}

} // namespace sqlite_every_fault_test
