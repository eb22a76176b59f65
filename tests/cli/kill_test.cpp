// A loop of 4,000 iterations is killed 25 times and ends with every result once and in order.
#include "tests/cli/process.hpp"
#include "tests/support/temp_folder.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>

namespace kill_test {

using namespace pawl::test;
using nlohmann::json;

namespace {

constexpr int iterations = 4000;
constexpr int kills = 25;
constexpr int steps_in_all = 2 * iterations + 4; // started, in, each and work, each (done), done

unsigned long seed() {
  const char* const from = std::getenv("PAWL_SEED_FROM");
  return from != nullptr ? std::strtoul(from, nullptr, 10) : 1;
}

// The revisions at which the runs are killed, spread over the whole loop.
std::vector<std::int64_t> kill_points(unsigned long from) {
  std::mt19937_64 random(from);
  std::vector<std::int64_t> revisions;
  constexpr int apart = steps_in_all / (kills + 2);
  for (int i = 0; i < kills; ++i)
    revisions.push_back(i * apart + 1 + static_cast<int>(random() % apart));
  return revisions;
}

// Reads lines of progress up to the revision (at least one), then kills. Says whether the process still ran.
bool run_and_kill(const words& line, std::int64_t revision) {
  running process(line);
  std::int64_t seen = 0;
  do {
    const auto step = process.read_line();
    if (!step) return false;
    seen = json::parse(*step).at("revision").get<std::int64_t>();
  } while (seen < revision);
  process.send(SIGKILL);
  return process.wait() == 128 + SIGKILL;
}

void check_history(const std::vector<json>& history) {
  REQUIRE(history.size() == steps_in_all);
  std::int64_t next_index = 0;
  std::int64_t wrong = 0;
  for (std::size_t i = 0; i < history.size(); ++i) {
    wrong += history[i]["revision"] != i + 1;
    if (history[i]["node"] == "work") wrong += history[i]["output"]["index"] != next_index++;
  }
  CHECK(next_index == iterations);
  CHECK(wrong == 0);
}

void check_context(const json& context) {
  REQUIRE(context["work"].size() == iterations);
  std::int64_t wrong = 0;
  for (int i = 0; i < iterations; ++i)
    wrong += context["work"][i]["output"] != json{{"index", i}, {"item", i * 3}};
  CHECK(wrong == 0);
  CHECK(context["done"][0]["output"]["count"] == iterations);
}

} // namespace

TEST_CASE("kill: a loop of 4,000 iterations, killed 25 times, has every result once and in order", "[kill]") {
  temp_folder folder;
  std::vector<int> items(iterations);
  for (int i = 0; i < iterations; ++i)
    items[static_cast<std::size_t>(i)] = i * 3;
  std::ofstream(folder.file("input.json")) << json{{"items", items}};
  const words line{"run",     example("loop.json"),
                   "--store", folder.file("s.db"),
                   "--id",    "l",
                   "--input", "@" + folder.file("input.json"),
                   "-o",      "jsonl"};
  std::cout << "seed " << seed() << std::endl;
  for (const std::int64_t revision : kill_points(seed())) {
    INFO("at revision " << revision);
    REQUIRE(run_and_kill(line, revision));
  }
  REQUIRE(run_pawl(line).code == 0);
  check_history(json_lines(run_pawl({"history", "l", "--store", folder.file("s.db"), "-o", "jsonl"}).out));
  const ended shown = run_pawl({"show", "l", "--store", folder.file("s.db"), "-o", "json"});
  REQUIRE(shown.code == 0);
  CHECK(json::parse(shown.out)["snapshot"]["status"] == "completed");
  check_context(json::parse(shown.out)["snapshot"]["context"]);
}

} // namespace kill_test
