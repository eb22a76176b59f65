// What one instance must do, told apart from Pawl's own transitions: reads its history row by row and says what is out
// of order, twice, missing, too early or of another value.
#pragma once

#include "storage/store.hpp"
#include "tests/sim/plan.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pawl::sim {

/// Payloads that the operator gave, by node; who got "yes" and who may have been heard.
struct payloads {
  std::vector<nlohmann::json> given;
  std::optional<nlohmann::json> acknowledged;
};

/// A signal that the operator sent, maybe several times; its key tells it from others.
struct sent_signal {
  std::string name;
  nlohmann::json payload;
  bool is_acknowledged = false;
};
using sent_signals = std::map<std::string, sent_signal>; ///< by key

/// What the operator asked for to end one instance.
struct asked_ends {
  std::map<std::string, bool> terminates; ///< by reason
  bool is_acknowledged = false;
  std::set<std::string> begun;   ///< attempts whose executor was called, in whatever life, as place_of() names them
  bool attempts_may_die = false; ///< actors go, so an attempt that began may be given up before the grace is over
};
/// How long attempts of an instance that is being ended may answer.
inline constexpr std::int64_t grace_ms = 3'000;
std::string place_of(const std::string& node, std::int64_t visit, std::int64_t attempt, bool timer_fired);

class model {
public:
  model(const plan& of, const script& deeds, std::string uid, std::size_t items,
        const std::map<std::string, payloads>& given, const sent_signals& sent, const asked_ends& ends);

  void take(const storage::step_row& row);
  /// After the last row.
  void end(instance_status status);
  const std::vector<std::string>& problems() const { return problems_; }

private:
  enum class doing { running, pausing, retrying, ended };

  const stage* here() const { return place_ < of_.stages.size() ? &of_.stages[place_] : nullptr; }
  const std::string& node() const;
  void started(const storage::step_row& row);
  void succeeded(const storage::step_row& row);
  void failed(const storage::step_row& row);
  void paused(const storage::step_row& row);
  void resumed(const storage::step_row& row);
  void fired(const storage::step_row& row);
  bool is_early(const storage::step_row& row, std::int64_t wanted_ms);
  void timed_out();
  void signalled(const storage::step_row& row);
  void cancelled(const storage::step_row& row);
  void instance_timed_out(const storage::step_row& row);
  void given_up(const storage::step_row& row);
  void close(instance_status end, std::int64_t until);
  void end_closed();
  bool hear_kept();
  void heard(const storage::step_row& row);
  void answered(const storage::step_row& row);
  void iterated(const storage::step_row& row);
  void enter(std::size_t place);
  void enter_node();
  void fail_instance();
  void wrong(const storage::step_row& row, const std::string& what);
  void same_output(const storage::step_row& row, const nlohmann::json& expected);

  const plan& of_;
  const script& deeds_;
  std::string uid_;
  std::size_t items_;
  const std::map<std::string, payloads>& given_;
  const sent_signals& sent_;
  const asked_ends& ends_;
  std::map<std::string, int> came_; ///< how often, by key
  std::vector<std::string> kept_;   ///< keys of those that nothing took yet, oldest first
  std::string taken_;               ///< key of the one that ended the last wait
  std::vector<std::string> problems_;

  std::int64_t revision_ = 0;
  std::int64_t at_ = 0;
  std::int64_t started_at_ = 0;
  std::optional<instance_status> closing_; ///< how it will end, once that is decided from outside
  std::int64_t grace_until_ = 0;
  std::int64_t rests_since_ = 0; ///< the pause or failure whose timer runs, on the steady timeline
  std::int64_t until_ = 0;       ///< of a date: when it ends, by the calendar
  std::size_t place_ = 0;
  bool in_body_ = false;
  std::size_t item_ = 0;
  std::map<std::string, std::int64_t> visits_;
  std::int64_t failures_ = 0;
  doing doing_ = doing::running;
  bool slept_ = false;
  bool payload_came_ = false;
  bool is_started_ = false;
  instance_status expected_ = instance_status::active;
};

} // namespace pawl::sim
