// Tells a wall clock that was set from time that has passed, and keeps the three timelines apart.
#include "actors/engine_time.hpp"

#include <algorithm>
#include <utility>

namespace pawl::actors {
namespace {

constexpr std::int64_t step_ms_min = 2000; ///< what differs by less is a clock that is slowed down or sped up
constexpr std::int64_t between_ms_max = 50;
constexpr int tries_max = 5;

} // namespace

engine_time::engine_time(std::shared_ptr<clock> source, bool is_trusted)
    : source_(std::move(source)), is_trusted_(is_trusted) {
  since_ms_ = source_->monotonic_ms();
}

// A thread that was held up between the two clocks would see a step where there is none.
engine_time::reading engine_time::read_clocks() const {
  reading now{};
  for (int tries = 0; tries < tries_max; ++tries) {
    const std::int64_t before = source_->monotonic_ms();
    now.wall_ms = source_->now_ms();
    now.monotonic_ms = source_->monotonic_ms();
    if (now.monotonic_ms - before <= between_ms_max) break;
  }
  return now;
}

void engine_time::continue_from(core::timestamp_ms last_steady_ms, const core::clock_offsets& offsets) {
  std::lock_guard lock(mutex_);
  offsets_ = saved_ = offsets;
  const reading now = read_clocks();
  since_ms_ = now.monotonic_ms;
  steady_ = last_steady_ms;
  const core::timestamp_ms by_wall = now.wall_ms - offsets.calendar_ms;
  const bool is_empty = last_steady_ms == 0;
  if (is_empty || (is_trusted_ && by_wall > steady_)) steady_ = by_wall;
  if (is_trusted_ && by_wall < steady_ - step_ms_min) step_to(now.wall_ms);
}

core::moment engine_time::read() {
  std::lock_guard lock(mutex_);
  return offsets_.at(advance());
}

core::timestamp_ms engine_time::advance() {
  const reading now = read_clocks();
  const bool has_monotonic = now.monotonic_ms != 0; // a clock without one stands at 0
  const core::timestamp_ms expected = steady_ + std::max<std::int64_t>(0, now.monotonic_ms - since_ms_);
  since_ms_ = std::max(since_ms_, now.monotonic_ms);
  steady_ = expected;
  if (!is_trusted_) return steady_;
  const core::timestamp_ms by_wall = now.wall_ms - offsets_.calendar_ms;
  const std::int64_t apart = by_wall - expected;
  const bool is_step = has_monotonic && (apart > step_ms_min || apart < -step_ms_min);
  if (is_step)
    step_to(now.wall_ms);
  else
    steady_ = std::max(steady_, by_wall);
  return steady_;
}

void engine_time::step_to(std::int64_t wall_ms) { offsets_.calendar_ms = wall_ms - steady_; }

void engine_time::trust() {
  std::lock_guard lock(mutex_);
  if (std::exchange(is_trusted_, true)) return;
  const reading now = read_clocks();
  steady_ += std::max<std::int64_t>(0, now.monotonic_ms - since_ms_);
  since_ms_ = std::max(since_ms_, now.monotonic_ms);
  const std::int64_t apart = now.wall_ms - offsets_.calendar_ms - steady_;
  if (apart != 0) step_to(now.wall_ms);
}

bool engine_time::is_trusted() const {
  std::lock_guard lock(mutex_);
  return is_trusted_;
}

std::optional<core::clock_offsets> engine_time::unsaved() {
  std::lock_guard lock(mutex_);
  return offsets_ == saved_ ? std::nullopt : std::optional(offsets_);
}

void engine_time::saved(const core::clock_offsets& offsets) {
  std::lock_guard lock(mutex_);
  saved_ = offsets;
}

core::clock_offsets engine_time::offsets() const {
  std::lock_guard lock(mutex_);
  return offsets_;
}

} // namespace pawl::actors
