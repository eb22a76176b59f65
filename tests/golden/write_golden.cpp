// Writes the golden store of the format that this program makes: FOLDER/format-N.db and its log, as a machine that
// died would leave them. Its rows are the same at every run; SQLite's own numbers (the log's salts) are not.
#include "runtime/host/engine.hpp"
#include "storage/forwarding_store.hpp"
#include "storage/migrations.hpp"
#include "tests/contract/raw_sqlite.hpp"
#include "tests/golden/golden.hpp"
#include "tests/support/places.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <stdexcept>

namespace {

using namespace pawl;
using golden::set_clock;
using nlohmann::json;

/// Nobody wakes by time, the log stays as long as it is until the store is closed, and nothing is erased.
class sleepy_store final : public storage::forwarding_store {
public:
  using storage::forwarding_store::forwarding_store;
  result<storage::checkpointed> checkpoint(std::size_t) override { return storage::checkpointed{}; }
  result<bool> clean_up() override { return false; }
  result<std::vector<storage::due_row>> due(core::timeline, storage::due_mark, storage::timestamp_ms,
                                            std::size_t) override {
    return std::vector<storage::due_row>{};
  }
  result<std::optional<storage::timestamp_ms>> next_due(core::timeline, storage::due_mark) override {
    return std::optional<storage::timestamp_ms>{};
  }
};

template <class T> T good(result<T> r) {
  if (!r) throw std::runtime_error(to_string(r.failure()));
  return *std::move(r);
}
void good(const result<void>& r) {
  if (!r) throw std::runtime_error(to_string(r.failure()));
}

class writer {
public:
  explicit writer(std::string path)
      : path_(std::move(path)), time_(std::make_shared<set_clock>(golden::written_at_ms)) {
    good(storage::open_sqlite_store(path_)).reset();
    test::raw_sqlite(path_).run(std::string("UPDATE identity SET value = '") + golden::identity + "'");
    open();
  }

  void open() {
    options opts;
    opts.store_path = path_;
    opts.time = time_;
    opts.worker_threads = 1;
    opts.node_types = golden::host_types([this](const node_context& c) {
      if (c.instance_id() != "working" && c.instance_id() != "answered" && c.instance_id() != "closing") return;
      reached_.set_value();
      std::promise<void>().get_future().wait(); // for ever: it is in flight when the program ends
    });
    rt_ = good(host::engine::open(std::move(opts), [path = path_]() -> result<std::unique_ptr<storage::store>> {
      auto inner = storage::open_sqlite_store(path);
      if (!inner) return inner.failure();
      return std::unique_ptr<storage::store>(std::make_unique<sleepy_store>(*std::move(inner)));
    }));
  }
  void close() { rt_.reset(); }

  void load(const json& document) { good(rt_->load_definition(document.dump(), "")); }

  json input(int items, const char* then = "work") {
    json list = json::array();
    for (int i = 1; i <= items; ++i)
      list.push_back("item " + std::to_string(i));
    return {{"items", list}, {"then", then}, {"retries", 0}, {"restMs", 0}};
  }

  void start(const char* id, const json& with, std::optional<std::int64_t> step_limit = {},
             const std::map<std::string, std::string>& labels = {}) {
    time_->wall += 1000;
    start_options how;
    how.labels = labels;
    how.id = id;
    how.step_limit = step_limit;
    good(rt_->start("everything", with, how));
  }
  void rest(const char* id) { good(rt_->wait(id, wait_until::at_rest, std::chrono::minutes(1))); }
  void listen(const char* id) {
    load(json::parse(golden::listener));
    time_->wall += 1000;
    start_options how;
    how.id = id;
    good(rt_->start("listener", json::object(), how));
    rest(id);
    const json early{{"n", 2}};
    good(rt_->signal(id, "second", &early, {"k"}));
  }
  void wait_for_date(const char* id) {
    load_options owned;
    owned.owner = golden::owner;
    good(rt_->load_definition(golden::dated, owned));
    time_->wall += 1000;
    start_options how;
    how.id = id;
    good(rt_->start("dated", json::object(), how));
    rest(id);
  }
  void schedule() {
    time_->wall += 1000;
    good(rt_->add_schedule(golden::nightly(), {{"n", 1}}, {}));
    good(rt_->set_schedule_paused(golden::nightly().id, true)); // it starts nothing while a test looks
  }
  void cancel(const char* id) {
    time_->wall += 1000;
    good(rt_->cancel(id, {golden::cancel_reason, false}));
  }
  void remove(const char* id) { good(rt_->remove(id)); }
  void write(const std::vector<storage::change>& changes) {
    (void)rt_->shared().slot.use([&](storage::store& store) {
      for (auto& answer : store.write(changes))
        good(std::move(answer));
    });
  }
  void answer(const char* id, const json& payload) {
    time_->wall += 1000;
    good(rt_->resume(id, &payload, {}));
  }
  /// Until an executor stands still.
  void in_flight() {
    reached_.get_future().wait();
    reached_ = {};
  }
  void pass(std::int64_t ms) { time_->wall += ms; }

private:
  std::string path_;
  std::shared_ptr<set_clock> time_;
  std::promise<void> reached_;
  std::unique_ptr<host::engine> rt_;
};

json with(json input, const char* member, const json& value) {
  input[member] = value;
  return input;
}

// What an orderly end moved into the main file.
void write_main_file(writer& w, const json& definition) {
  json older = definition;
  older["nodes"][2]["data"]["reason"] = "by the older document";
  w.load(older);
  w.start("pinned", w.input(1));
  w.rest("pinned");
  w.load(definition);
  w.start("removed", w.input(0));
  w.rest("removed");
  w.remove("removed");
  w.start("completed", w.input(0));
  w.rest("completed");
  w.start("failed", w.input(0, "break"));
  w.rest("failed");
  w.start("halted", w.input(0), 2);
  w.rest("halted");
  w.start("delayed", with(w.input(0, "rest"), "restMs", golden::day_ms));
  w.rest("delayed");
  w.start("overdue", with(w.input(0, "rest"), "restMs", golden::hour_ms / 2));
  w.rest("overdue");
  w.start("looping", w.input(3), 1000);
  w.rest("looping");
  w.start("retrying", with(w.input(0, "break"), "retries", 1));
  w.rest("retrying");
  w.start("kept", w.input(0, "keep"), {}, golden::labels_of_kept);
  w.rest("kept");
  w.start("answered", w.input(0, "keep"));
  w.rest("answered");
  w.listen("listening");
  w.schedule();
  w.wait_for_date("dated");
  w.start("cancelled", w.input(0, "keep"));
  w.rest("cancelled");
  w.cancel("cancelled");
  w.write({storage::audit_write{golden::audited()}, storage::sealed_write{golden::sealed_id, 7, "mac"},
           storage::clock_write{{golden::clock_set_by_ms}}});
  w.pass(golden::clock_set_by_ms); // as the wall clock was
}

// What a hot log holds: changes of rows in the main file, and new ones.
void write_log(writer& w) {
  w.pass(golden::hour_ms);
  w.answer("looping", {{"answer", "first"}});
  w.rest("looping");
  w.answer("answered", {{"by", "Ada"}});
  w.in_flight();
  w.start("working", w.input(0));
  w.in_flight();
  w.start("closing", w.input(0));
  w.in_flight();
  w.cancel("closing");
}

std::string write_in(const std::string& folder, const json& definition) {
  std::string name = "format-" + std::to_string(storage::migrations().back().number) + ".db";
  const std::string path = folder + "/" + name;
  if (std::filesystem::exists(path))
    throw std::runtime_error(path + " is there already, and golden files never change");
  auto* w = new writer(path); // never destroyed: closing would empty the log
  write_main_file(*w, definition);
  w->close();
  w->open();
  write_log(*w);
  for (const char* end : {"-shm", ".lock"}) // of no use to another machine
    std::filesystem::remove(path + end);
  return name;
}

} // namespace

int main(int count, char** values) {
  if (count != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", values[0]);
    return 2;
  }
  try {
    std::ifstream definition(test::source("tests/golden/everything.json"));
    std::printf("%s\n", write_in(values[1], json::parse(definition)).c_str());
    std::fflush(stdout);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    std::_Exit(1);
  }
  std::_Exit(0); // as killed
}
