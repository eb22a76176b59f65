// Works on copies of one store in memory, made once.
#include "tests/allocation/store_trial.hpp"

#include "tests/support/temp_folder.hpp"

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <optional>
#include <stdexcept>

namespace pawl::allocation {
namespace {

namespace fs = std::filesystem;
using storage::store;
using test::memory::fault;

std::unique_ptr<store> opened(const std::string& path) {
  auto s = storage::open_sqlite_store(path);
  if (!s) throw std::runtime_error(to_string(s.failure()));
  return *std::move(s);
}

test::answered written(store& s, std::vector<storage::change> batch) {
  auto answers = s.write(batch);
  return {std::move(batch), std::move(answers)};
}

int open_files() {
  const fs::directory_iterator all("/proc/self/fd");
  return static_cast<int>(std::distance(begin(all), end(all)));
}

class trial {
public:
  trial(const std::string& made, const test::temp_folder& folder, const wrapper& wrap)
      : path_(folder.file("store.db")), killed_(folder.file("killed.db")) {
    copy_store(made, path_);
    store_ = wrap(opened(path_));
  }

  /// What broke. `asked` becomes how many allocations there were.
  std::vector<std::string> run(const operation& of, const fault& f, tally& all, std::int64_t& asked) {
    std::vector<test::answered> calls;
    calls.reserve(8);
    bool good = true;
    {
      const test::memory::failing now(f);
      try {
        good = of.run(*store_, calls);
      } catch (const std::bad_alloc&) {
        ++all.thrown;
      }
      asked = now.asked();
    }
    for (test::answered& call : calls) // it threw: as unknown as an error that says so
      call.answers.resize(call.batch.size(), error{errc::storage, "threw", ""});
    copy_store(path_, killed_);
    std::vector<std::string> broken;
    if (!good) broken.push_back("a wrong answer");
    look(killed_, of, calls, broken);
    goes_on(calls, broken);
    store_.reset();
    const auto again = look(path_, of, calls, broken);
    if (!again->write({test::life_of("last")[0]})[0]) broken.push_back("does not go on after opening anew");
    return broken;
  }

private:
  std::unique_ptr<store> look(const std::string& path, const operation& of, const std::vector<test::answered>& calls,
                              std::vector<std::string>& broken) {
    auto anew = opened(path);
    const auto found = test::broken_promises(*anew, calls);
    broken.insert(broken.end(), found.begin(), found.end());
    if (of.holds && !of.holds(*anew)) broken.push_back("does not hold what was answered");
    return anew;
  }
  // Memory is back: it works, or it has said that it stopped.
  void goes_on(std::vector<test::answered>& calls, std::vector<std::string>& broken) {
    calls.push_back(written(*store_, {test::life_of("late")[0]}));
    const auto& late = calls.back().answers[0];
    if (!late && late.failure().message.find("opened anew") == std::string::npos)
      broken.push_back("does not go on: " + to_string(late.failure()));
    if (late && !store_->load(1)) broken.push_back("cannot be read any more");
  }

  std::string path_;
  std::string killed_;
  std::unique_ptr<store> store_;
};

std::string fault_in_words(const fault& f) {
  return "allocation " + std::to_string(f.nth) + " fails" + (f.for_ever ? " and all after it: " : ": ");
}

const test::slice& part_of_store() {
  static const test::slice part(8);
  return part;
}

} // namespace

tally fail_every_allocation(const operation& of, const wrapper& wrap) {
  const test::temp_folder folder{test::temp_folder::fast()};
  const std::string made = folder.file("made.db");
  make_store(made);
  tally all;
  std::int64_t asked = 0;
  const auto once = [&](const fault& f) {
    const std::int64_t before = test::memory::blocks_held();
    std::int64_t seen = 0;
    std::vector<std::string> broken = trial(made, folder, wrap).run(of, f, all, seen);
    if (f.nth == no_fault.nth) asked = seen;
    std::string text;
    for (const std::string& line : broken)
      text += line + "; ";
    broken = std::vector<std::string>();
    const std::int64_t own = text.capacity() > std::string().capacity() ? 1 : 0;
    if (const std::int64_t more = test::memory::blocks_held() - before - own; more > 0)
      text += "holds " + std::to_string(more) + " blocks more than before";
    return text;
  };
  (void)once(no_fault);
  if (const std::string text = once(no_fault); !text.empty()) all.broken.push_back("without any fault: " + text);
  all.allocations = asked;
  all.thrown = 0;
  for (const bool for_ever : {false, true})
    for (std::int64_t nth = 1; nth <= all.allocations; ++nth) {
      if (!part_of_store().takes(all.faults++)) continue;
      const fault f{nth, for_ever, test::memory::whose::this_thread};
      note_case(of.name, f);
      ++all.cases;
      if (const std::string text = once(f); !text.empty()) all.broken.push_back(fault_in_words(f) + text);
    }
  return all;
}

tally fail_every_allocation_of_opening(const std::string& name,
                                       const std::function<void(const std::string& path)>& prepare,
                                       const std::function<bool(store&)>& is_good) {
  const test::temp_folder folder{test::temp_folder::fast()};
  const std::string path = folder.file("store.db");
  tally all;
  const auto once = [&](const fault& f) {
    for (const char* end : {"", "-wal", "-shm", ".lock"})
      fs::remove(path + end);
    prepare(path);
    const std::int64_t blocks = test::memory::blocks_held();
    const int files = open_files();
    bool thrown = false;
    bool refused = false;
    errc code = errc::internal;
    {
      std::optional<result<std::unique_ptr<store>>> answer;
      {
        const test::memory::failing now(f);
        try {
          answer.emplace(storage::open_sqlite_store(path));
        } catch (const std::bad_alloc&) {
          thrown = true;
        }
        if (f.nth == no_fault.nth) all.allocations = now.asked();
      }
      refused = answer && !*answer;
      if (refused) code = answer->failure().code;
      all.thrown += thrown ? 1 : 0;
      all.errors += refused ? 1 : 0;
      all.good += thrown || refused ? 0 : 1;
    }
    const std::int64_t more = test::memory::blocks_held() - blocks;
    std::string text;
    if (more > 0) text += "holds " + std::to_string(more) + " blocks more than before; ";
    if (open_files() != files) text += "leaves a file open; ";
    if (refused && code != errc::storage) text += std::string("says ") + to_string(code) + "; ";
    auto again = storage::open_sqlite_store(path);
    if (!again)
      text += "does not open any more: " + to_string(again.failure());
    else if (!is_good(**again))
      text += "lacks what was in it";
    return text;
  };
  (void)once(no_fault);
  if (const std::string text = once(no_fault); !text.empty()) all.broken.push_back("without any fault: " + text);
  all.thrown = all.errors = all.good = 0;
  for (const bool for_ever : {false, true})
    for (std::int64_t nth = 1; nth <= all.allocations; ++nth) {
      if (!part_of_store().takes(all.faults++)) continue;
      const fault f{nth, for_ever, test::memory::whose::this_thread};
      note_case(name, f);
      ++all.cases;
      if (const std::string text = once(f); !text.empty()) all.broken.push_back(fault_in_words(f) + text);
    }
  return all;
}

void copy_store(const std::string& from, const std::string& to) {
  for (const char* end : {"", "-wal"}) {
    fs::remove(to + end);
    if (fs::exists(from + end)) fs::copy_file(from + end, to + end);
  }
  fs::remove(to + ".lock");
}

void make_store(const std::string& path) {
  auto s = opened(path);
  const bool good = s->save_definition(test::life_definition(), 1) &&
                    s->write({test::life_of("a")[0], test::life_of("b")[0]})[1] &&
                    s->write({test::for_instance(test::life_of("a")[1], 1)})[0];
  if (!good) throw std::runtime_error("no store to begin with");
}

} // namespace pawl::allocation
