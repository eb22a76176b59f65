// Stores of the present format and of every earlier one open, and their instances go on where they were.
#include "nodes/catalog.hpp"
#include "storage/codec.hpp"
#include "storage/migrations.hpp"
#include "tests/contract/raw_sqlite.hpp"
#include "tests/golden/golden.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/given.hpp"
#include "tests/support/places.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>
#include <pawl/store_reader.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace golden_test {

using namespace pawl;
using golden::day_ms;
using golden::hour_ms;
using golden::set_clock;
using nlohmann::json;
using pawl::test::given;
namespace fs = std::filesystem;

namespace {

const fs::path kept_files = test::source("tests/golden");

int newest_format() { return storage::migrations().back().number; }
std::string name_of(int format) { return "format-" + std::to_string(format) + ".db"; }

std::string copy_of(const std::string& name, const test::temp_folder& folder) {
  std::string path = folder.file(name);
  for (const char* end : {"", "-wal"})
    if (fs::exists(kept_files / (name + end))) fs::copy_file(kept_files / (name + end), path + end);
  return path;
}

/// By the program that made the golden file of the present format.
std::string freshly_written(const test::temp_folder& folder) {
  test::child_process writer({test::program("pawl-golden"), folder.path()});
  const std::string name = writer.line();
  if (writer.finish() != 0) FAIL("the writer of golden stores fails");
  return folder.file(name);
}

snapshot at_rest(runtime& rt, const std::string& id) { return given(rt.wait(id, wait_until::at_rest)); }

runtime open_at(const std::string& path, const std::shared_ptr<set_clock>& time) {
  options opts;
  opts.store_path = path;
  opts.time = time;
  opts.node_types = golden::host_types([](const node_context&) {});
  return given(runtime::open(std::move(opts)));
}

/// Lets every instance of a store that pawl-golden wrote go on to its end; collects what is not as it must be.
class judge {
public:
  judge(const std::string& path, int format)
      : path_(path), format_(format), time_(std::make_shared<set_clock>(golden::written_at_ms + 2 * hour_ms)),
        rt_(open_at(path, time_)) {}

  std::vector<std::string> verdict() {
    ended_before();
    loops();
    recovered();
    if (format_ >= 6) schedules();
    if (format_ >= 6) listens(); // before its time is over
    if (format_ >= 7) clock_was_set();
    if (format_ >= 8) was_cancelled();
    timers();
    pinned();
    all_ended();
    rt_.stop();
    replay_law();
    return problems_;
  }

private:
  void expect(bool holds, const std::string& what) {
    if (!holds) problems_.push_back(what);
  }
  static const json& member(const json& of, const char* name) {
    static const json nothing;
    return of.contains(name) ? of[name] : nothing;
  }
  static const json& output(const snapshot& s, const char* node) {
    const json& results = member(s.document()["context"], node);
    return results.is_array() ? results.back()["output"] : results;
  }
  bool resume(const std::string& id, const json& payload) { return rt_.resume(id, &payload).has_value(); }

  void ended_before() {
    const snapshot done = at_rest(rt_, "completed");
    expect(done.status() == instance_status::completed, "completed: is completed");
    expect(output(done, "end") == json({{"items", 0}, {"answers", json::array()}}), "completed: its output");
    expect(at_rest(rt_, "failed").failed_reason() == "Error: as told", "failed: its reason");
    expect(at_rest(rt_, "halted").failed_reason() == "Step limit exceeded", "halted: its reason");
  }

  void loops() {
    expect(at_rest(rt_, "looping").waits().front().reason == "item item 2", "looping: waits for its second item");
    const json wrong{{"answer", 2}};
    const auto refused = rt_.resume("looping", &wrong);
    expect(!refused && refused.failure().code == errc::invalid_payload, "looping: the wait's schema is still there");
    expect(resume("looping", {{"answer", "second"}}), "looping: takes its second answer");
    (void)at_rest(rt_, "looping");
    expect(resume("looping", {{"answer", "third"}}), "looping: takes its third answer");
    const snapshot done = at_rest(rt_, "looping");
    expect(output(done, "end") == json({{"items", 3}, {"answers", {"first", "second", "third"}}}),
           "looping: ends with all its answers: " + output(done, "end").dump());
  }

  // Made when it entered the node, by the rule of the format of then.
  const char* key_of_working() const {
    return format_ < 9 ? "1974d1516a554e5a7212da2d461af6ba" : "404803edde14e63e4a920a39fe8cdfa0";
  }

  void recovered() {
    const snapshot working = at_rest(rt_, "working");
    expect(working.status() == instance_status::completed, "working: was in flight and goes on");
    expect(member(output(working, "work"), "key") == key_of_working(), "working: has its key still");
    const json own{{"kept", {{"of", "answered"}}}, {"payload", {{"by", "Ada"}}}};
    expect(output(at_rest(rt_, "answered"), "keep") == own, "answered: has payload and node state still");
    expect(resume("kept", {{"by", "Bo"}}), "kept: takes its answer");
    const json later{{"kept", {{"of", "kept"}}}, {"payload", {{"by", "Bo"}}}};
    expect(output(at_rest(rt_, "kept"), "keep") == later, "kept: has its node state still");
  }

  void timers() {
    const auto overdue = rt_.wait("overdue", wait_until::ended);
    expect(overdue && member(output(*overdue, "rest"), "ms") == hour_ms / 2, "overdue: is woken when the store opens");
    expect(at_rest(rt_, "delayed").status() == instance_status::paused, "delayed: sleeps on");
    expect(at_rest(rt_, "retrying").status() == instance_status::error, "retrying: waits for its retry");
    if (format_ >= 7) expect(at_rest(rt_, "dated").status() == instance_status::paused, "dated: waits on");
    time_->wall += 2 * day_ms;
    if (format_ >= 7) expect(rt_.wait("dated", wait_until::ended).has_value(), "dated: its day has come");
    expect(rt_.wait("delayed", wait_until::ended).has_value(), "delayed: is woken");
    const auto retried = rt_.wait("retrying", wait_until::ended);
    expect(retried && retried->failed_reason() == "Error: as told", "retrying: fails after its retry");
    expect(retried && retried->document()["context"]["broken"].size() == 2, "retrying: both attempts are there");
  }

  void pinned() {
    expect(at_rest(rt_, "pinned").waits().front().reason == "by the older document", "pinned: to its document");
    expect(resume("pinned", {{"answer", "yes"}}), "pinned: takes its answer");
    expect(at_rest(rt_, "pinned").status() == instance_status::completed, "pinned: completes");
  }

  void listens() {
    const json first{{"n", 1}};
    const json again{{"n", 3}};
    expect(rt_.signal("listening", "second", &again, {"k"}).has_value(), "listening: knows the key still");
    expect(rt_.signal("listening", "first", &first).has_value(), "listening: takes its signal");
    const auto done = rt_.wait("listening", wait_until::ended);
    expect(done && output(*done, "first") == json({{"signal", "first"}, {"payload", {{"n", 1}}}}), "listening: output");
    expect(done && output(*done, "second") == json({{"n", 2}}), "listening: the early signal is there still");
  }

  void schedules() {
    const auto there = rt_.find_schedule("nightly");
    if (!there) return problems_.push_back(to_string(there.failure()));
    const schedule_spec wanted = golden::nightly();
    expect(there->spec.cron == wanted.cron && there->spec.time_zone == wanted.time_zone, "nightly: when");
    expect(there->spec.overlap == wanted.overlap && there->spec.labels == wanted.labels, "nightly: how");
    expect(there->paused && *there->input == json({{"n", 1}}), "nightly: is paused, and its input");
  }

  void clock_was_set() {
    const auto rows = storage::open_sqlite_reader(path_);
    const core::clock_offsets kept{golden::clock_set_by_ms};
    expect(rows && (*rows)->offsets().value() == kept, "how the clock was set is known still");
    const auto waits = at_rest(rt_, "dated").waits();
    expect(waits.size() == 1 && waits[0].until_ms == golden::written_at_ms + day_ms, "dated: until when");
  }

  void was_cancelled() {
    for (const char* id : {"cancelled", "closing"}) { // the grace of the latter is over
      const auto ended = rt_.wait(id, wait_until::ended);
      expect(ended && ended->status() == instance_status::cancelled, std::string(id) + ": is cancelled");
      expect(ended && member(ended->document()["metadata"], "cancelledReason") == golden::cancel_reason,
             std::string(id) + ": why");
    }
    const auto unknown = rt_.query("closing");
    expect(unknown && member(unknown->document()["context"], "work").size() == 1, "closing: its attempt is recorded");
  }

  void all_ended() {
    const auto all = rt_.list();
    if (!all) return problems_.push_back(to_string(all.failure()));
    expect(all->size() == (format_ >= 8   ? 15u
                           : format_ >= 7 ? 13u
                           : format_ >= 6 ? 12u
                                          : 11u),
           "all instances are there");
    for (const instance_summary& i : *all)
      expect(i.owner == (format_ >= 10 && i.id == "dated" ? golden::owner : ""), i.id + ": is its owner's");
    for (const instance_summary& i : *all)
      expect(has_ended(i.status), i.id + ": has ended");
  }

  void replay_law() {
    const auto rows = storage::open_sqlite_reader(path_);
    if (!rows) return problems_.push_back(to_string(rows.failure()));
    core::node_types types = nodes::built_in_types();
    for (const node_type& own : golden::host_types({}))
      expect(core::add_type(types, own).has_value(), "the type " + own.name);
    const auto all = (*rows)->list(0, 100);
    for (const storage::summary_row& row : *all) {
      const auto stored = (*rows)->load(row.instance);
      const auto document = (*rows)->definition_by_hash(stored->definition_hash);
      const auto compiled = core::compile((*document)->text, row.definition_id, types);
      const auto obeyed = storage::check_replay(*compiled->workflow, **rows, row.instance);
      if (!obeyed) problems_.push_back(row.uid + ": " + to_string(obeyed.failure()));
    }
  }

  std::string path_;
  int format_;
  std::shared_ptr<set_clock> time_;
  runtime rt_;
  std::vector<std::string> problems_;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines)
    text += line + "\n";
  return text;
}

} // namespace

TEST_CASE("golden: there is a store of every format up to the present one") {
  for (int format = 1; format <= newest_format(); ++format) {
    INFO(name_of(format) << ": pawl-golden writes it, see tests/golden/README.md");
    CHECK(fs::exists(kept_files / name_of(format)));
  }
}

TEST_CASE("golden: every instance of every store since format 2 goes on where it was, to its end") {
  for (int format = 2; format <= newest_format(); ++format) {
    const test::temp_folder folder;
    const std::string path = copy_of(name_of(format), folder);
    INFO(name_of(format));
    CHECK(fs::file_size(path + "-wal") > 0); // a log that nobody moved into the main file
    CHECK(joined(judge(path, format).verdict()) == "");
  }
}

TEST_CASE("golden: what the writer makes today is as good") {
  const test::temp_folder folder;
  CHECK(joined(judge(freshly_written(folder), newest_format()).verdict()) == "");
}

TEST_CASE("golden: what a removed instance left since format 3 is erased") {
  for (int format = 3; format <= newest_format(); ++format) {
    const test::temp_folder folder;
    const std::string path = copy_of(name_of(format), folder);
    INFO(name_of(format));
    CHECK(test::raw_sqlite(path).ask("SELECT count(*) FROM removed JOIN step USING (instance)") != "0");
    auto opened = storage::open_sqlite_store(path);
    REQUIRE(opened);
    while (*(*opened)->clean_up()) {
    }
    opened->reset();
    CHECK(test::raw_sqlite(path).ask("SELECT count(*) FROM removed") == "0");
  }
}

TEST_CASE("golden: labels, the audit of secrets and what was seen of sealed stores are there since format 4") {
  for (int format = 4; format <= newest_format(); ++format) {
    const test::temp_folder folder;
    const std::string path = copy_of(name_of(format), folder);
    INFO(name_of(format));
    auto opened = storage::open_sqlite_store(path);
    REQUIRE(opened);
    storage::store& store = **opened;
    CHECK(store.load(**store.find("kept"))->labels == golden::labels_of_kept);
    const auto lines = store.secret_audit(0, 10);
    REQUIRE(lines);
    REQUIRE(lines->size() == 1);
    const secret_audit_entry line = lines->front();
    CHECK(line.sequence == 1);
    CHECK(line.at_ms == golden::written_at_ms);
    CHECK(line.secret == "sealed:mail");
    CHECK(line.destination == "https://example.org");
    CHECK(line.allowed);
    const auto known = store.write(
        {storage::sealed_write{golden::sealed_id, 6, "older"}, storage::sealed_write{golden::sealed_id, 7, "mac"}});
    CHECK(known[0].failure().code == errc::corrupt);
    CHECK(known[1]);
  }
}

TEST_CASE("golden: control: a store that lost something is noticed") {
  const test::temp_folder folder;
  const std::string path = copy_of(name_of(2), folder);
  const char* spoiled = GENERATE("UPDATE memory SET value = '1' WHERE name = 'next'",
                                 "UPDATE cursor SET node_state = '{}'", "UPDATE cursor SET key = 'k'");
  test::raw_sqlite(path).run(spoiled);
  INFO(spoiled);
  CHECK_FALSE(judge(path, 2).verdict().empty());
}

TEST_CASE("golden: a store of format 1 opens and every instance goes on where it was") {
  const test::temp_folder folder;
  const std::string path = copy_of(name_of(1), folder);
  const auto old = store_reader::open(path);
  REQUIRE_FALSE(old); // a reader cannot migrate, and says so
  CHECK(old.failure().code == errc::old_store);

  runtime rt = open_at(path, std::make_shared<set_clock>(1'800'000'000'000)); // later than anything that waits in it

  CHECK(at_rest(rt, "completed").document()["context"]["end"][0]["output"]["items"] == 0);
  CHECK(at_rest(rt, "failed").failed_reason() == "Error: as told");
  CHECK(at_rest(rt, "paused").waits().front().visit == 2);
  const json answer{{"answer", "second"}};
  REQUIRE(rt.resume("paused", &answer));
  const auto done = rt.wait("delayed", wait_until::ended);
  REQUIRE(done);
  CHECK(done->status() == instance_status::completed);
  REQUIRE(rt.resume("retrying", nullptr)); // retry now
  CHECK(at_rest(rt, "retrying").status() == instance_status::error);
  const auto retried = rt.history("retrying");
  REQUIRE(retried);
  CHECK(retried->size() > 5);
}

} // namespace golden_test
