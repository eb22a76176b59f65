// What one evaluation has used up, and the first error it met. One thread, one evaluation.
#pragma once

#include "runtime/expression/limits.hpp"

#include <pawl/error.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl::expression {

/// Every charge answers whether the evaluation may go on; after the first `false` failure() says why.
class meter {
public:
  /// All three must outlive it.
  meter(const limits& allowed, const std::function<bool()>& should_stop,
        const std::function<std::int64_t()>& now_ms) noexcept
      : allowed_(allowed), should_stop_(should_stop), now_ms_(now_ms), steps_left_(allowed.steps_max),
        bytes_left_(allowed.allocated_bytes_max) {}
  meter(const meter&) = delete;
  meter& operator=(const meter&) = delete;

  /// Starts the clock of the evaluation. `rendering_since_ms`: since when the rendering runs that it is part of.
  bool start(std::optional<std::int64_t> rendering_since_ms);
  /// For what belongs to a rendering and to none of its expressions: only the rendering's own time counts.
  void join_rendering(std::optional<std::int64_t> since_ms) noexcept { rendering_since_ms_ = since_ms; }

  const limits& allowed() const noexcept { return allowed_; }
  usage used() const noexcept { return {allowed_.steps_max - steps_left_, allowed_.allocated_bytes_max - bytes_left_}; }

  bool step() {
    if (steps_left_ == 0) return over_steps();
    --steps_left_;
    return --until_poll_ != 0 || poll();
  }
  bool steps(std::uint64_t count);
  /// Looks at the clock at once: for after work that steps count badly.
  bool poll();
  /// Charges for memory before it is asked for, and for copying `bytes` into it.
  bool allocate(std::uint64_t bytes);
  /// Charges for reading or comparing text.
  bool read_text(std::size_t bytes) { return bytes < bytes_a_step || steps(bytes / bytes_a_step); }
  /// Charges for finding a member of this name: a few members may be compared with it.
  bool read_key(std::size_t bytes) { return bytes < bytes_a_step || steps(bytes / bytes_a_step * comparisons_a_key); }
  /// Charges for a text of this length that is about to be built.
  bool build_text(std::size_t bytes);
  /// Charges for an array of this length that is about to be built.
  bool build_array(std::size_t items);

  bool fail(errc code, std::string message);
  bool fail(error e);
  bool has_failed() const noexcept { return has_failed_; }
  const error& failure() const noexcept { return failure_; }
  /// Hands the failure over; the meter itself goes on from what it has left.
  error take_failure() {
    has_failed_ = false;
    return std::exchange(failure_, {});
  }
  /// Where the failure happened, unless that is known already.
  void place_failure(std::string where) {
    if (failure_.where.empty()) failure_.where = std::move(where);
  }

  /// What a function may remember from one call to the next of the same evaluation, so that it is paid for once.
  std::shared_ptr<const void>& remembered() noexcept { return remembered_; }

private:
  static constexpr std::uint64_t bytes_a_step = 64;
  static constexpr std::uint64_t comparisons_a_key = 4;
  static constexpr std::uint32_t steps_a_poll = 1024;

  bool over_steps();
  bool check_time(std::int64_t now);

  const limits& allowed_;
  const std::function<bool()>& should_stop_;
  const std::function<std::int64_t()>& now_ms_;
  std::optional<std::int64_t> since_ms_;
  std::optional<std::int64_t> rendering_since_ms_;
  std::shared_ptr<const void> remembered_;
  std::uint64_t steps_left_;
  std::uint64_t bytes_left_;
  std::uint32_t until_poll_ = steps_a_poll;
  bool has_failed_ = false;
  error failure_;
};

} // namespace pawl::expression
