// Backpressure: a disk a thousand times slower than an ordinary one, and starts that come as fast as they can.
#include "tests/support/faulty_disk.hpp"
#include "tests/support/given.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <malloc.h>

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

bool is_set(const char* variable) { return std::getenv(variable) != nullptr; }

struct crowd {
  int starts;
  std::size_t text_bytes;
};
/// In the check enough to fill the room and go on; with PAWL_LONG the 100,000 that the promise is about.
crowd small_inputs() { return {is_set("PAWL_LONG") ? 100'000 : 6'000, 200}; }
crowd large_inputs() { return {is_set("PAWL_LONG") ? 20'000 : 1'500, 3'000}; }
crowd too_many() { return {60'000, 200}; }

constexpr double grown_mib_max = 64;

// In MiB; of /proc/self/status.
double memory(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind(field + ":", 0) == 0) return std::stod(line.substr(field.size() + 1)) / 1024;
  throw std::runtime_error("no " + field);
}
void forget_peak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
}

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

// As fast as start_async lets; keeps few futures, for they take memory as well. Ends early above `peak_mib_max`.
offered_starts offer(runtime& rt, const crowd& all, double peak_mib_max = 1e9) {
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
  const json input{{"text", std::string(all.text_bytes, 'x')}};
  for (int i = 0; i < all.starts; ++i) {
    if (i % 1'000 == 0 && memory("VmHWM") > peak_mib_max) return seen;
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
  auto opened = given(runtime::open(std::move(opts)));
  given(opened.load_definition(one_node));
  return opened;
}
runtime open_refusing(const std::string& path, std::size_t active_instances_max) {
  options opts;
  opts.active_instances_max = active_instances_max;
  opts.when_full = overload_policy::fail;
  return open(path, opts);
}

} // namespace

TEST_CASE("slow disk: starts wait for room, memory stays bounded, nothing is lost") {
  temp_folder folder;
  slow_disk disk;
  options opts;
  if (is_set("PAWL_NO_BOUND")) opts.active_instances_max = 1'000'000;
  runtime rt = open(folder.file("store.db"), opts);
  const crowd all = is_set("PAWL_NO_BOUND") ? too_many() : GENERATE(small_inputs(), large_inputs());
  (void)offer(rt, {100, 200}); // so that every thread and cache is there
  forget_peak();
  const double idle_mib = memory("VmRSS");
  disk.become_slow();
  const offered_starts seen = offer(rt, all, idle_mib + grown_mib_max);
  const double grown_mib = memory("VmHWM") - idle_mib;
  WARN(all.starts << " starts with " << all.text_bytes << " bytes: " << grown_mib << " MiB above " << idle_mib);
  REQUIRE(grown_mib <= grown_mib_max);
  CHECK(seen.taken == all.starts);
  REQUIRE(rt.drain(patience));
  CHECK(completed(rt) == all.starts + 100);
}

TEST_CASE("slow disk: starts fail at once where the host wants that, and what was taken completes") {
  temp_folder folder;
  slow_disk disk;
  runtime rt = open_refusing(folder.file("store.db"), 100);
  disk.become_slow();
  const offered_starts seen = offer(rt, {2'000, 200});
  CHECK(seen.taken >= 100);
  CHECK(seen.refused > 0);
  CHECK(seen.taken + seen.refused == 2'000);
  REQUIRE(rt.drain(patience));
  CHECK(completed(rt) == seen.taken);
}

TEST_CASE("slow disk: one large input takes the room of many") {
  temp_folder folder;
  slow_disk disk;
  runtime rt = open_refusing(folder.file("store.db"), 100);
  disk.become_slow();
  const json large{{"text", std::string(90'000, 'x')}}; // 88 places
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
