// What run and resume print while an instance moves: a line for each committed step, on a terminal with a live last
// line.
#pragma once

#include "tools/pawl/output.hpp"

#include <pawl/subscription.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace pawl::tool {

/// Takes events on the listener's thread, the rest on the caller's.
class progress {
public:
  /// `all`: show the steps of every instance, not only of the one that is followed.
  progress(format how, bool all);

  /// To be given to options::on_event.
  void tell(const instance_event& event);
  /// Whose steps are shown; those told before are shown now. `revision` is what the caller already knows of it.
  void follow(const std::string& id, std::int64_t revision);
  /// Returns when the step of `revision` has been shown (or does not come: waits at most some seconds).
  void catch_up(std::int64_t revision);
  /// Redraws the live line; does nothing unless stdout is a terminal.
  void draw();
  /// A line for people between the steps; left out in the JSON formats.
  void say(const std::string& line);

  /// A line on stderr, in every format, so that stdout stays what the format says. From any thread.
  void say_aside(const std::string& line);

  bool is_live() const noexcept { return live_; }
  /// How many steps of the followed instance were shown.
  std::int64_t steps() const;

private:
  void show(const instance_event& event);
  void show_line(const instance_event& event);
  void wipe();
  double seconds_since_start(std::int64_t at_ms) const;

  const format how_;
  const bool all_;
  const bool live_;
  const std::int64_t started_ms_;
  mutable std::mutex mutex_;
  std::condition_variable shown_;
  std::optional<std::string> followed_;
  std::vector<instance_event> early_; ///< told before follow()
  std::int64_t revision_ = 0;
  std::int64_t steps_ = 0;
  std::string now_; ///< what the live line says
};

} // namespace pawl::tool
