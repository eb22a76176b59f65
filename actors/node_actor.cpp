// Running executors.
#include "actors/node_actor.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace pawl::actors {

node_actor::node_actor(caf::actor_config& config, nodes::execution_limits limits)
    : caf::event_based_actor(config), limits_(limits) {}

caf::behavior node_actor::make_behavior() {
  return {[this](const execute_node& request) { return node_executed{nodes::execute(*request.run, limits_)}; }};
}

node_dispatcher::node_dispatcher(caf::actor_config& config, nodes::execution_limits limits, unsigned workers_max)
    : caf::event_based_actor(config), limits_(limits), workers_max_(std::max(1u, workers_max)) {}

caf::behavior node_dispatcher::make_behavior() {
  set_down_handler([this](const caf::down_msg& down) {
    const auto is_dead = [&](const caf::actor& a) { return a.address() == down.source; };
    std::erase_if(workers_, is_dead);
    std::erase_if(idle_, is_dead);
    assign();
  });
  return {[this](const execute_node& request) -> caf::result<node_executed> {
    auto promise = make_response_promise();
    queue_.push_back({request, promise});
    assign();
    return caf::delegated<node_executed>();
  }};
}

// A promise that goes unanswered keeps its instance waiting for ever.
void node_dispatcher::on_exit() {
  for (job& left : queue_)
    left.answer.deliver(caf::make_error(caf::sec::request_receiver_down));
  for (auto& [number, answer] : owed_)
    answer.deliver(caf::make_error(caf::sec::request_receiver_down));
  owed_.clear();
  for (const caf::actor& worker : workers_)
    anon_send_exit(worker, caf::exit_reason::user_shutdown);
  workers_.clear();
  idle_.clear();
  queue_.clear();
}

void node_dispatcher::assign() {
  while (!queue_.empty()) {
    if (idle_.empty()) {
      if (workers_.size() >= workers_max_) return;
      idle_.push_back(spawn<node_actor, caf::detached>(limits_));
      workers_.push_back(idle_.back());
      monitor(idle_.back());
    }
    const caf::actor worker = std::move(idle_.back());
    idle_.pop_back();
    job next = std::move(queue_.front());
    queue_.pop_front();
    run(worker, std::move(next));
  }
}

void node_dispatcher::run(const caf::actor& worker, job next) {
  const std::uint64_t number = ++last_owed_;
  owed_.emplace(number, next.answer);
  const auto settle = [this, number](auto&& answer) {
    auto promise = owed_.extract(number);
    if (promise) promise.mapped().deliver(std::forward<decltype(answer)>(answer));
  };
  request(worker, caf::infinite, std::move(next.what))
      .then(
          [this, worker, settle](const node_executed& executed) {
            settle(node_executed(executed));
            idle_.push_back(worker);
            assign();
          },
          [settle](caf::error& dead) { settle(std::move(dead)); });
}

std::vector<caf::actor> spawn_pool(caf::actor_system& system, const node_type& type,
                                   const nodes::execution_limits& limits, std::size_t scheduler_threads) {
  if (type.blocking) return {system.spawn<node_dispatcher>(limits, type.concurrency)};
  std::vector<caf::actor> members;
  const std::size_t count = std::clamp<std::size_t>(type.concurrency, 1, std::max<std::size_t>(1, scheduler_threads));
  for (std::size_t i = 0; i < count; ++i)
    members.push_back(system.spawn<node_actor>(limits));
  return members;
}

} // namespace pawl::actors
