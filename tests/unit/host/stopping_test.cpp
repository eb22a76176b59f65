// Executors that take long, and the end of the runtime.
#include "tests/support/given.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <future>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace host_stopping_test {

using namespace pawl;
using nlohmann::json;

namespace {

using pawl::test::given;
using pawl::test::patience;
const char* const one_node = R"({"id": "one", "nodes": [{"id": "n", "type": "long"}], "edges": []})";

/// What the executor saw, on whatever thread.
class record {
public:
  void keep(const node_context& c) {
    std::lock_guard lock(mutex_);
    runs_.push_back(c.instance_id() + " " + c.idempotency_key() + " " + std::to_string(c.attempt()));
    if (runs_.size() == 1) begun_.set_value();
  }
  std::vector<std::string> runs() const {
    std::lock_guard lock(mutex_);
    return runs_;
  }
  void await_first() { begun_.get_future().get(); }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> runs_;
  std::promise<void> begun_;
};

runtime open(const std::string& path, node_type::executor run) {
  node_type type("long", std::move(run));
  type.concurrency = 1;
  options opts;
  opts.store_path = path;
  opts.node_types.push_back(std::move(type));
  return given(runtime::open(std::move(opts)));
}

void begin(runtime& rt, const std::string& id) {
  given(rt.load_definition(one_node));
  start_options how;
  how.id = id;
  given(rt.start("one", json::object(), how));
}

std::string events(const runtime& rt, const std::string& id) {
  const auto entries = given(rt.history(id));
  std::string all;
  for (const history_entry& e : entries)
    all += (all.empty() ? "" : " ") + e.event;
  return all;
}

} // namespace

TEST_CASE("stopping: what an executor gives up leaves no trace and runs again with the same key") {
  test::temp_folder folder;
  record first;
  {
    runtime rt = open(folder.file("a.db"), [&first](node_context& c) {
      first.keep(c);
      while (!c.is_stopping())
        std::this_thread::yield();
      return outcome::give_up();
    });
    begin(rt, "a");
    first.await_first();
    begin(rt, "b"); // waits for the one thread
    rt.stop();
  }
  REQUIRE(first.runs().size() == 1); // what waited was not begun
  record second;
  runtime rt = open(folder.file("a.db"), [&second](node_context& c) {
    second.keep(c);
    return outcome::nothing();
  });
  for (const char* id : {"a", "b"}) {
    const auto ended = given(rt.wait(id, wait_until::ended, patience));
    CHECK(ended.status() == instance_status::completed);
    CHECK(events(rt, id) == "started succeeded");
  }
  const auto runs = second.runs();
  REQUIRE(runs.size() == 2);
  CHECK(std::count(runs.begin(), runs.end(), first.runs()[0]) == 1);
  CHECK(runs[1].back() == '1');
}

TEST_CASE("stopping: what an executor finishes while the runtime stops is kept") {
  test::temp_folder folder;
  record first;
  {
    runtime rt = open(folder.file("a.db"), [&first](node_context& c) {
      first.keep(c);
      while (!c.is_stopping())
        std::this_thread::yield();
      return outcome::output(1);
    });
    begin(rt, "a");
    first.await_first();
    rt.stop();
  }
  runtime rt = open(folder.file("a.db"), [](node_context&) { return outcome::nothing(); });
  CHECK(events(rt, "a") == "started succeeded");
}

TEST_CASE("stopping: giving up while nothing stops is a failed attempt") {
  runtime rt = open("", [](node_context& c) { return c.is_stopping() ? outcome::nothing() : outcome::give_up(); });
  begin(rt, "a");
  const auto ended = given(rt.wait("a", wait_until::ended, patience));
  CHECK(ended.status() == instance_status::failed);
  CHECK(ended.failed_reason().find("GivenUp: ") == 0);
}

TEST_CASE("stopping: an executor that does not return is left behind, and the store is closed in order") {
  test::temp_folder folder;
  const auto hold = std::make_shared<std::promise<void>>(); // the thread that is left behind has a share of its own
  const auto held = hold->get_future().share();
  const auto begun = std::make_shared<std::promise<void>>();
  std::vector<std::string> log;
  std::mutex log_mutex;
  {
    node_type type("long", [held, begun](node_context&) {
      begun->set_value();
      held.wait();
      return outcome::output(1);
    });
    type.concurrency = 1;
    options opts;
    opts.store_path = folder.file("a.db");
    opts.node_types.push_back(std::move(type));
    opts.on_log = [&](const std::string& line) {
      std::lock_guard lock(log_mutex);
      log.push_back(line);
    };
    runtime rt = given(runtime::open(std::move(opts)));
    begin(rt, "a");
    begun->get_future().get();
    begin(rt, "b"); // waits for the one thread
    rt.stop(std::chrono::milliseconds(1));
  }
  {
    std::lock_guard lock(log_mutex);
    REQUIRE_FALSE(log.empty());
    CHECK(log[0].find("node 'n' of instance 'a' (type 'long')") != std::string::npos);
  }
  std::ifstream card(folder.file("a.db.lock"));
  const std::string text((std::istreambuf_iterator<char>(card)), std::istreambuf_iterator<char>());
  CHECK(text.find("closed") != std::string::npos);
  runtime rt = open(folder.file("a.db"), [](node_context&) { return outcome::nothing(); });
  for (const char* id : {"a", "b"})
    CHECK(given(rt.wait(id, wait_until::ended, patience)).status() == instance_status::completed);
  CHECK(events(rt, "a") == "started succeeded");
  hold->set_value();
}

} // namespace host_stopping_test
