// Wakes instances on time: reads what is due page by page and hands it out in due order over both timelines.
#include "actors/timer_actor.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <utility>

namespace pawl::actors {
namespace {

constexpr std::size_t timers_page = 256;
/// A sleep is cut into pieces of this length, so that a corrected wall clock is noticed.
constexpr std::int64_t timer_sleep_ms_max = 1000;
constexpr core::timeline both[] = {core::timeline::steady, core::timeline::calendar};

result<due_on_line> read_line(storage::store& store, core::timeline line, storage::due_mark after,
                              core::timestamp_ms now) {
  due_on_line found;
  auto rows = store.due(line, after, now, timers_page);
  if (!rows) return rows.failure();
  found.rows = std::move(*rows);
  found.is_more = found.rows.size() == timers_page;
  if (found.is_more) return found;
  if (!found.rows.empty()) after = {found.rows.back().due_at, found.rows.back().instance};
  const auto next = store.next_due(line, after);
  if (!next) return next.failure();
  found.next = *next;
  return found;
}

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
      [this](const look_for_timers&) { look_from_the_beginning(); },
      [this](const clock_trusted&) { look_from_the_beginning(); },
      [this](const due_found& found) { hand_out(found); },
  };
}

void timer_actor::on_exit() { shared_.reset(); }

// A timer that lies before the mark would never be found behind it: it is handed out at once and checks the time
// itself.
void timer_actor::note(const timer_set& set) {
  if (shared_->time.offsets() != offsets_) { // the mark of the calendar is no good any more
    look_again_ = looking_;
    look();
  }
  line_state& line = of(set.line);
  const storage::due_mark& mark = line.handed_out;
  const bool behind = set.due_at > mark.due_at || (set.due_at == mark.due_at && set.instance > mark.instance);
  if (!behind) {
    anon_send(shared_->supervisor.get(), wake_uid{set.uid});
    return;
  }
  if (line.next && *line.next <= set.due_at) return;
  line.next = set.due_at; // also while looking: the look may have read the store before this timer was committed
  if (!looking_) sleep_until_next();
}

void timer_actor::look_from_the_beginning() {
  for (line_state& line : lines_)
    line.handed_out = {};
  look_again_ = looking_;
  look();
}

// When the wall clock was set back, timers that were handed out and found themselves not due any more lie before the
// calendar's mark.
void timer_actor::look() {
  if (looking_) return;
  looking_ = true;
  const core::moment now = shared_->time.read();
  const core::clock_offsets offsets = shared_->time.offsets();
  if (std::exchange(offsets_, offsets) != offsets) of(core::timeline::calendar).handed_out = {};
  if (shared_->time.unsaved()) anon_send(shared_->store.get(), save_clock{});
  const bool knows_calendar = shared_->time.is_trusted();
  std::array<storage::due_mark, 2> after;
  for (const core::timeline line : both) {
    of(line).next.reset();
    after[static_cast<std::size_t>(line)] = of(line).handed_out;
  }
  const caf::actor self = caf::actor_cast<caf::actor>(this);
  anon_send(shared_->store.get(), use_store{[self, after, now, offsets, knows_calendar](storage::store& store) {
              due_found found{std::array<due_on_line, 2>(), offsets};
              for (const core::timeline line : both) {
                if (line == core::timeline::calendar && !knows_calendar) continue;
                const auto place = static_cast<std::size_t>(line);
                auto one = read_line(store, line, after[place], now.on(line));
                if (!one) return caf::anon_send(self, due_found{one.failure(), offsets});
                (*found.lines)[place] = std::move(*one);
              }
              caf::anon_send(self, std::move(found));
            }});
}

// In due order over both lines, as far as both are known.
void timer_actor::hand_out(const due_found& found) {
  looking_ = false;
  if (std::exchange(look_again_, false)) return look();
  if (!found.lines) {
    shared_->log("timers: " + to_string(found.lines.failure()));
    of(core::timeline::steady).next = shared_->time.read().steady + timer_sleep_ms_max;
    return sleep_until_next();
  }
  std::array<std::size_t, 2> sent{};
  const auto first_left = [&](core::timeline line) -> const storage::due_row* {
    const auto place = static_cast<std::size_t>(line);
    const auto& rows = (*found.lines)[place].rows;
    return sent[place] < rows.size() ? &rows[sent[place]] : nullptr;
  };
  const auto is_unknown = [&](core::timeline line) {
    return first_left(line) == nullptr && (*found.lines)[static_cast<std::size_t>(line)].is_more;
  };
  while (!is_unknown(core::timeline::steady) && !is_unknown(core::timeline::calendar)) {
    const storage::due_row* relative = first_left(core::timeline::steady);
    const storage::due_row* dated = first_left(core::timeline::calendar);
    if (relative == nullptr && dated == nullptr) break;
    const bool dated_is_first =
        relative == nullptr ||
        (dated != nullptr && dated->due_at < found.offsets.by_calendar(relative->due_at, core::timeline::steady));
    const core::timeline line = dated_is_first ? core::timeline::calendar : core::timeline::steady;
    const storage::due_row& next = dated_is_first ? *dated : *relative;
    of(line).handed_out = {next.due_at, next.instance};
    anon_send(shared_->supervisor.get(), wake_uid{next.uid});
    ++sent[static_cast<std::size_t>(line)];
  }
  if ((*found.lines)[0].is_more || (*found.lines)[1].is_more) return look();
  for (const core::timeline line : both) {
    const auto& next = (*found.lines)[static_cast<std::size_t>(line)].next;
    if (next && (!of(line).next || *next < *of(line).next)) of(line).next = next;
  }
  sleep_until_next();
}

void timer_actor::sleep_until_next() {
  ++generation_;
  const core::moment now = shared_->time.read();
  std::optional<std::int64_t> left;
  for (const core::timeline line : both)
    if (const auto& next = of(line).next; next && (!left || *next - now.on(line) < *left)) left = *next - now.on(line);
  if (!left) return;
  delayed_anon_send(this, std::chrono::milliseconds(std::clamp<std::int64_t>(*left, 0, timer_sleep_ms_max)),
                    timer_tick{generation_});
}

} // namespace pawl::actors
