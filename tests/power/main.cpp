// The suites: writes (power cuts in everything that a store does), recovery (again while it is opened after a crash),
// faults (an operation of the opening fails, then power is cut).
#include "tests/power/campaign.hpp"
#include "tests/power/stories.hpp"
#include "tests/support/campaign.hpp"
#include "tests/support/slice.hpp"
#include "tests/support/ways_to_fail.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>

namespace {

using namespace pawl;
using namespace pawl::power;

enum status { held = 0, failed = 1, usage = 2, lost = 3 };

struct arguments {
  std::string suite;
  std::string repeat;
  std::size_t cases = 1000;
  std::uint64_t seed = 0;
  std::uint64_t slices = 1;
  defect planted = defect::none;
};

using clock_type = std::chrono::steady_clock;

struct recorded {
  recipe from;
  recording made;
};

std::int64_t count_syncs(const recording& made) {
  return std::count_if(made.events.begin(), made.events.end(),
                       [](const disk_event& e) { return e.what == disk_event::kind::sync; });
}

/// Without a fault, and with each of its syncs failing once.
std::vector<recorded> with_failing_syncs(const std::string& story, campaign& all) {
  std::vector<recorded> made;
  const auto add = [&](const recipe& from) {
    made.push_back({from, record(from, all.planted())});
    all.look_at(made.back().made, from);
  };
  add({story, "", 0, false});
  const std::int64_t syncs = count_syncs(made.front().made);
  for (std::int64_t nth = 1; nth <= syncs; ++nth)
    add({story, test::failing_sync().name, nth, false});
  return made;
}

recorded random_recording(std::uint64_t seed, campaign& all) {
  recipe from{random_story(seed).name, "", 0, false};
  if (seed % 2 == 1) { // one of its first syncs fails
    from.way = test::failing_sync().name;
    from.nth = static_cast<std::int64_t>(1 + seed / 2 % 12);
  }
  recorded made{from, record(from, all.planted())};
  all.look_at(made.made, from);
  return made;
}

bool is_over(const campaign& all) { return all.planted() != defect::none && all.has_loss(); }

constexpr std::uint64_t rounds_of_fixed = 8; ///< to two of the others, which are many and alike

constexpr std::size_t recordings_max = 300; ///< a megabyte each

bool is_variation(const recorded& r) { return !r.from.way.empty() || r.from.story.find("random") == 0; }

std::uint64_t round_of(std::uint64_t count, const arguments& args) {
  return count <= disk_model::all_kept ? count : count + args.seed;
}

void power_cuts_while_it_writes(campaign& all, const arguments& args, clock_type::time_point end) {
  std::vector<recorded> recordings;
  for (const story& s : fixed_stories())
    for (recorded& r : with_failing_syncs(s.name, all))
      recordings.push_back(std::move(r));
  std::uint64_t seed = args.seed;
  for (int i = 0; i < 30; ++i)
    recordings.push_back(random_recording(seed++, all));
  std::uint64_t next = 0;
  while (all.cases() < args.cases)
    for (std::uint64_t i = 0; i < rounds_of_fixed; ++i, ++next)
      for (const recorded& r : recordings) {
        if (i > 1 && is_variation(r)) continue;
        all.try_every_cut(r.made, r.from, round_of(next, args), args.cases);
        if (is_over(all)) return;
      }
  while (clock_type::now() < end) {
    const recorded r = random_recording(seed++, all);
    for (std::uint64_t round = 0; round < 8; ++round)
      all.try_every_cut(r.made, r.from, round, SIZE_MAX);
  }
}

/// Slices have other seeds, and so other crashes.
void power_cuts_while_it_recovers(campaign& all, const arguments& args, clock_type::time_point end) {
  std::vector<recorded> recordings;
  for (const story& s : fixed_stories())
    for (recorded& r : with_failing_syncs(s.name, all))
      recordings.push_back(std::move(r));
  std::mt19937_64 from(args.seed);
  for (std::uint64_t seed = args.seed; all.cases() < args.cases || clock_type::now() < end; ++seed) {
    if (seed % 4 == 0) { // in a long run they become the most
      if (recordings.size() >= recordings_max) recordings.erase(recordings.begin() + from() % recordings.size());
      recordings.push_back(random_recording(seed, all));
    }
    const recorded& before = recordings[from() % recordings.size()];
    recipe next = before.from;
    next.crash = recipe::crash_at{from() % (before.made.events.size() + 1), from() % 2 == 0, from() | 2};
    const recording made = record_after(before.made, next, all.planted());
    all.look_at(made, next);
    const std::size_t cases_max = all.cases() < args.cases ? args.cases : SIZE_MAX;
    for (std::uint64_t round = 0; round < 4; ++round)
      all.try_every_cut(made, next, round_of(round, args), cases_max);
    if (is_over(all)) return;
  }
}

/// Power is cut at some moments of what a fault has left.
void cut_somewhere(campaign& all, const recording& made, const recipe& from, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::size_t moments = made.events.size() + 1;
  for (int i = 0; i < 2; ++i) {
    const moment cut = random() % moments;
    all.try_cut(made, from, made.disk_at(cut), cut, random() | 2);
  }
  const moment end = made.events.size();
  all.try_cut(made, from, made.disk_at(end), end, disk_model::all_lost);
}

/// Every operation of every opening. Says whether each was hit.
bool faults_while_it_opens(campaign& all, std::uint64_t seed, const test::slice& part) {
  bool hit_all = true;
  std::size_t faults = 0;
  std::size_t hits = 0;
  std::size_t operations = 0;
  for (const story& s : openings()) {
    const recording clean = record(s, std::nullopt, all.planted());
    operations += clean.opening.size();
    for (const test::way_to_fail& way : test::ways_to_fail()) {
      const auto count = std::count_if(clean.opening.begin(), clean.opening.end(), way.fault.match);
      for (std::int64_t nth = 1; nth <= count; ++nth)
        for (const bool for_ever : {false, true}) {
          if (!part.takes(faults++)) continue;
          const recipe from{s.name, way.name, nth, for_ever};
          test::disk_fault fault = way.fault;
          fault.nth = nth;
          fault.for_ever = for_ever;
          const recording made = record(s, fault, all.planted());
          all.look_at(made, from);
          ++hits;
          cut_somewhere(all, made, from, seed + faults);
          if (!made.fault_hit_opening) std::printf("FAILED: %s was not hit\n", to_string(from).c_str());
          hit_all = hit_all && made.fault_hit_opening;
          if (is_over(all)) return hit_all;
        }
    }
  }
  std::printf("%zu openings with %zu operations; %zu of %zu faults, every one hit: %s\n", openings().size(), operations,
              hits, faults, hit_all ? "yes" : "NO");
  return hit_all;
}

void print_events(const recording& made, moment cut) {
  constexpr std::array names = {"create", "remove", "write", "truncate", "sync"};
  for (moment i = 0; i < cut; ++i) {
    const disk_event& e = made.events[i];
    std::printf("%6zu %s %s at %lld, %zu bytes%s%s\n", i + 1, names[static_cast<std::size_t>(e.what)], e.file.c_str(),
                static_cast<long long>(e.offset), e.bytes.size(), e.failed ? ", failed" : "",
                e.with_folder ? ", with its folder" : "");
  }
}

int repeat(const arguments& args) {
  const one_case wanted = parse_case(args.repeat);
  const recording made = record(wanted.from, args.planted);
  print_events(made, wanted.cut);
  campaign all(args.planted);
  all.look_at(made, wanted.from);
  all.try_cut(made, wanted.from, made.disk_at(wanted.cut), wanted.cut, wanted.damage);
  std::printf("%s\n", made.disk_at(wanted.cut).describe(wanted.damage).c_str());
  return all.failures() == 0 ? held : all.has_loss() ? lost : failed;
}

int carry_out(arguments args) {
  if (!args.repeat.empty()) return repeat(args);
  test::figures figures("cases", args.seed);
  const test::slice part(args.slices);
  args.cases = part.share(args.cases);
  if (args.suite == "recovery") args.seed += part.nth() * args.cases;
  campaign all(args.planted, part);
  const auto end = clock_type::now() + test::time_to_run();
  bool hit_all = true;
  if (args.suite == "writes") power_cuts_while_it_writes(all, args, end);
  if (args.suite == "recovery") power_cuts_while_it_recovers(all, args, end);
  if (args.suite == "faults") {
    std::uint64_t seed = args.seed;
    do
      hit_all = faults_while_it_opens(all, seed++ << 20, part) && hit_all;
    while (clock_type::now() < end && !is_over(all));
  }
  std::printf("%s, seed %llu: %s; %.0f s of CPU\n", args.suite.c_str(), static_cast<unsigned long long>(args.seed),
              all.summary().c_str(), static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
  figures.end(all.cases(), all.failures() + (hit_all ? 0 : 1));
  if (all.has_loss()) return lost;
  return all.failures() == 0 && hit_all ? held : failed;
}

bool parse(int count, char** values, arguments& args) {
  const std::map<std::string, defect> defects{{"acknowledge-early", defect::acknowledges_early},
                                              {"synchronous-normal", defect::normal_synchronous},
                                              {"log-not-written-again", defect::log_not_written_again},
                                              {"lying-disk", defect::lying_disk}};
  for (int i = 1; i < count; ++i) {
    const std::string name = values[i];
    const auto value = [&] { return std::string(i + 1 < count ? values[++i] : ""); };
    if (name == "--repeat") {
      args.repeat = value();
    } else if (name == "--cases") {
      args.cases = std::strtoull(value().c_str(), nullptr, 10);
    } else if (name == "--seed") {
      args.seed = std::strtoull(value().c_str(), nullptr, 10);
    } else if (name == "--slices") {
      args.slices = std::strtoull(value().c_str(), nullptr, 10);
    } else if (name == "--control") {
      const auto found = defects.find(value());
      if (found == defects.end()) return false;
      args.planted = found->second;
    } else if (args.suite.empty() && (name == "writes" || name == "recovery" || name == "faults")) {
      args.suite = name;
    } else {
      return false;
    }
  }
  return args.suite.empty() != args.repeat.empty();
}

} // namespace

int main(int count, char** values) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  arguments args;
  if (const char* seed = std::getenv("PAWL_SEED_FROM")) args.seed = std::strtoull(seed, nullptr, 10);
  if (!parse(count, values, args)) {
    std::fprintf(stderr,
                 "usage: %s writes|recovery|faults [--cases N] [--slices N] [--seed S] [--control DEFECT]\n"
                 "       %s --repeat CASE [--control DEFECT]\n"
                 "DEFECT: acknowledge-early synchronous-normal log-not-written-again lying-disk\n",
                 values[0], values[0]);
    return usage;
  }
  try {
    return carry_out(args);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return usage;
  }
}
