// Waking instances on time.
#include "actors/timer_actor.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <utility>

namespace pawl::actors {
namespace {

constexpr std::size_t page = 256;
/// A sleep is cut into pieces of this length, so that a corrected wall clock is noticed.
constexpr std::int64_t sleep_ms_max = 1000;

} // namespace

timer_actor::timer_actor(caf::actor_config& config, services_ptr shared)
    : caf::event_based_actor(config), shared_(std::move(shared)) {}

caf::behavior timer_actor::make_behavior() {
  look();
  return {
      [this](const timer_set& set) { note(set); },
      [this](const timer_tick& tick) {
        if (tick.generation == generation_) look();
      },
      [this](const look_for_timers&) {
        handed_out_ = {};
        look_again_ = looking_;
        look();
      },
      [this](const due_found& found) { hand_out(found); },
  };
}

void timer_actor::on_exit() { shared_.reset(); }

// A timer that lies before the mark would never be found behind it: it is handed out at once and checks the time
// itself.
void timer_actor::note(const timer_set& set) {
  const bool behind =
      set.due_at > handed_out_.due_at || (set.due_at == handed_out_.due_at && set.instance > handed_out_.instance);
  if (!behind) {
    anon_send(shared_->supervisor.get(), wake_uid{set.uid});
    return;
  }
  if (next_ && *next_ <= set.due_at) return;
  next_ = set.due_at; // also while looking: the look may have read the store before this timer was committed
  if (!looking_) sleep_until_next();
}

void timer_actor::look() {
  if (looking_) return;
  looking_ = true;
  next_.reset();
  const core::timestamp_ms now = shared_->time.now();
  const caf::actor self = caf::actor_cast<caf::actor>(this);
  anon_send(shared_->store.get(), use_store{[self, after = handed_out_, now](storage::store& store) {
              due_found found{store.due(after, now, page), std::nullopt};
              if (found.rows && found.rows->size() < page) {
                storage::due_mark last = after;
                if (!found.rows->empty()) last = {found.rows->back().due_at, found.rows->back().instance};
                const auto next = store.next_due(last);
                if (next) found.next = *next;
              }
              caf::anon_send(self, std::move(found));
            }});
}

void timer_actor::hand_out(const due_found& found) {
  looking_ = false;
  if (std::exchange(look_again_, false)) return look();
  if (!found.rows) {
    shared_->log("timers: " + to_string(found.rows.failure()));
    next_ = shared_->time.now() + sleep_ms_max;
    return sleep_until_next();
  }
  for (const storage::due_row& row : *found.rows) {
    handed_out_ = {row.due_at, row.instance};
    anon_send(shared_->supervisor.get(), wake_uid{row.uid});
  }
  if (found.rows->size() == page) return look();
  if (found.next && (!next_ || *found.next < *next_)) next_ = found.next;
  sleep_until_next();
}

void timer_actor::sleep_until_next() {
  ++generation_;
  if (!next_) return;
  const std::int64_t left = std::clamp<std::int64_t>(*next_ - shared_->time.now(), 0, sleep_ms_max);
  delayed_anon_send(this, std::chrono::milliseconds(left), timer_tick{generation_});
}

} // namespace pawl::actors
