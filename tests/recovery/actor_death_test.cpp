// Actors that die in the middle of their work take nothing with them.
#include "tests/crash/workload.hpp"
#include "tests/recovery/lab.hpp"
#include "tests/support/given.hpp"

#include <caf/all.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <map>

namespace actor_death_test {

using namespace pawl;
using namespace pawl::recovery;
using nlohmann::json;
using pawl::test::given;

namespace {

constexpr int instances = 8;

using assassin = std::function<void(host::engine&)>;

void kill(const caf::actor& victim) { caf::anon_send_exit(victim, caf::exit_reason::kill); }

assassin killer_of_nodes(const std::string& type) {
  return [type](host::engine& rt) { kill(rt.shared().pools.pick(rt.shared().types.at({type, 1}))); };
}

void kill_instances(host::engine& rt) {
  for (int n = 0; n < instances; ++n)
    kill(rt.find_live(crash::uid_of(n)));
}

struct victim {
  const char* name;
  assassin strike;
};

std::vector<victim> victims() {
  return {{"instances", kill_instances},
          {"the store", [](host::engine& rt) { kill(rt.shared().store.get()); }},
          {"the timers", [](host::engine& rt) { kill(rt.shared().timers.get()); }},
          {"a blocking node", killer_of_nodes("work")},
          {"a node that does not block", killer_of_nodes("shaky")},
          {"a node that pauses", killer_of_nodes("nap")},
          {"a built-in node", killer_of_nodes("iterator")}};
}

/// Hears every event and says what is missing, doubled or out of order.
class listener {
public:
  options listening(options opts) {
    opts.event_queue_max = 1'000'000;
    opts.on_event = [this](const instance_event& e) {
      std::int64_t& heard = heard_[e.instance_id];
      if (e.missed > 0 || e.entry.revision != heard + 1)
        faults_ += e.instance_id + ": " + std::to_string(e.entry.revision) + " after " + std::to_string(heard) + "\n";
      heard = e.entry.revision;
    };
    return opts;
  }
  /// When the runtime has stopped; `ended` is the list of instances from before.
  std::string faults(const std::vector<instance_summary>& ended) {
    for (const instance_summary& i : ended)
      if (heard_[i.id] != i.revision) faults_ += i.id + ": heard only up to " + std::to_string(heard_[i.id]) + "\n";
    return faults_;
  }

private:
  std::map<std::string, std::int64_t> heard_;
  std::string faults_;
};

} // namespace

TEST_CASE("recovery: whatever actor is killed at work, every instance completes, nothing is recorded or told twice") {
  for (const victim& v : victims()) {
    lab place;
    listener hears;
    auto rt = place.open(hears.listening(place.settings()));
    int kills = 0;
    const auto ends = place.drive(*rt, instances, [&](progress& so_far) {
      while (so_far.reached(20 * (kills + 1))) {
        v.strike(*rt);
        ++kills;
      }
    });

    const auto all = rt->list(1000, "");
    REQUIRE(all);
    rt->stop();
    INFO("killed: " << v.name << ", " << kills << " times\n" << joined(place.log()));
    CHECK(kills > 10);
    CHECK(joined(ends).empty());
    CHECK(joined(place.faults(instances)).empty());
    CHECK(hears.faults(*all).empty());
  }
}

TEST_CASE("recovery: instance actors killed over and over from their first commit on complete all the same") {
  lab place;
  auto rt = place.open();
  const auto ends = place.drive(*rt, instances, [&](progress& so_far) {
    for (int kills = 0; kills < 100 && so_far.reached(0); ++kills)
      kill_instances(*rt);
  });
  rt->stop();
  INFO(joined(place.log()));
  CHECK(joined(ends).empty());
  CHECK(joined(place.faults(instances)).empty());
}

TEST_CASE("recovery: an executor may throw anything, the retry comes") {
  lab place;
  options opts = place.settings();
  node_type throws;
  throws.name = "throws";
  throws.blocking = GENERATE(true, false);
  throws.execute = [](node_context& c) -> outcome {
    if (c.attempt() == 1) throw std::runtime_error("thrown");
    if (c.attempt() == 2) throw 42; // not even an exception
    return outcome::output(c.attempt());
  };
  throws.retry = retry_policy{};
  throws.retry->max_attempts = 3;
  opts.node_types.push_back(throws);
  auto rt = place.open(opts);
  begin(*rt, R"({"id": "t", "nodes": [{"id": "n", "type": "throws"}], "edges": []})", "t-1");
  const auto ended = given(rt->wait("t-1", wait_until::ended, patience));
  CHECK(ended.status() == instance_status::completed);
  const json& results = ended.document()["context"]["n"];
  REQUIRE(results.size() == 3);
  CHECK(results[0]["error"] == "Error: thrown");
  CHECK(results[2]["output"] == 3);
}

} // namespace actor_death_test
