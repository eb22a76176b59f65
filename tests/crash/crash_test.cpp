// Kills a child full of instances again and again, and checks after each kill that nothing that it had acknowledged is
// lost and nothing is recorded twice. Status: 0 all held; 1 something else is wrong; 2 wrong usage; 3 an acknowledged
// step was lost. Starts no thread.
#include "tests/crash/checker.hpp"
#include "tests/crash/child_process.hpp"
#include "tests/crash/workload.hpp"
#include "tests/support/campaign.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/slice.hpp"
#include "tests/support/temp_folder.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace {

using namespace pawl;
using clock_type = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int held = 0, wrong = 1, usage = 2, step_lost = 3;
using pawl::test::patience;

struct arguments {
  std::string program;
  int kills = 200;
  int instances = 32;
  std::uint64_t seed = 1;
  std::uint64_t slices = 1;
  bool ack_early = false;
};

struct tally {
  int kills = 0;
  int hits = 0;   ///< kills after something was acknowledged, with a step in flight
  int early = 0;  ///< kills before the child acknowledged anything
  int untold = 0; ///< steps that were committed and not acknowledged
  int untold_kills = 0;
};

class run {
public:
  explicit run(const arguments& args)
      : args_(args), random_(args.seed), check_(folder_.file("crash.db"), folder_.file("effects")) {}

  int carry_out() {
    to_ = args_.instances;
    while (goes_on()) {
      kill_once();
      if (!check_.problems().empty()) return verdict();
      advance();
    }
    finish();
    return verdict();
  }
  std::uint64_t kills() const { return static_cast<std::uint64_t>(tally_.kills); }

private:
  // A little longer than asked for while an instance that runs has not been hit.
  bool goes_on() const {
    if (tally_.kills < args_.kills) return true;
    return tally_.kills < 2 * args_.kills && !most_hit();
  }
  // On a busy machine a child may carry one from its start to its end before the parent reads of it.
  bool most_hit() const { return static_cast<int>(check_.hit().size()) * 10 >= to_ * 9; }
  int pick(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }

  std::vector<std::string> child_arguments(bool finish) const {
    std::vector<std::string> list{"--store", folder_.file("crash.db"),           "--effects", folder_.file("effects"),
                                  "--from",  std::to_string(finish ? 0 : from_), "--to",      std::to_string(to_)};
    if (finish) list.emplace_back("--finish");
    if (args_.ack_early) list.emplace_back("--ack-early");
    return list;
  }

  int take(crash::child_process& child) {
    int acks = 0;
    for (const std::string& line : child.take_lines())
      acks += check_.note(line) ? 1 : 0;
    return acks;
  }

  // One kill in ten at any moment after the start, one at a random time after the first acknowledgement, the others
  // after a seeded number of acknowledgements.
  void kill_once() {
    const int way = pick(0, 9);
    const int acks_wanted = way == 0 ? 0 : way == 1 ? 1 : pick(1, 100);
    const milliseconds then(way <= 1 ? pick(0, 60) : 0);
    crash::child_process child(args_.program, child_arguments(false));
    int acks = read_until(
        child, [&](int so_far) { return so_far >= acks_wanted; }, patience);
    acks += read_until(
        child, [](int) { return false; }, then);
    child.kill_and_drain();
    acks += take(child);
    count(check_.look(from_, to_), acks);
  }

  template <class F> int read_until(crash::child_process& child, F&& enough, milliseconds limit) {
    const auto end = clock_type::now() + limit;
    int acks = 0;
    while (!enough(acks) && !check_.idle()) {
      const auto left = std::chrono::ceil<milliseconds>(end - clock_type::now());
      if (left.count() <= 0) break;
      if (!child.read(left)) throw std::runtime_error("the child ended by itself: " + std::to_string(child.wait()));
      acks += take(child);
    }
    return acks;
  }

  void count(const crash::struck& what, int acks) {
    ++tally_.kills;
    tally_.early += acks == 0 ? 1 : 0;
    tally_.hits += acks > 0 && what.in_flight > 0 ? 1 : 0;
    tally_.untold += what.unacknowledged;
    tally_.untold_kills += what.unacknowledged > 0 ? 1 : 0;
  }

  // Kills always meet work: when half of the instances have ended new ones come.
  void advance() {
    while (check_.ended().count(from_) != 0)
      ++from_;
    const int running = to_ - static_cast<int>(check_.ended().size());
    if (tally_.kills < args_.kills && running <= args_.instances / 2) to_ += args_.instances - running;
  }

  void finish() {
    crash::child_process child(args_.program, child_arguments(true));
    const auto end = clock_type::now() + 2 * patience;
    while (child.read(std::chrono::seconds(1)) && clock_type::now() < end)
      take(child);
    take(child);
    if (clock_type::now() >= end) throw std::runtime_error("the last child does not finish");
    if (const int status = child.wait(); status != 0)
      throw std::runtime_error("the last child failed: " + std::to_string(status));
    check_.look_at_the_end(to_);
  }

  int verdict() {
    std::printf("seed %llu: %d kills, %d hit a step in flight, %d before the first acknowledgement; %d instances, %zu "
                "hit; %zu steps stored, %zu acknowledged; %d committed and not acknowledged in %d kills; %zu attempts "
                "executed again; %zu runs of schedules; %zu lines of log\n",
                static_cast<unsigned long long>(args_.seed), tally_.kills, tally_.hits, tally_.early, to_,
                check_.hit().size(), check_.steps(), check_.acknowledged(), tally_.untold, tally_.untold_kills,
                check_.repeated(), check_.runs(), check_.logs().size());
    for (std::size_t i = 0; i < check_.problems().size() && i < 20; ++i)
      std::printf("  %s\n", check_.problems()[i].c_str());
    for (std::size_t i = 0; i < check_.logs().size() && i < 5; ++i)
      std::printf("  log: %s\n", check_.logs()[i].c_str());
    if (check_.lost_something()) return step_lost;
    return check_.problems().empty() && struck_well() ? held : wrong;
  }

  // A run whose kills met nothing proves nothing.
  bool struck_well() const {
    const auto demand = [](bool met, const char* what) {
      if (!met) std::printf("  the kills did not strike well: %s\n", what);
      return met;
    };
    const bool hits = demand(tally_.hits * 5 >= tally_.kills * 4, "under 80 % hit a step in flight");
    const bool untold = demand(tally_.untold > 0, "no step was committed and not acknowledged");
    const bool runs = demand(static_cast<int>(check_.runs()) * 2 >= tally_.kills, "too few runs of schedules");
    const bool again = demand(check_.repeated() > 0, "no attempt was executed again");
    return demand(most_hit(), "over a tenth of the instances was never hit") && hits && untold && runs && again;
  }

  const arguments& args_;
  test::temp_folder folder_;
  std::mt19937_64 random_;
  crash::checker check_;
  tally tally_;
  int from_ = 0; ///< the child's instances: [from_, to_)
  int to_ = 0;
};

int carry_out(const arguments& args, std::uint64_t& kills) {
  try {
    run one(args);
    const int status = one.carry_out();
    kills += one.kills();
    return status;
  } catch (const std::exception& e) {
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(args.seed), e.what());
    return wrong;
  }
}

bool parse(int count, char** values, arguments& args) {
  for (int i = 1; i < count; ++i) {
    const std::string name = values[i];
    const auto number = [&] { return ++i < count ? std::strtoull(values[i], nullptr, 10) : 0; };
    if (name == "--kills")
      args.kills = static_cast<int>(number());
    else if (name == "--instances")
      args.instances = static_cast<int>(number());
    else if (name == "--seed")
      args.seed = number();
    else if (name == "--slices")
      args.slices = number();
    else if (name == "--ack-early")
      args.ack_early = true;
    else if (args.program.empty() && name[0] != '-')
      args.program = name;
    else
      return false;
  }
  return !args.program.empty() && args.kills > 0 && args.instances > 0;
}

} // namespace

int main(int count, char** values) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  arguments args;
  if (const char* seed = std::getenv("PAWL_SEED_FROM")) args.seed = std::strtoull(seed, nullptr, 10);
  if (!parse(count, values, args)) {
    std::fprintf(stderr, "usage: %s CHILD [--kills N] [--slices N] [--instances N] [--seed S] [--ack-early]\n",
                 values[0]);
    return usage;
  }
  const test::slice part(args.slices);
  args.kills = static_cast<int>(part.share(static_cast<std::uint64_t>(args.kills)));
  args.seed += part.nth();
  const auto end = clock_type::now() + test::time_to_run();
  test::figures figures("kills", args.seed);
  std::uint64_t kills = 0;
  int status = carry_out(args, kills);
  while (status == held && clock_type::now() < end) {
    figures.so_far(kills);
    ++args.seed;
    status = carry_out(args, kills);
  }
  figures.end(kills, status == held ? 0 : 1);
  return status;
}
