// A runtime whose actors run on the test's thread, in the order in which they were made ready, and whose time passes
// only when the test lets it. Its store may be used by one life after another.
#pragma once

#include "runtime/host/engine.hpp"
#include "storage/forwarding_store.hpp"

#include <pawl/testing.hpp>

#include <caf/actor_system.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

namespace pawl::test {

class virtual_host final : public host::actor_driver {
public:
  /// Asked before a batch is written; true: the process dies before it. Nothing is written any more until open().
  std::function<bool(const std::vector<storage::change>&)> dies_before = [](const auto&) { return false; };

  explicit virtual_host(std::unique_ptr<storage::store> store = storage::open_memory_store())
      : store_(std::move(store)), clock_(std::make_shared<testing::virtual_clock>()) {}
  ~virtual_host() override { engine_.reset(); }

  /// Begins a life, after the end of the one before.
  host::engine& open(options opts = {}) {
    engine_.reset();
    is_dead_ = false;
    opts.time = clock_;
    auto opened = host::engine::open(
        std::move(opts),
        [this]() -> result<std::unique_ptr<storage::store>> {
          return std::unique_ptr<storage::store>(std::make_unique<mortal_store>(*this));
        },
        this);
    if (!opened) throw std::runtime_error(to_string(opened.failure()));
    engine_ = std::move(*opened);
    settle();
    return *engine_;
  }
  void close() { engine_.reset(); }

  host::engine& engine() { return *engine_; }
  storage::store& store() { return *store_; }
  testing::virtual_clock& clock() { return *clock_; }
  bool is_dead() const { return is_dead_; }
  std::int64_t now() { return clock_->now_ms(); }

  /// Runs what is ready.
  void settle() {
    while (run_one()) {
    }
  }
  /// Lets time pass for actors and clocks alike; without an engine for clocks only.
  void pass(std::chrono::milliseconds time) {
    constexpr std::chrono::milliseconds slice(1000);
    for (std::chrono::milliseconds left = time; left.count() > 0; left -= slice) {
      const auto now = std::min(left, slice);
      clock_->advance(now);
      if (coordinator_ == nullptr) continue;
      coordinator_->clock().advance_time(now);
      settle();
    }
  }
  void pass_until(std::int64_t ms) { pass(std::chrono::milliseconds(std::max<std::int64_t>(0, ms - now()))); }

  // --- actor_driver
  void take(caf::actor_system& system) override {
    coordinator_ = dynamic_cast<caf::scheduler::test_coordinator*>(&system.scheduler());
  }
  void run_until(const std::function<bool()>& is_done) override {
    while (!is_done())
      if (!run_one() && !next_timeout()) throw std::runtime_error("a call waits for ever");
  }
  void leave() override { coordinator_ = nullptr; }

private:
  class mortal_store final : public storage::forwarding_store {
  public:
    explicit mortal_store(virtual_host& of) : storage::forwarding_store(nullptr), of_(of) {}
    std::vector<result<storage::written>> write(const std::vector<storage::change>& batch) override {
      of_.is_dead_ = of_.is_dead_ || of_.dies_before(batch);
      if (of_.is_dead_) return std::vector<result<storage::written>>(batch.size(), error{errc::access, "dead", ""});
      return of_.store_->write(batch);
    }

  protected:
    storage::store& target() override { return *of_.store_; }

  private:
    virtual_host& of_;
  };

  bool run_one() {
    if (coordinator_->jobs.empty()) return false;
    coordinator_->run_once();
    return true;
  }
  bool next_timeout() {
    auto& clock = coordinator_->clock();
    const auto before = clock.now();
    if (!clock.trigger_timeout()) return false;
    clock_->advance(clock.now() - before);
    return true;
  }

  std::unique_ptr<storage::store> store_;
  std::shared_ptr<testing::virtual_clock> clock_;
  caf::scheduler::test_coordinator* coordinator_ = nullptr;
  bool is_dead_ = false;
  std::unique_ptr<host::engine> engine_; ///< goes first
};

} // namespace pawl::test
