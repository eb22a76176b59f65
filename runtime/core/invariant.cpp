// One line per rule that holds between transitions.
#include "runtime/core/invariant.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::core {
namespace {

// A signal and a wait for it are never there side by side.
const buffered_signal* buffered_for(const state& s, const cursor& c) {
  if (!c.wait) return nullptr;
  const auto found =
      std::find_if(s.signals.begin(), s.signals.end(), [&](const buffered_signal& b) { return c.wait->names(b.name); });
  return found == s.signals.end() ? nullptr : &*found;
}

} // namespace

std::string broken_invariant(const workflow& w, const state& s) {
  if (s.visits.size() != w.nodes.size()) return "visit counters do not match the workflow's nodes";
  if (s.revision > 0 && s.status != derived_status(s)) return "status does not follow from the cursors";
  if (has_ended(s.status) && s.timer) return "a timer of an instance that has ended";
  if (s.is_closing() && !s.timer) return "nothing ends the instance that is closing";
  cursor_id last = 0;
  for (const cursor& c : s.cursors) {
    if (c.id <= last || c.id >= s.next_cursor) return "cursor numbers are out of order";
    last = c.id;
    if (c.node >= w.nodes.size()) return "a cursor stands on no node";
    if (c.visit < 1 || c.visit > s.visits[c.node]) return "a cursor's visit was never counted";
    if ((c.phase == phase::waiting) != c.wait.has_value()) return "a wait without a waiting cursor, or the reverse";
    if (c.phase == phase::retry_wait && !(c.retry && c.timer)) return "a retry wait without its timer";
    if (c.phase == phase::ready && c.timer) return "a timer of a cursor that runs";
    if (s.closing && c.phase != phase::ready) return "a wait of an instance that is closing";
    if (const buffered_signal* lost = buffered_for(s, c))
      return fmt::format("the signal of revision {} was not given to the wait for it", lost->number);
  }
  for (std::size_t i = 1; i < s.signals.size(); ++i)
    if (s.signals[i - 1].number >= s.signals[i].number) return "buffered signals are out of order";
  return {};
}

} // namespace pawl::core
