// The store of a simulated runtime: what was written stays when the runtime crashes, and calls fail when the simulation
// wants it.
#pragma once

#include "actors/services.hpp"
#include "tests/sim/dice.hpp"
#include "tests/support/temp_folder.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace pawl::sim {

enum class store_fault {
  none,
  full,         ///< a write finds the disk full: nothing is kept
  busy,         ///< or another program at work
  no_access,    ///< or has lost its rights
  unknown_kept, ///< a write has an unknown outcome, and was kept
  unknown_lost, ///< and was not
  unreadable    ///< a read fails
};
const char* name_of(store_fault f);

class sim_store {
public:
  /// In memory, or a real SQLite file, which costs more.
  explicit sim_store(bool on_disk);

  /// For the runtime of this life. A runtime of an earlier life finds every call failing.
  actors::store_slot::opener begin_life();
  void crash() { ++life_; }

  /// What is durable now. For the judge; the runtime may have the store open.
  storage::store& rows();
  /// When asked before a call, says what becomes of it. Set by the simulation.
  std::function<store_fault(bool is_write)> decide = [](bool) { return store_fault::none; };
  /// Told of every commit.
  std::function<void(std::size_t changes)> on_commit = [](std::size_t) {};
  /// Told of every change that was kept, after its commit.
  std::function<void(const storage::change& what, const storage::written& outcome)> on_change = [](const auto&,
                                                                                                   const auto&) {};
  /// Told before somebody reads which schedules are due, and whether that is watched: then reads of schedules fail as
  /// others do.
  std::function<void(storage::timestamp_ms now)> on_schedules_read = nullptr;
  int opens() const { return opens_; } ///< how often it was opened so far

private:
  friend class life_store;
  std::optional<test::temp_folder> folder_;
  std::shared_ptr<storage::store> rows_;
  int life_ = 0;
  int opens_ = 0;
};

} // namespace pawl::sim
