// Schedules from the command alone.
#include "tests/cli/process.hpp"
#include "tests/support/temp_folder.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <fstream>

namespace schedule_test {

using namespace pawl::test;
using nlohmann::json;

namespace {

/// A store with the definition `job`, which ends at once.
class scene {
public:
  scene() {
    std::ofstream(job) << R"({"id": "job", "input": true, "nodes": [{"id": "t", "type": "trigger"}], "edges": []})";
  }

  ended schedule(words line, const std::string& input = "") const {
    line.insert(line.begin(), "schedule");
    line.insert(line.end(), {"--store", store});
    return run_pawl(line, input);
  }
  json shown(const std::string& id) const {
    const ended done = schedule({"show", id, "-o", "json"});
    INFO(done.err);
    REQUIRE(done.code == 0);
    return json::parse(done.out).at("schedule");
  }
  std::vector<json> instances() const { return json_lines(run_pawl({"list", "--store", store, "-o", "jsonl"}).out); }

  temp_folder folder;
  std::string store = folder.file("s.db");
  std::string job = folder.file("job.json");
};

} // namespace

TEST_CASE("schedule: added, shown with its next five times, paused, resumed, removed", "[schedule]") {
  const scene s;
  const ended added =
      s.schedule({"add", s.job, "--id", "nightly", "--cron", "30 2 * * *", "--zone", "Europe/Berlin", "--overlap",
                  "queue", "--missed", "all", "--window", "12h", "--input", R"({"n": 7})", "--label", "site=north"});
  INFO(added.err);
  REQUIRE(added.code == 0);
  CHECK(has(added.out, "schedule nightly of job: 30 2 * * *, Europe/Berlin, next 20"));
  const json shown = s.shown("nightly");
  CHECK(shown.at("workflowId") == "job");
  CHECK(shown.at("cron") == "30 2 * * *");
  CHECK(shown.at("timeZone") == "Europe/Berlin");
  CHECK(shown.at("overlap") == "queue");
  CHECK(shown.at("missedPolicy") == "all");
  CHECK(shown.at("windowMs") == 43'200'000);
  CHECK(shown.at("input") == json{{"n", 7}});
  CHECK(shown.at("labels") == json{{"site", "north"}});
  REQUIRE(shown.at("nextTimes").size() == 5);
  CHECK(shown.at("nextTimes")[0] == shown.at("nextDue"));
  CHECK(has(s.schedule({"show", "nightly"}).out, "overlap     queue"));
  CHECK(json_lines(s.schedule({"list", "-o", "jsonl"}).out).size() == 1);
  CHECK(has(s.schedule({"list"}).out, "nightly"));

  CHECK(has(s.schedule({"pause", "nightly"}).out, "is paused"));
  CHECK(s.shown("nightly").at("paused") == true);
  CHECK_FALSE(s.shown("nightly").contains("nextDue"));
  CHECK(s.shown("nightly").at("nextTimes").size() == 5);
  CHECK(has(s.schedule({"resume", "nightly"}).out, "goes on, next 20"));
  CHECK(s.schedule({"rm", "nightly"}).code == 0);
  CHECK(s.schedule({"rm", "nightly"}).code == 4);
  CHECK(s.schedule({"show", "nightly"}).code == 4);
  CHECK(s.schedule({"pause", "nightly"}).code == 4);
}

TEST_CASE("schedule: adding it again is nothing new, another content needs --replace", "[schedule]") {
  const scene s;
  REQUIRE(s.schedule({"add", s.job, "--id", "a", "--every", "15m"}).code == 0);
  CHECK(s.schedule({"add", s.job, "--id", "a", "--every", "15m"}).code == 0);
  CHECK(s.schedule({"add", "job", "--id", "a", "--every", "15m"}).code == 0); // the store has the definition
  const ended other = s.schedule({"add", s.job, "--id", "a", "--every", "10m"});
  CHECK(other.code == 1);
  CHECK(has(other.err, "another content"));
  REQUIRE(s.schedule({"add", s.job, "--id", "a", "--every", "10m", "--replace"}).code == 0);
  CHECK(s.shown("a").at("everyMs") == 600'000);
}

TEST_CASE("schedule: what is wrong is said with its place, before a store is made", "[schedule]") {
  const scene s;
  const ended cron = s.schedule({"add", s.job, "--id", "a", "--cron", "0 25 * * *"});
  CHECK(cron.code != 0);
  CHECK(has(cron.err, "byte 2, hour"));
  const ended zone = s.schedule({"add", s.job, "--id", "a", "--cron", "@daily", "--zone", "Europe/Atlantis"});
  CHECK(zone.code != 0);
  CHECK(has(zone.err, "--zone: there is no time zone 'Europe/Atlantis'"));
  CHECK(has(s.schedule({"add", s.job, "--id", "a", "--every", "1h", "--zone", "Europe/Berlin"}).err,
            "--zone goes with --cron"));
  CHECK(s.schedule({"add", s.job, "--id", "a"}).code == 2);
  CHECK(s.schedule({"add", s.job, "--id", "a", "--cron", "@daily", "--every", "1h"}).code == 2);
  CHECK(s.schedule({"add", s.job, "--id", "a", "--every", "soon"}).code == 2);
  CHECK(s.schedule({"add", s.job, "--id", "a", "--every", "1h", "--overlap", "maybe"}).code == 2);
  CHECK_FALSE(std::filesystem::exists(s.store));
  const ended unknown = s.schedule({"add", "other", "--id", "a", "--every", "1h"});
  CHECK(unknown.code == 1);
  CHECK(has(unknown.err, "neither a file 'other' nor a definition 'other'"));
}

TEST_CASE("schedule: an interval that is due starts instances until the command is stopped", "[schedule]") {
  const scene s;
  REQUIRE(s.schedule({"add", s.job, "--id", "tick", "--every", "1s", "--missed", "none"}).code == 0);
  {
    running process({"schedule", "run", "--store", s.store, "-o", "jsonl"});
    REQUIRE(process.read_until("status", "completed")); // waits for the first run, not for a time
    const ended second = s.schedule({"pause", "tick"});
    CHECK(second.code == 1); // it has an owner
    CHECK(s.schedule({"list"}).code == 0);
    process.send(SIGTERM);
    CHECK(process.wait() == 128 + SIGTERM);
  }
  REQUIRE(s.schedule({"pause", "tick"}).code == 0);
  const auto instances = s.instances();
  CHECK(s.shown("tick").at("started") == instances.size());
  CHECK(s.shown("tick").at("lastInstance") == instances.back().at("instanceId"));
  CHECK(has(instances.front().at("instanceId"), "tick-20"));
}

TEST_CASE("schedule: what was missed is made up and the command ends when nothing is left", "[schedule]") {
  const scene s;
  REQUIRE(s.schedule({"add", s.job, "--id", "tick", "--every", "1s"}).code == 0);
  const auto due = s.shown("tick").at("nextDue").get<std::int64_t>();
  for (;;) { // until the clock has passed it
    const ended ran = s.schedule({"run", "--until-idle", "--quiet"});
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    if (!s.instances().empty()) break;
  }
  CHECK(s.shown("tick").at("lastDue").get<std::int64_t>() >= due);
  CHECK(s.instances().front().at("status") == "completed");
}

} // namespace schedule_test
