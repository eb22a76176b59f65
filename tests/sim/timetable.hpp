// What schedules promise, told apart from Pawl's own arithmetic: watches every commit, knows from its own which runs
// were due, and says which of them must be accepted, skipped or missed, and what may start when.
#pragma once

#include "tests/sim/judge.hpp"
#include "tests/sim/plan.hpp"
#include "tests/sim/sim_store.hpp"
#include "tests/sim/trace.hpp"

#include <pawl/schedule.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pawl::sim {

class timetable {
public:
  timetable(sim_store& store, judge& instances, trace& log) : store_(store), instances_(instances), log_(log) {}

  /// The schedule is about to be added, or to get another content: its runs are of this plan.
  void announced(const std::string& id, const plan& of, std::size_t items) { plans_[id] = {&of, items}; }
  /// The operator adds a schedule or lets one go on: nothing that was due before this counts.
  void operated(storage::timestamp_ms now) { operated_ = now; }
  /// Nothing breaks any more: what is due from now on is decided about at once.
  void calm_begun(storage::timestamp_ms now) { calm_since_ = std::max(now, last_read_); }

  // --- what the runtime does
  void clerk_died() { clerk_has_died_ = true; }
  void life_begun();
  /// The schedule actor reads what is due.
  void read(storage::timestamp_ms now);
  void committed(const storage::change& what, const storage::written& outcome);

  // --- what is durable
  std::vector<std::string> ids() const;
  const storage::schedule_row& row(const std::string& id) const { return schedules_.at(id).row; }
  bool is_decided_calmly(const std::string& id) const { return schedules_.at(id).is_decided_calmly; }
  const std::set<std::string>& instances() const { return started_; }
  /// Every run that was accepted has started, and the rows are what was written.
  void check_end();

private:
  using time = storage::timestamp_ms;
  struct reading {
    time now = 0;
    bool is_running = false;
  };
  struct schedule {
    storage::schedule_row row;
    std::vector<reading> readings;      ///< in this life, of the row as it is
    std::vector<std::string> exclusive; ///< its instances beside which no other may start
    bool is_decided_calmly = false;
  };

  void added(const storage::schedule_row& row);
  void replaced(schedule& of, const storage::schedule_row& row);
  void removed(const std::string& id);
  void advanced(schedule& of, const storage::schedule_state& next);
  void paused(const schedule& of, const storage::schedule_state& next);
  bool runs_by_all_that_say(const schedule& of, const storage::schedule_state& next) const;
  void decided(schedule& of, const storage::schedule_state& next);
  void noted(schedule& of, const storage::schedule_state& next);
  void began(const std::string& uid);
  void may_start(const schedule& of, bool is_running);
  std::optional<storage::schedule_state> decision(const schedule& of, const reading& at, time last_due) const;
  bool has_ended(const std::string& uid);
  [[noreturn]] void wrong(const std::string& id, const std::string& what) const;

  sim_store& store_;
  judge& instances_;
  trace& log_;
  struct purpose {
    const plan* of = nullptr;
    std::size_t items = 0;
  };
  std::map<std::string, purpose> plans_; ///< by schedule
  std::map<std::string, schedule> schedules_;
  std::map<std::string, std::string> startable_; ///< in this life: runs that a reading allowed to start; their schedule
  std::map<std::string, bool> replaced_; ///< in this life: runs that fell away, maybe while they were being started;
                                         ///< whether side by side with others
  std::set<std::string> removed_;        ///< the same, with their schedule
  std::set<std::string> started_;        ///< by any schedule
  /// In this life: a start that it had asked for may be under way, and its successor does not wait for that. When the
  /// schedule is replaced meanwhile, nobody knows of the run.
  bool clerk_has_died_ = false;
  time operated_ = 0;
  time last_read_ = 0;
  std::optional<time> calm_since_;
};

} // namespace pawl::sim
