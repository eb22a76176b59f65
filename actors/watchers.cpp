// Watchers by their number, and by the instance that they wait for.
#include "actors/watchers.hpp"

#include <algorithm>
#include <utility>

namespace pawl::actors {
namespace {

bool satisfies(wait_until until, const rest_summary& rest) {
  if (has_ended(rest.status)) return true;
  if (until == wait_until::needs_payload) return rest.only_payload_waits;
  return until == wait_until::at_rest && rest.status != instance_status::active;
}

} // namespace

std::optional<watchers::question> watchers::add(const watch_instance& wanted, bool is_live) {
  group& of = groups_[wanted.uid];
  if (!is_live && of.rest && satisfies(wanted.until, *of.rest)) {
    wanted.answer({});
    return std::nullopt;
  }
  of.members.insert(wanted.watcher);
  waiting_.insert_or_assign(wanted.watcher, wanted);
  if (is_live || of.rest || of.asked != 0) return std::nullopt;
  return ask(wanted.uid, of);
}

void watchers::add(const watch_idle& wanted) { waiting_for_idle_.insert_or_assign(wanted.watcher, wanted); }

void watchers::forget(std::uint64_t watcher) {
  waiting_for_idle_.erase(watcher);
  const auto gone = waiting_.extract(watcher);
  if (!gone) return;
  const auto of = groups_.find(gone.mapped().uid);
  of->second.members.erase(watcher);
  if (of->second.members.empty()) groups_.erase(of);
}

void watchers::answered(const question& asked, const result<rest_summary>& rest, bool is_live) {
  const auto of = groups_.find(asked.uid);
  if (of == groups_.end() || of->second.asked != asked.number) return;
  of->second.asked = 0;
  if (is_live) return;
  if (!rest) return failed(asked.uid, rest.failure());
  tell(of, *rest);
}

void watchers::rested(const std::string& uid, const rest_summary& rest) {
  if (const auto of = groups_.find(uid); of != groups_.end()) tell(of, rest);
}

void watchers::tell(groups::iterator of, const rest_summary& rest) {
  of->second.asked = 0;
  of->second.rest = rest;
  std::erase_if(of->second.members, [&](std::uint64_t watcher) {
    const auto at = waiting_.find(watcher);
    if (!satisfies(at->second.until, rest)) return false;
    at->second.answer({});
    waiting_.erase(at);
    return true;
  });
  if (of->second.members.empty()) groups_.erase(of);
}

void watchers::failed(const std::string& uid, const error& why) {
  const auto of = groups_.extract(uid);
  if (!of) return;
  for (const std::uint64_t watcher : of.mapped().members)
    waiting_.extract(watcher).mapped().answer(why);
}

std::optional<watchers::question> watchers::gone(const std::string& uid) {
  const auto of = groups_.find(uid);
  if (of == groups_.end()) return std::nullopt;
  return ask(uid, of->second);
}

std::vector<watchers::question> watchers::unanswered() {
  std::vector<question> all;
  for (const auto& [uid, of] : groups_)
    if (of.asked != 0) all.push_back({uid, of.asked});
  std::sort(all.begin(), all.end(), [](const question& a, const question& b) { return a.number < b.number; });
  return all;
}

void watchers::idle() {
  for (const auto& [watcher, wanted] : std::exchange(waiting_for_idle_, {}))
    wanted.answer({});
}

void watchers::clear() {
  groups_.clear();
  waiting_.clear();
  waiting_for_idle_.clear();
}

watchers::question watchers::ask(const std::string& uid, group& of) {
  of.rest.reset();
  of.asked = ++questions_;
  return {uid, of.asked};
}

} // namespace pawl::actors
