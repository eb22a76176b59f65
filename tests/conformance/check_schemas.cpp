// JSON Schema cases in the layout of the public JSON-Schema-Test-Suite: groups of a schema and the values it judges.
// A known miss is named with its reason in a list; a listed one that passes now fails too, so that the list stays true.
#include "tests/conformance/conformance.hpp"

#include "runtime/schema/schema.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace conformance {

namespace {

struct known_miss {
  std::string file;
  std::string group;
  std::string test; ///< empty: every one of the group may fail, one must
  std::string reason;
  bool is_met = false;
  bool is_seen = false;
};

struct counts {
  int passed = 0;
  int missed = 0;
  int failed = 0;

  int all() const { return passed + missed + failed; }
};

std::ostream& operator<<(std::ostream& out, const counts& c) {
  return out << c.passed << " of " << c.all() << " passed, " << c.missed << " known misses, " << c.failed << " failed";
}

std::vector<known_miss> read_misses(const json& list) {
  std::vector<known_miss> misses;
  for (const json& entry : list) {
    misses.push_back({entry.at("file"), entry.at("group"), entry.value("test", std::string()), entry.at("reason")});
  }
  return misses;
}

std::string verdict(const pawl::schema::schema* schema, const std::vector<pawl::problem>& problems, const json& data) {
  if (schema == nullptr) {
    const auto error = std::find_if(problems.begin(), problems.end(), [](const auto& p) { return !p.is_warning; });
    return "refused at load: " + (error == problems.end() ? std::string("without a reason") : error->message);
  }
  const auto checked = schema->check(data);
  if (!checked) return "error: " + checked.failure().message;
  return checked->empty() ? "valid" : "invalid";
}

class suite {
public:
  suite(const options& with, tally& out) : misses_(read_misses(with.misses)), out_(out) {}

  void run(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    name_ = std::filesystem::path(path).filename().string();
    here_ = {};
    for (const json& group : json::parse(file))
      run_group(group);
    std::cout << name_ << ": " << here_ << '\n';
    total_.passed += here_.passed;
    total_.missed += here_.missed;
    total_.failed += here_.failed;
  }

  void finish(double min_percent) {
    for (const known_miss& m : misses_) {
      if (!m.is_seen) continue; // of a file that was not run
      const std::string id = m.file + " / " + m.group + (m.test.empty() ? "" : " / " + m.test);
      if (m.is_met)
        std::cout << "known miss " << id << ": " << m.reason << '\n';
      else
        out_.fail(id, "the miss that the list names", "a pass: take it off the list");
    }
    const double percent = total_.all() > 0 ? 100.0 * total_.passed / total_.all() : 0;
    std::ostringstream text;
    text << std::fixed << std::setprecision(2) << percent << " %";
    std::cout << "all files: " << total_ << ": " << text.str() << '\n';
    if (percent < min_percent) out_.fail("all files", "at least " + std::to_string(min_percent) + " %", text.str());
  }

private:
  void run_group(const json& group) {
    std::vector<pawl::problem> problems;
    const auto schema = pawl::schema::schema::compile(group.at("schema"), problems);
    for (const json& test : group.at("tests")) {
      const std::string expected = test.at("valid").get<bool>() ? "valid" : "invalid";
      count(group.at("description"), test.at("description"), expected,
            verdict(schema.get(), problems, test.at("data")));
    }
  }

  void count(const std::string& group, const std::string& test, const std::string& expected, const std::string& got) {
    known_miss* listed = find(group, test);
    if (listed != nullptr) listed->is_seen = true;
    if (expected == got) {
      ++here_.passed;
      out_.pass();
    } else if (listed != nullptr) {
      ++here_.missed;
      listed->is_met = true;
      out_.rule({"schema:known-miss"});
    } else {
      ++here_.failed;
      out_.fail(name_ + " / " + group + " / " + test, expected, got);
    }
  }

  known_miss* find(const std::string& group, const std::string& test) {
    const auto found = std::find_if(misses_.begin(), misses_.end(), [&](const known_miss& m) {
      return m.file == name_ && m.group == group && (m.test.empty() || m.test == test);
    });
    return found == misses_.end() ? nullptr : &*found;
  }

  std::vector<known_miss> misses_;
  tally& out_;
  std::string name_;
  counts here_;
  counts total_;
};

} // namespace

void check_schemas(const options& with, tally& out) {
  suite all(with, out);
  for (const std::string& file : with.files)
    all.run(file);
  all.finish(with.min_percent);
}

} // namespace conformance
