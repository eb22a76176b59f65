// Backpressure: a disk a thousand times slower than an ordinary one, and starts that come as fast as they can.
#include "tests/support/faulty_disk.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <future>
#include <string>
#include <thread>

using namespace pawl;
using namespace pawl::test;
using nlohmann::json;
using std::chrono::microseconds;

namespace {

constexpr auto patience = std::chrono::hours(1);

const char* const one_node = R"({"id":"w","input":{"type":"object"},"nodes":[
  {"id":"in","type":"trigger"},{"id":"n","type":"set","data":"{{ input.text|upper }}"}],
  "edges":[{"source":"in","target":"n"}]})";

// An SSD syncs in 0.1 ms and writes 2 GB a second.
constexpr auto sync_time = microseconds(100'000);
constexpr std::int64_t bytes_per_us = 2;

/// In the check 5,000 instances are offered; with PAWL_LONG the 100,000 that the promise is about.
int offered() { return std::getenv("PAWL_LONG") != nullptr ? 100'000 : 5'000; }

// In MiB; of /proc/self/status.
double memory(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind(field + ":", 0) == 0) return std::stod(line.substr(field.size() + 1)) / 1024;
  throw std::runtime_error("no " + field);
}
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// The sleep is what this test is about: it is the disk.
class slow_disk {
public:
  slow_disk() {
    disk_.watch([this](const disk_operation& op) {
      if (op.call == disk_call::write) unsynced_ += op.bytes;
      if (op.call == disk_call::sync && is_slow_)
        std::this_thread::sleep_for(sync_time + microseconds(unsynced_.exchange(0) / bytes_per_us));
    });
  }
  void become_slow() { is_slow_ = true; }

private:
  std::atomic<bool> is_slow_{false};
  std::atomic<std::int64_t> unsynced_{0};
  faulty_disk disk_;
};

struct offered_starts {
  int taken = 0;
  int refused = 0;
};

// As fast as start_async lets; keeps few futures, for they take memory as well.
offered_starts offer(runtime& rt, int count) {
  offered_starts seen;
  std::deque<std::future<result<std::string>>> open;
  const auto settle = [&] {
    const auto answer = open.front().get();
    open.pop_front();
    if (answer)
      ++seen.taken;
    else if (answer.failure().code == errc::overloaded)
      ++seen.refused;
    else
      throw std::runtime_error(to_string(answer.failure()));
  };
  const json input{{"text", std::string(200, 'x')}};
  for (int i = 0; i < count; ++i) {
    open.push_back(rt.start_async("w", input));
    while (open.size() > 20'000 ||
           (!open.empty() && open.front().wait_for(microseconds(0)) == std::future_status::ready))
      settle();
  }
  while (!open.empty())
    settle();
  return seen;
}

int completed(const runtime& rt) {
  int count = 0;
  std::string after;
  for (;;) {
    const auto page = rt.list(1000, after);
    if (!page) throw std::runtime_error(to_string(page.failure()));
    if (page->empty()) return count;
    for (const instance_summary& i : *page)
      count += i.status == instance_status::completed ? 1 : 0;
    after = page->back().id;
  }
}

runtime open(const std::string& path, options opts) {
  opts.store_path = path;
  auto opened = runtime::open(std::move(opts));
  if (!opened) FAIL(to_string(opened.failure()));
  if (auto loaded = opened->load_definition(one_node); !loaded) FAIL(to_string(loaded.failure()));
  return std::move(*opened);
}

} // namespace

TEST_CASE("slow disk: starts wait for room, memory stays bounded, nothing is lost") {
  temp_folder folder;
  slow_disk disk;
  options opts;
  if (std::getenv("PAWL_NO_BOUND") != nullptr) opts.active_instances_max = 1'000'000;
  runtime rt = open(folder.file("store.db"), opts);
  const int count = std::getenv("PAWL_NO_BOUND") != nullptr ? 60'000 : offered();
  (void)offer(rt, 100); // so that every thread and cache is there
  forget_peak();
  const double idle_mib = memory("VmRSS");
  disk.become_slow();
  const offered_starts seen = offer(rt, count);
  const double grown_mib = memory("VmHWM") - idle_mib;
  WARN(count << " starts offered: " << grown_mib << " MiB above " << idle_mib);
  CHECK(grown_mib <= 64);
  CHECK(seen.taken == count);
  REQUIRE(rt.drain(patience));
  CHECK(completed(rt) == count + 100);
}

TEST_CASE("slow disk: starts fail at once where the host wants that, and what was taken completes") {
  temp_folder folder;
  slow_disk disk;
  options opts;
  opts.active_instances_max = 100;
  opts.when_full = options::when_full::fail;
  runtime rt = open(folder.file("store.db"), opts);
  disk.become_slow();
  const offered_starts seen = offer(rt, 2'000);
  CHECK(seen.taken >= 100);
  CHECK(seen.refused > 0);
  CHECK(seen.taken + seen.refused == 2'000);
  REQUIRE(rt.drain(patience));
  CHECK(completed(rt) == seen.taken);
}

TEST_CASE("slow disk: one large input takes the room of many") {
  temp_folder folder;
  slow_disk disk;
  options opts;
  opts.active_instances_max = 100;
  opts.when_full = options::when_full::fail;
  runtime rt = open(folder.file("store.db"), opts);
  disk.become_slow();
  const json large{{"text", std::string(399'000, 'x')}}; // 98 places
  auto first = rt.start_async("w", large);
  const auto second = rt.start_async("w", large).get();
  REQUIRE_FALSE(second);
  CHECK(second.failure().code == errc::overloaded);
  CHECK(first.get());
}

TEST_CASE("slow disk: stopping answers the starts that wait for room") {
  temp_folder folder;
  slow_disk disk;
  options opts;
  opts.active_instances_max = 10;
  runtime rt = open(folder.file("store.db"), opts);
  disk.become_slow();
  std::atomic<int> begun{0};
  std::vector<std::future<result<std::string>>> callers;
  for (int i = 0; i < 30; ++i)
    callers.push_back(std::async(std::launch::async, [&] {
      ++begun;
      return rt.start("w", json::object());
    }));
  while (begun < 30)
    std::this_thread::yield();
  rt.stop();
  for (auto& caller : callers) {
    const auto answer = caller.get();
    if (!answer) CHECK(answer.failure().code == errc::stopped);
  }
}
