// Runs the hostile corpus. Every case must end as it says, with a typed error, inside its metered steps and bytes and
// inside the bytes that operator new really gave. Time is reported, not asserted.
//   pawl-hostile [--kind KIND] [--raise LIMIT] [--slices N]
// --raise runs with one limit four times as high, and holds the cases to the usual one.
// --every runs each N-th case only: enough for the sanitizers, which make each ten times as slow.
// Status: 0 good, 1 violations, 2 wrong usage, 3 violations of the raised limit and of nothing else.
#include "tests/hostile/attack.hpp"
#include "tests/hostile/targets.hpp"
#include "tests/support/campaign.hpp"
#include "tests/support/memory.hpp"
#include "tests/support/slice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>

namespace pawl::hostile {
namespace {

constexpr std::size_t failing_cases_min = 2'000;
constexpr double aim_ms = 10;
constexpr std::array kind_names{"expression", "template", "definition", "json", "schema"};

const char* name_of(kind k) { return kind_names.at(static_cast<std::size_t>(k)); }

bool is_expected(errc code) {
  return code == errc::limit || code == errc::bad_expression || code == errc::evaluation || code == errc::bad_json ||
         code == errc::bad_definition || code == errc::invalid_payload;
}

struct tally {
  std::size_t failing = 0;
  std::size_t good = 0;
  std::uint64_t steps = 0;
  std::uint64_t bytes = 0;
  std::size_t peak = 0;
  double share = 0; ///< of the bound on the peak
  double ms = 0;
};

bool raise(allowance& all, std::string_view name) {
  constexpr std::size_t factor = 4; // enough to get away, and the run stays short
  auto& e = all.expressions;
  auto& d = all.definitions;
  const std::map<std::string_view, std::size_t*> sizes{{"source_bytes_max", &e.source_bytes_max},
                                                       {"depth_max", &e.depth_max},
                                                       {"nodes_max", &e.nodes_max},
                                                       {"string_bytes_max", &e.string_bytes_max},
                                                       {"array_items_max", &e.array_items_max},
                                                       {"output_bytes_max", &e.output_bytes_max},
                                                       {"template_expressions_max", &e.template_expressions_max},
                                                       {"json_depth_max", &d.json.depth_max},
                                                       {"json_values_max", &d.json.values_max},
                                                       {"bytes", &d.json.bytes_max},
                                                       {"definition_nodes_max", &d.nodes_max}};
  const std::map<std::string_view, std::uint64_t*> counts{
      {"steps_max", &e.steps_max},
      {"allocated_bytes_max", &e.allocated_bytes_max},
      {"template_steps_max", &e.template_steps_max},
      {"template_allocated_bytes_max", &e.template_allocated_bytes_max}};
  if (const auto at = sizes.find(name); at != sizes.end()) *at->second *= factor;
  if (const auto at = counts.find(name); at != counts.end()) *at->second *= factor;
  return sizes.contains(name) || counts.contains(name);
}

class suite {
public:
  suite(const allowance& used, std::string raised) : used_(used), raised_(std::move(raised)) {}

  void run(const family& f, const attack& a) {
    const std::string text = a.text();
    const std::string name = fmt::format("{}/{}/{}", name_of(f.of), f.name, a.name);
    test::memory::start_counting();
    const auto started = std::chrono::steady_clock::now();
    const outcome done = hostile::run(f.of, text, used_);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - started;
    const test::memory::counts memory = test::memory::counted();
    judge_end(name, a, done);
    judge_cost(name, f.of, text.size(), done, memory);
    tally& t = tallies_[f.of];
    (a.must == ending::fails ? t.failing : t.good) += 1;
    t.steps = std::max(t.steps, done.used.steps);
    t.bytes = std::max(t.bytes, done.used.allocated_bytes);
    t.peak = std::max(t.peak, memory.peak);
    t.ms = std::max(t.ms, took.count());
    if (took.count() > aim_ms) slow_.emplace_back(took.count(), name);
  }

  std::size_t violations() const { return violations_; }

  /// The status of the program.
  int finish(std::size_t failing_min) {
    std::sort(slow_.rbegin(), slow_.rend());
    fmt::print("\nover {} ms: {}\n", aim_ms, slow_.size());
    for (std::size_t i = 0; i < std::min<std::size_t>(slow_.size(), 40); ++i)
      fmt::print("  {:7.1f} ms  {}\n", slow_[i].first, slow_[i].second);
    fmt::print("\n{:<11} {:>8} {:>6} {:>10} {:>11} {:>11} {:>8} {:>9}\n", "kind", "failing", "good", "steps max",
               "bytes max", "peak max", "of bound", "slowest");
    std::size_t failing = 0;
    for (const auto& [of, t] : tallies_) {
      failing += t.failing;
      fmt::print("{:<11} {:>8} {:>6} {:>10} {:>11} {:>11} {:>7.0f}% {:>6.1f} ms\n", name_of(of), t.failing, t.good,
                 t.steps, t.bytes, t.peak, 100 * t.share, t.ms);
    }
    fmt::print("{} cases that must fail, {} violations\n", failing, violations_);
    if (failing < failing_min)
      violate("the corpus", fmt::format("has fewer than {} cases that must fail", failing_min));
    if (violations_ == 0) return 0;
    return !raised_.empty() && of_raised_ == violations_ ? 3 : 1;
  }

private:
  void violate(const std::string& name, const std::string& what) {
    ++violations_;
    of_raised_ += !raised_.empty() && what.find(raised_) != std::string::npos;
    if (violations_ <= 100) fmt::print("VIOLATION {}: {}\n", name, what);
  }

  void judge_end(const std::string& name, const attack& a, const outcome& done) {
    if (!done.broken.empty()) violate(name, done.broken);
    if (a.must == ending::ends_well) {
      if (done.failure) violate(name, "must end well, but: " + to_string(*done.failure).substr(0, 300));
      return;
    }
    if (!done.failure)
      return violate(name, "must fail, but ended well; expected " + (a.names.empty() ? raised_ : a.names));
    const error& e = *done.failure;
    if (!is_expected(e.code) || e.message.empty()) violate(name, "is no typed error: " + to_string(e).substr(0, 300));
    if (e.message.find(a.names) == std::string::npos)
      violate(name, fmt::format("expected {}, got {}", a.names, to_string(e).substr(0, 300)));
    if (e.message.size() > 16 * 1024) violate(name, "its message is longer than 16 KiB");
  }

  void judge_cost(const std::string& name, kind of, std::size_t text_bytes, const outcome& done,
                  const test::memory::counts& memory) {
    const expression::limits usual;
    // What a rendering joins has a meter of its own, and the last expression may go over.
    const bool is_template = of == kind::json_template;
    const auto steps_max = is_template ? usual.template_steps_max + 2 * usual.steps_max : usual.steps_max;
    const auto bytes_max =
        is_template ? usual.template_allocated_bytes_max + 2 * usual.allocated_bytes_max : usual.allocated_bytes_max;
    if (done.used.steps > steps_max)
      violate(name, fmt::format("{} steps are over {}steps_max", done.used.steps, is_template ? "template_" : ""));
    if (done.used.allocated_bytes > bytes_max)
      violate(name, fmt::format("{} bytes are over {}allocated_bytes_max", done.used.allocated_bytes,
                                is_template ? "template_" : ""));
    const std::size_t bound = peak_max(of, text_bytes, used_);
    auto& share = tallies_[of].share;
    share = std::max(share, static_cast<double>(memory.peak) / static_cast<double>(bound));
    if (memory.peak > bound)
      violate(name, fmt::format("held {} bytes at once, the bound is {} for {} bytes of text", memory.peak, bound,
                                text_bytes));
  }

  allowance used_;
  std::string raised_;
  std::map<kind, tally> tallies_;
  std::vector<std::pair<double, std::string>> slow_;
  std::size_t violations_ = 0;
  std::size_t of_raised_ = 0;
};

} // namespace
} // namespace pawl::hostile

int main(int argc, char** argv) {
  using namespace pawl::hostile;
  allowance used;
  std::string raised;
  std::string only;
  std::uint64_t slices = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::string_view(argv[i]) == "--raise") raised = argv[i + 1];
    if (std::string_view(argv[i]) == "--kind") only = argv[i + 1];
    if (std::string_view(argv[i]) == "--slices") slices = std::strtoull(argv[i + 1], nullptr, 10);
  }
  const bool is_known = only.empty() || std::find(kind_names.begin(), kind_names.end(), only) != kind_names.end();
  if (argc % 2 == 0 || !is_known || (!raised.empty() && !raise(used, raised))) {
    fmt::print(
        stderr,
        "usage: pawl-hostile [--kind expression|template|definition|json|schema] [--raise LIMIT] [--slices N]\n");
    return 2;
  }
  const char* const from = std::getenv("PAWL_SEED_FROM");
  const std::uint64_t seed = from != nullptr ? std::strtoull(from, nullptr, 10) : 1;
  fmt::print("seed {}\n", seed);
  pawl::test::figures figures("cases", seed);
  prepare();
  suite all(used, raised);
  const pawl::test::slice part(slices);
  std::uint64_t at = 0;
  std::uint64_t cases = 0;
  for (const family& f : all_families()) {
    if (!only.empty() && only != name_of(f.of)) continue;
    for (const attack& a : f.make(seed))
      if (part.takes(at++)) {
        all.run(f, a);
        ++cases;
      }
  }
  const int status = all.finish(only.empty() ? failing_cases_min / part.of() : 0);
  figures.end(cases, all.violations());
  return status;
}
