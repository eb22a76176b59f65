// What a state asks for, whoever asks it: nothing but the state decides.
#include "runtime/core/effect.hpp"

namespace pawl::core {

std::vector<effect> pending_effects(const state& s) {
  std::vector<effect> effects;
  if (has_ended(s.status)) return effects;
  for (const cursor& c : s.cursors) {
    if (c.phase == phase::ready && !s.closing) effects.emplace_back(run_node{c.id});
    if (c.timer) effects.emplace_back(set_timer{c.id, c.timer->due_at, c.timer->line});
  }
  if (s.timer) effects.emplace_back(set_timer{0, s.timer->due_at});
  return effects;
}

} // namespace pawl::core
