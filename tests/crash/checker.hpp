// Holds what the children acknowledged against what the store kept. Reads the store between two children, from its
// file alone.
#pragma once

#include "runtime/core/workflow.hpp"
#include "storage/store.hpp"

#include <pawl/instance.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace pawl::crash {

/// What one kill struck.
struct struck {
  int in_flight = 0; ///< instances with a step that had been started and not recorded
  int running = 0;   ///< instances that had not ended
  int unacknowledged = 0;
};

class checker {
public:
  checker(std::string store, std::string effects);

  /// One line of the child's. True: a step of a numbered instance was acknowledged.
  bool note(const std::string& line);
  /// After the end of a child that had the instances [from, to).
  struck look(int from, int to);
  /// What is there of the audit was taken out of the store.
  void audit_is_gone();
  /// From here on the store has another identity: keys are of both.
  void identity_is_gone() { has_one_identity_ = false; }
  /// After a child that finished everything: all instances [0, to) are complete and obey the replay law, and the
  /// effects carry one key a visit.
  void look_at_the_end(int to);

  bool idle() const { return idle_; }                   ///< the child had nothing left to do
  const std::set<int>& ended() const { return ended_; } ///< instances
  const std::set<int>& hit() const { return hit_; }     ///< instances that had a step in flight at a kill
  std::size_t steps() const { return steps_; }          ///< in the store, at the last look
  std::size_t runs() const { return ran_.size(); }      ///< of schedules, that have ended
  std::size_t repeated() const { return repeated_; }    ///< executions after the first of an attempt
  std::size_t acknowledged() const { return told_steps_; }
  bool lost_something() const { return lost_; }
  const std::vector<std::string>& problems() const { return problems_; }
  const std::vector<std::string>& logs() const { return logs_; }

private:
  bool has_one_identity_ = true;
  struct instance {
    bool started = false; ///< acknowledged
    std::map<std::int64_t, history_entry> told;
    std::set<std::int64_t> answered;  ///< visits of `ask`
    std::set<std::int64_t> signalled; ///< visits of `hear`
    bool cancelled = false;           ///< acknowledged; of a companion
    std::int64_t known = 0;           ///< revisions in the store at the last look
    std::int64_t told_last = 0;
  };

  void note_step(const std::string& uid, history_entry entry);
  struct instance_rows {
    storage::loaded_instance rows;
    std::vector<history_entry> history;
  };
  std::optional<instance_rows> stored_of(storage::reader& from, const std::string& uid);
  int look_at(storage::reader& from, int n, struck& found);
  int look_at_companion(storage::reader& from, int n, bool must_be_cancelled);
  void check_told(const std::string& uid, const instance& i, const std::vector<history_entry>& history);
  void check_signals(const std::string& uid, const instance& i, const std::vector<history_entry>& history);
  void check_results(int n, const std::string& key_seed, const std::vector<history_entry>& history, bool complete);
  void check_cursors(const storage::loaded_instance& rows);
  bool is_key(const std::string& key, const std::string& seed, const std::string& node, std::int64_t visit) const;
  void check_replay(storage::reader& from, int n);
  using visit_key = std::tuple<std::string, std::string, std::int64_t>;
  using attempt_key = std::tuple<visit_key, std::int64_t>;
  struct execution {
    visit_key of;
    std::int64_t attempt = 0;
    std::string key;
  };
  std::vector<execution> executions_so_far() const;
  void check_effects(storage::reader& from, int to);
  void check_audit(storage::reader& from);
  // --- schedules (schedule_check.cpp)
  void check_schedules(storage::reader& from);
  void check_schedule(const storage::schedule_row& row, std::set<std::string>& runs);
  std::set<std::string> look_at_runs(storage::reader& from);
  std::set<attempt_key> audited_attempts(storage::reader& from);

  void lost(const std::string& uid, const std::string& what);
  void problem(const std::string& uid, const std::string& what);

  std::string store_;
  std::string effects_;
  std::map<std::string, std::shared_ptr<const core::workflow>> workflows_;
  std::map<std::string, instance> instances_;
  std::set<int> ended_;
  std::set<int> hit_;
  std::size_t steps_ = 0;
  std::size_t told_steps_ = 0;
  std::size_t repeated_ = 0;
  std::set<std::string> scheduled_; ///< schedules whose adding was acknowledged
  std::set<std::string> ran_;       ///< runs of schedules that had ended at the last look
  std::set<attempt_key> unaudited_; ///< their lines are gone
  bool idle_ = false;
  bool lost_ = false;
  std::vector<std::string> problems_;
  std::vector<std::string> logs_;
};

} // namespace pawl::crash
