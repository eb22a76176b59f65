// Runs the cases of a campaign, each once, and counts them.
#include "tests/power/campaign.hpp"

#include "tests/power/stories.hpp"
#include "tests/support/ways_to_fail.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace pawl::power {
namespace {

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a * 0x9e3779b97f4a7c15ULL + b + 0x7f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::uint64_t hash_of(const files& left) {
  std::uint64_t sum = 0;
  for (const auto& [name, content] : left)
    sum = mixed(mixed(sum, std::hash<std::string>()(name)), std::hash<std::string>()(content));
  return sum;
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);)
    parts.push_back(part);
  return parts;
}

test::disk_fault fault_of(const recipe& r) {
  auto ways = test::ways_to_fail();
  ways.push_back(test::failing_sync());
  for (const test::way_to_fail& way : ways)
    if (way.name == r.way) {
      test::disk_fault fault = way.fault;
      fault.nth = r.nth;
      fault.for_ever = r.for_ever;
      return fault;
    }
  throw std::runtime_error("no way to fail is called " + r.way);
}

constexpr std::size_t failures_shown = 10;

} // namespace

std::string to_string(const recipe& r) {
  std::string text = r.story;
  if (!r.way.empty()) text += "~" + r.way + ":" + std::to_string(r.nth) + (r.for_ever ? ":ever" : "");
  if (r.crash)
    text += "/" + std::to_string(r.crash->cut) + "/" +
            (r.crash->is_kill ? std::string("kill") : std::to_string(r.crash->damage));
  return text;
}

one_case parse_case(const std::string& text) {
  const auto parts = split(text, '/');
  if (parts.size() != 3 && parts.size() != 5) throw std::runtime_error("not a case: " + text);
  one_case made;
  const auto told = split(parts[0], '~');
  made.from.story = told[0];
  if (told.size() == 2) {
    const auto fault = split(told[1], ':');
    made.from.way = fault.at(0);
    made.from.nth = std::stoll(fault.at(1));
    made.from.for_ever = fault.size() == 3;
  }
  if (parts.size() == 5) {
    const bool is_kill = parts[2] == "kill";
    made.from.crash = recipe::crash_at{std::stoull(parts[1]), is_kill, is_kill ? 0 : std::stoull(parts[2])};
  }
  made.cut = std::stoull(parts[parts.size() - 2]);
  made.damage = std::stoull(parts.back());
  return made;
}

recording record_after(const recording& before, const recipe& from, defect planted) {
  const auto how = from.crash->is_kill ? crash::kill : crash::power_cut;
  return record(after_crash(before, from.crash->cut, how, from.crash->damage), std::nullopt, planted);
}

recording record(const recipe& from, defect planted) {
  const auto fault = from.way.empty() ? std::nullopt : std::optional(fault_of(from));
  const recording first = record(story_named(from.story), fault, planted);
  return from.crash ? record_after(first, from, planted) : first;
}

void campaign::look_at(const recording& made, const recipe& from) {
  ++recordings_;
  moments_ += made.events.size() + 1;
  if (!made.broken.empty()) report(to_string(from), "while it was recorded", made.broken);
}

bool campaign::try_cut(const recording& made, const recipe& from, const disk_model& disk, moment cut,
                       std::uint64_t damage) {
  ++tried_;
  files left = disk.after_power_cut(damage);
  if (!seen_.insert(mixed(hash_of(left), std::hash<std::string>()(made.promises.in_short(cut)))).second) return false;
  ++cases_;
  unsynced_ += disk.is_synced() ? 0 : 1;
  const auto broken = judge_.verdict(std::move(left), made.promises.as_of(cut), damage);
  if (!broken.empty())
    report(to_string(from) + "/" + std::to_string(cut) + "/" + std::to_string(damage), disk.describe(damage), broken);
  return true;
}

void campaign::try_every_cut(const recording& made, const recipe& from, std::uint64_t round, std::size_t cases_max) {
  const auto failed =
      std::find_if(made.events.begin(), made.events.end(), [](const disk_event& e) { return e.failed; });
  const auto first =
      from.way.empty() || failed == made.events.end() ? 0 : static_cast<moment>(failed - made.events.begin());
  const std::uint64_t origin = std::hash<std::string>()(to_string(from));
  disk_model disk = made.disk_at(first);
  for (moment cut = first; cut <= made.events.size() && cases_ < cases_max; ++cut) {
    if (cut > first) disk.apply(made.events[cut - 1]);
    if (!moments_of_.takes(cut)) continue;
    if (round > 0 && disk.is_synced()) continue; // every damage leaves the same
    try_cut(made, from, disk, cut, round <= disk_model::all_kept ? round : mixed(mixed(origin, cut), round) | 2);
  }
}

void campaign::report(const std::string& id, const std::string& damage, const std::vector<std::string>& broken) {
  ++failures_;
  for (const std::string& line : broken)
    has_loss_ = has_loss_ || is_loss(line);
  if (failures_ > failures_shown) return;
  std::printf("FAILED --repeat '%s'\n  damage: %s\n", id.c_str(), damage.c_str());
  for (const std::string& line : broken)
    std::printf("  %s\n", line.c_str());
}

std::string campaign::summary() const {
  return std::to_string(recordings_) + " recordings with " + std::to_string(moments_) + " moments, " +
         std::to_string(cases_) + " cases (" + std::to_string(unsynced_) + " with unsynced effects; " +
         std::to_string(tried_ - cases_) + " were known), " + std::to_string(failures_) + " failed";
}

} // namespace pawl::power
