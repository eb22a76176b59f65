// Node actors run executors. Those of a type that may block have threads of their own behind a dispatcher, so that they
// never hold up the scheduler.
#pragma once

#include "actors/services.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>

#include <deque>
#include <unordered_map>

namespace pawl::actors {

/// Executes one attempt after the other.
class node_actor final : public caf::event_based_actor {
public:
  node_actor(caf::actor_config& config, nodes::execution_limits limits);
  caf::behavior make_behavior() override;
  const char* name() const override { return "node"; }

private:
  nodes::execution_limits limits_;
};

/// Hands attempts of one type to at most `workers_max` node actors with threads of their own, started when needed.
class node_dispatcher final : public caf::event_based_actor {
public:
  node_dispatcher(caf::actor_config& config, nodes::execution_limits limits, unsigned workers_max);
  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "dispatcher"; }

private:
  struct job {
    execute_node what;
    caf::response_promise answer;
  };
  void assign();
  void run(const caf::actor& worker, job next);

  nodes::execution_limits limits_;
  unsigned workers_max_;
  std::deque<job> queue_;
  std::unordered_map<std::uint64_t, caf::response_promise> owed_; ///< attempts that the workers run
  std::uint64_t last_owed_ = 0;
  std::vector<caf::actor> idle_;
  std::vector<caf::actor> workers_;
};

/// The actors of one node type: several plain ones, or one dispatcher.
std::vector<caf::actor> spawn_pool(caf::actor_system& system, const node_type& type,
                                   const nodes::execution_limits& limits, std::size_t scheduler_threads);

} // namespace pawl::actors
