// Node actors run executors. Those of a type that may block have threads of their own behind a dispatcher, so that they
// never hold up the scheduler; the dispatcher also keeps track of asynchronous attempts and of attempts with a timeout.
#pragma once

#include "actors/services.hpp"

#include <caf/actor_clock.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>

#include <deque>
#include <optional>
#include <set>
#include <unordered_map>

namespace pawl::actors {

using desks_ptr = std::shared_ptr<const secret_desks>;

/// Calls one executor after the other, each with the secrets that its attempt may have.
class node_actor final : public caf::event_based_actor {
public:
  node_actor(caf::actor_config& config, nodes::execution_limits limits, desks_ptr desks);
  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "node"; }

private:
  /// An attempt that waits for its secrets.
  struct preparing {
    std::shared_ptr<const nodes::execution> run;
    std::function<void(nodes::executed)> done; ///< of an asynchronous one; else empty
    caf::response_promise answer;
    std::vector<nodes::secret_request> wanted = {};
    nodes::granted_secrets granted = {}; ///< the first of `wanted`, in their order
    int tries = 0;                       ///< of the next one
  };

  void prepare(preparing attempt);
  void ask(std::uint64_t number);
  void take(std::uint64_t number, const secret_resolved& given);
  void try_again(std::uint64_t number);
  void run(preparing attempt);
  void end(const preparing& attempt, nodes::executed outcome);

  nodes::execution_limits limits_;
  desks_ptr desks_;
  std::map<std::uint64_t, preparing> preparing_;
  std::uint64_t last_preparing_ = 0;
};

/// The way back for answers of asynchronous attempts: outlives its dispatcher, so that late ones find a closed door.
class answer_port;

/// At most `concurrency` attempts of one type are under way. Synchronous ones run on node actors with threads of their
/// own, started when needed; one that timed out keeps its thread. Asynchronous ones are called by one node actor.
class node_dispatcher final : public caf::event_based_actor {
public:
  node_dispatcher(caf::actor_config& config, std::shared_ptr<const core::registered_type> type,
                  nodes::execution_limits limits, desks_ptr desks);
  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "dispatcher"; }

private:
  using time_point = caf::actor_clock::time_point;
  struct job {
    std::shared_ptr<const nodes::execution> run;
    caf::response_promise answer;
    std::optional<time_point> due = {}; ///< of one that is under way and has a timeout
  };
  using answered = std::function<void(std::uint64_t)>;

  void assign();
  bool find_worker();
  caf::actor spawn_worker();
  std::uint64_t owe(job next);
  void run(const caf::actor& worker, job next);
  void call(job next);
  void watch_time(job& of, std::uint64_t number);
  void sleep_until_first();
  void end_what_is_over();
  void forget_deadline(const job& of, std::uint64_t number);
  void settle(std::uint64_t number, nodes::executed answer);
  void settle_dead(std::uint64_t number, caf::error why);
  void abandon_all(const std::function<void(const std::string&)>& log);
  void drop(const drop_attempt& which);

  std::shared_ptr<const core::registered_type> type_;
  nodes::execution_limits limits_;
  desks_ptr desks_;
  std::deque<job> queue_;
  std::unordered_map<std::uint64_t, job> owed_; ///< attempts under way, without those that timed out
  std::uint64_t last_owed_ = 0;
  std::set<std::pair<time_point, std::uint64_t>> deadlines_; ///< of those owed that have one
  std::optional<time_point> wakes_at_;                       ///< the earliest attempts_due that is on its way
  std::vector<caf::actor> idle_;
  std::vector<caf::actor> workers_;
  std::shared_ptr<answer_port> port_;
};

/// The actors of one node type: several plain ones, or one dispatcher.
std::vector<caf::actor> spawn_pool(caf::actor_system& system, const std::shared_ptr<const core::registered_type>& type,
                                   const nodes::execution_limits& limits, const desks_ptr& desks,
                                   std::size_t scheduler_threads);

} // namespace pawl::actors
