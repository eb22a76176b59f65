// pawl-sim: many seeds, each a simulation of its own. pawl-sim-mutants is the same on sources with planted defects.
#include "tests/sim/mutant.hpp"
#include "tests/sim/simulation.hpp"
#include "tests/support/campaign.hpp"
#include "tests/support/slice.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>

int pawl::sim::planted_mutant = 0;

using namespace pawl::sim;

namespace {

struct wanted {
  std::uint64_t from = 1;
  std::uint64_t seeds = 1000;
  std::string half;
  std::uint64_t slices = 1;
  bool shows_trace = false;
  bool twice = false;
};

std::size_t run_once(std::uint64_t seed, bool shows_trace) {
  simulation one(seed);
  if (shows_trace) one.show_as_it_goes();
  one.run();
  return one.log().lines().size();
}

// Run twice it does the same to the byte.
void run_twice(std::uint64_t seed) {
  simulation first(seed);
  first.run();
  simulation second(seed);
  second.run();
  const auto& a = first.log().lines();
  const auto& b = second.log().lines();
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i)
    if (i >= a.size() || i >= b.size() || a[i] != b[i])
      second.log().violated("not the same twice, from line " + std::to_string(i) + ": " +
                            (i < a.size() ? a[i] : "(end)") + " / " + (i < b.size() ? b[i] : "(end)"));
}

void run(const wanted& what) {
  const auto end = std::chrono::steady_clock::now() + pawl::test::time_to_run();
  const std::uint64_t step = what.half.empty() ? 1 : 2;
  const pawl::test::slice part(what.slices);
  const std::uint64_t seeds = part.share(what.seeds);
  const std::uint64_t first = what.from + part.nth() * seeds * step;
  std::uint64_t seed = first + (what.half == "second" ? 1 : 0);
  std::uint64_t count = 0;
  std::uint64_t events = 0;
  pawl::test::figures figures(what.twice ? "seeds, each twice" : "seeds", first);
  for (; count < seeds || std::chrono::steady_clock::now() < end; ++count, seed += step) {
    if (what.twice)
      run_twice(seed);
    else
      events += run_once(seed, what.shows_trace);
    figures.so_far(count + 1);
  }
  figures.end(count, 0);
  std::cout << count << " seeds from " << first << ", " << events << " events, every promise kept\n";
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app("Simulates runtimes; the first broken promise ends it with 1.", "pawl-sim");
  wanted what;
  app.add_option("--seed-from", what.from, "The first seed")->envname("PAWL_SEED_FROM");
  app.add_option("--seeds", what.seeds, "How many");
  app.add_option("--slices", what.slices, "Of how many slices PAWL_SLICE picks one");
  app.add_option("--half", what.half, "Only every second seed")->check(CLI::IsMember({"first", "second"}));
  app.add_flag("--trace", what.shows_trace, "Shows what happens");
  app.add_flag("--twice", what.twice, "Runs each seed twice and compares the traces");
#ifdef PAWL_MUTANTS
  app.add_option("--mutate", planted_mutant, "Plants the defect of that number (mutants/defects.py)");
#endif
  CLI11_PARSE(app, argc, argv);
  run(what);
  return 0;
}
