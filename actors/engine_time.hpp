// What time it is: two clocks of the host made into the timelines that the engine goes by (runtime/SEMANTICS.md, Time).
#pragma once

#include "runtime/core/moment.hpp"

#include <pawl/options.hpp>

#include <memory>
#include <mutex>
#include <optional>

namespace pawl::actors {

/// The steady timeline follows the wall clock as long as that goes on as the monotonic clock does. A difference of more
/// than two seconds is a step: somebody set the wall clock, and the calendar goes with it, but the steady timeline does
/// not. While the wall clock is not trusted the steady timeline goes by the monotonic clock alone. Thread-safe.
class engine_time {
public:
  engine_time(std::shared_ptr<clock> source, bool is_trusted);

  /// Where the store stands: called once, before anything is asked. Time goes on from its last step, and what passed
  /// since then counts as far as a trusted wall clock shows it.
  void continue_from(core::timestamp_ms last_steady_ms, const core::clock_offsets& offsets);

  core::moment read();
  /// The wall clock.
  core::timestamp_ms now() { return read().calendar; }

  /// The wall clock is right from now on. What it differs by from the steady timeline is one step.
  void trust();
  /// While it is not nothing that goes by the calendar is due.
  bool is_trusted() const;

  /// The offsets if they are not those that were saved last; told by saved() that they are in the store.
  std::optional<core::clock_offsets> unsaved();
  void saved(const core::clock_offsets& offsets);
  core::clock_offsets offsets() const;

private:
  struct reading {
    std::int64_t wall_ms;
    std::int64_t monotonic_ms;
  };
  reading read_clocks() const;
  core::timestamp_ms advance();
  void step_to(std::int64_t wall_ms);

  const std::shared_ptr<clock> source_;
  mutable std::mutex mutex_;
  core::clock_offsets offsets_;
  core::clock_offsets saved_;
  core::timestamp_ms steady_ = 0; ///< the latest that was told
  std::int64_t since_ms_ = 0;     ///< the monotonic time of that
  bool is_trusted_;
};

} // namespace pawl::actors
