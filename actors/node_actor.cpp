// Runs executors: asks for their secrets first, hands those that block to threads, and watches timeouts.
#include "actors/node_actor.hpp"

#include "actors/threads.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace pawl::actors {

namespace {

constexpr int desk_tries_max = 10;
constexpr auto desk_pause = std::chrono::milliseconds(20); ///< longer with every try

} // namespace

class answer_port {
public:
  explicit answer_port(caf::actor to) : to_(std::move(to)) {}
  void send(std::uint64_t number, nodes::executed answer) {
    std::lock_guard lock(mutex_);
    if (to_) caf::anon_send(to_, attempt_answered{number, std::move(answer)});
  }
  void close() {
    std::lock_guard lock(mutex_);
    to_ = nullptr;
  }

private:
  std::mutex mutex_;
  caf::actor to_;
};

node_actor::node_actor(caf::actor_config& config, nodes::execution_limits limits, desks_ptr desks)
    : caf::event_based_actor(config), limits_(std::move(limits)), desks_(std::move(desks)) {}

caf::behavior node_actor::make_behavior() {
  return {
      [this](const execute_node& request) -> caf::result<node_executed> {
        if (nodes::is_over(*request.run)) return node_executed{nodes::attempt_not_begun()};
        if (!nodes::needs_secrets(*request.run)) return node_executed{nodes::execute(*request.run, limits_)};
        prepare({request.run, nullptr, make_response_promise()});
        return caf::delegated<node_executed>();
      },
      [this](const call_executor& request) -> caf::result<executor_called> {
        if (nodes::is_over(*request.run)) {
          request.done(nodes::attempt_not_begun());
          return executor_called{};
        }
        if (nodes::needs_secrets(*request.run)) {
          prepare({request.run, request.done, make_response_promise()});
          return caf::delegated<executor_called>();
        }
        nodes::execute_async(request.run, limits_, {}, request.done);
        return executor_called{};
      },
      [this](const ask_again& what) { ask(what.number); },
      // It has none that could be.
      [](const abandon_attempts&) {},
      [](const drop_attempt&) {},
  };
}

void node_actor::on_exit() {
  for (auto& [number, left] : preparing_)
    left.answer.deliver(caf::make_error(caf::sec::request_receiver_down));
  preparing_.clear();
  desks_.reset();
}

// --- secrets, before the executor is called

void node_actor::prepare(preparing attempt) {
  auto needed = nodes::secrets_of(*attempt.run, limits_);
  if (auto* failed = std::get_if<nodes::executed>(&needed)) return end(attempt, std::move(*failed));
  attempt.wanted = std::get<0>(std::move(needed));
  preparing_.emplace(++last_preparing_, std::move(attempt));
  ask(last_preparing_);
}

void node_actor::ask(std::uint64_t number) {
  const auto at = preparing_.find(number);
  if (at == preparing_.end()) return;
  const preparing& p = at->second;
  if (p.granted.size() == p.wanted.size() || nodes::is_over(*p.run)) return run(preparing_.extract(at).mapped());
  const nodes::secret_request& next = p.wanted[p.granted.size()];
  const caf::actor desk = desks_->find(next.secret.source);
  if (!desk) return try_again(number);
  request(desk, caf::infinite, resolve_secret{p.run, next})
      .then([this, number](const secret_resolved& given) { take(number, given); },
            [this, number](const caf::error&) { try_again(number); });
}

void node_actor::take(std::uint64_t number, const secret_resolved& given) {
  const auto at = preparing_.find(number);
  if (at == preparing_.end()) return;
  preparing& p = at->second;
  const nodes::secret_request& asked = p.wanted[p.granted.size()];
  if (given.store_failure || !given.bytes) {
    nodes::executed outcome;
    if (given.store_failure)
      outcome.store_failure = given.store_failure;
    else
      outcome = nodes::failed_for_secret(*p.run, limits_, asked, given.refusal);
    return end(preparing_.extract(at).mapped(), std::move(outcome));
  }
  p.granted.push_back({asked.slot, core::shown_name(asked.secret), given.bytes, asked.use.destination});
  p.tries = 0;
  ask(number);
}

// A secrets actor that died is replaced soon.
void node_actor::try_again(std::uint64_t number) {
  const auto at = preparing_.find(number);
  if (at == preparing_.end()) return;
  preparing& p = at->second;
  if (++p.tries < desk_tries_max) return delayed_anon_send(this, desk_pause * p.tries, ask_again{number});
  auto outcome = nodes::failed_for_secret(
      *p.run, limits_, p.wanted[p.granted.size()],
      {"SecretUnavailable", "its source is not open here (options::secrets, pawl run --secrets FILE)", true});
  end(preparing_.extract(at).mapped(), std::move(outcome));
}

void node_actor::run(preparing attempt) {
  if (nodes::is_over(*attempt.run)) return end(attempt, nodes::attempt_not_begun());
  if (!attempt.done) return end(attempt, nodes::execute(*attempt.run, limits_, attempt.granted));
  nodes::execute_async(attempt.run, limits_, std::move(attempt.granted), attempt.done);
  attempt.answer.deliver(executor_called{});
}

void node_actor::end(const preparing& attempt, nodes::executed outcome) {
  caf::response_promise answer = attempt.answer;
  if (!attempt.done) return answer.deliver(node_executed{std::move(outcome)});
  attempt.done(std::move(outcome));
  answer.deliver(executor_called{});
}

node_dispatcher::node_dispatcher(caf::actor_config& config, std::shared_ptr<const core::registered_type> type,
                                 nodes::execution_limits limits, desks_ptr desks)
    : caf::event_based_actor(config), type_(std::move(type)), limits_(std::move(limits)), desks_(std::move(desks)) {}

caf::behavior node_dispatcher::make_behavior() {
  port_ = std::make_shared<answer_port>(caf::actor_cast<caf::actor>(this));
  set_down_handler([this](const caf::down_msg& down) {
    const auto is_dead = [&](const caf::actor& a) { return a.address() == down.source; };
    std::erase_if(workers_, is_dead);
    std::erase_if(idle_, is_dead);
    assign();
  });
  return {
      [this](const execute_node& request) -> caf::result<node_executed> {
        auto promise = make_response_promise();
        queue_.push_back({request.run, promise});
        assign();
        return caf::delegated<node_executed>();
      },
      [this](const attempt_answered& given) { settle(given.number, given.outcome); },
      [this](const attempts_due&) { end_what_is_over(); },
      [this](const abandon_attempts& stop) { abandon_all(stop.log); },
      [this](const drop_attempt& which) { drop(which); },
  };
}

// A promise that goes unanswered keeps its instance waiting for ever.
void node_dispatcher::on_exit() {
  port_->close();
  for (job& left : queue_)
    left.answer.deliver(caf::make_error(caf::sec::request_receiver_down));
  for (auto& [number, left] : owed_)
    left.answer.deliver(caf::make_error(caf::sec::request_receiver_down));
  owed_.clear();
  deadlines_.clear();
  for (const caf::actor& worker : workers_)
    anon_send_exit(worker, caf::exit_reason::user_shutdown);
  workers_.clear();
  idle_.clear();
  queue_.clear();
}

void node_dispatcher::assign() {
  while (!queue_.empty() && find_worker()) {
    job next = std::move(queue_.front());
    queue_.pop_front();
    if (type_->is_async()) {
      call(std::move(next));
      continue;
    }
    const caf::actor worker = std::move(idle_.back());
    idle_.pop_back();
    run(worker, std::move(next));
  }
}

// Afterwards the last of `idle_` may take a job.
bool node_dispatcher::find_worker() {
  if (type_->is_async() && owed_.size() >= type_->concurrency) return false;
  if (!idle_.empty()) return true;
  if (!type_->is_async() && workers_.size() >= type_->concurrency) return false;
  workers_.push_back(spawn_worker());
  idle_.push_back(workers_.back());
  return true;
}

caf::actor node_dispatcher::spawn_worker() {
  caf::actor made = type_->blocking ? spawn_blocking<node_actor>(*this, limits_, desks_)
                                    : caf::actor(spawn<node_actor>(limits_, desks_));
  monitor(made);
  return made;
}

std::uint64_t node_dispatcher::owe(job next) {
  const std::uint64_t number = ++last_owed_;
  watch_time(next, number);
  owed_.emplace(number, std::move(next));
  return number;
}

void node_dispatcher::watch_time(job& of, std::uint64_t number) {
  if (!of.run->control) return;
  const auto timeout = of.run->workflow->nodes[of.run->node].timeout;
  of.run->control->deadline = std::chrono::steady_clock::now() + timeout;
  of.due = system().clock().now() + timeout;
  deadlines_.emplace(*of.due, number);
  sleep_until_first();
}

// One message, however many attempts have a timeout: a delayed one cannot be taken back and would stay until its time.
void node_dispatcher::sleep_until_first() {
  if (deadlines_.empty()) return;
  const time_point first = deadlines_.begin()->first;
  if (wakes_at_ && *wakes_at_ <= first) return;
  wakes_at_ = first;
  delayed_anon_send(this, std::max(first - system().clock().now(), time_point::duration(0)), attempts_due{});
}

void node_dispatcher::end_what_is_over() {
  wakes_at_.reset();
  const time_point now = system().clock().now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const std::uint64_t number = deadlines_.begin()->second;
    const nodes::execution& late = *owed_.at(number).run;
    late.control->timed_out = true;
    if (late.counts) ++late.counts->abandoned;
    settle(number, nodes::timed_out(late, limits_));
  }
  sleep_until_first();
}

void node_dispatcher::run(const caf::actor& worker, job next) {
  const auto what = next.run;
  const std::uint64_t number = owe(std::move(next));
  request(worker, caf::infinite, execute_node{what})
      .then(
          [this, worker, number](const node_executed& executed) {
            idle_.push_back(worker);
            settle(number, executed.outcome);
            assign();
          },
          [this, number](caf::error& dead) { settle_dead(number, std::move(dead)); });
}

void node_dispatcher::call(job next) {
  const auto what = next.run;
  const std::uint64_t number = owe(std::move(next));
  const auto send_back = [port = port_, number](nodes::executed answer) { port->send(number, std::move(answer)); };
  request(idle_.back(), caf::infinite, call_executor{what, send_back})
      .then([](const executor_called&) {}, [this, number](caf::error& dead) { settle_dead(number, std::move(dead)); });
}

void node_dispatcher::forget_deadline(const job& of, std::uint64_t number) {
  if (of.due) deadlines_.erase({*of.due, number});
}

void node_dispatcher::settle(std::uint64_t number, nodes::executed answer) {
  auto owed = owed_.extract(number);
  if (!owed) return;
  forget_deadline(owed.mapped(), number);
  owed.mapped().answer.deliver(node_executed{std::move(answer)});
  if (type_->is_async()) assign();
}

void node_dispatcher::settle_dead(std::uint64_t number, caf::error why) {
  auto owed = owed_.extract(number);
  if (!owed) return;
  forget_deadline(owed.mapped(), number);
  owed.mapped().answer.deliver(std::move(why));
}

// The runtime stops and waits no longer for answers that may never come. The thread of a synchronous executor cannot be
// ended: it stays until that returns, if it ever does.
void node_dispatcher::abandon_all(const std::function<void(const std::string&)>& log) {
  if (!type_->is_async())
    for (const auto& [number, left] : owed_)
      log(fmt::format(
          "the executor of node '{}' of instance '{}' (type '{}') has not returned in the grace: its thread is "
          "left behind, the attempt is made again at the next open",
          left.run->context.run.node_id, left.run->context.run.instance_id, type_->name));
  for (job& left : queue_)
    left.answer.deliver(node_executed{nodes::abandoned_attempt()});
  queue_.clear();
  while (!owed_.empty())
    settle(owed_.begin()->first, nodes::abandoned_attempt());
}

void node_dispatcher::drop(const drop_attempt& which) {
  const auto queued = std::find_if(queue_.begin(), queue_.end(), [&](const job& j) { return j.run == which.run; });
  if (queued != queue_.end()) {
    queued->answer.deliver(node_executed{nodes::attempt_not_begun()});
    queue_.erase(queued);
  }
  if (!which.also_running || !type_->is_async()) return; // a thread stays taken until its executor returns
  const auto owed =
      std::find_if(owed_.begin(), owed_.end(), [&](const auto& one) { return one.second.run == which.run; });
  if (owed != owed_.end()) settle(owed->first, nodes::abandoned_attempt());
}

std::vector<caf::actor> spawn_pool(caf::actor_system& system, const std::shared_ptr<const core::registered_type>& type,
                                   const nodes::execution_limits& limits, const desks_ptr& desks,
                                   std::size_t scheduler_threads) {
  if (type->can_time_out()) return {system.spawn<node_dispatcher>(type, limits, desks)};
  std::vector<caf::actor> members;
  const std::size_t count = std::clamp<std::size_t>(type->concurrency, 1, std::max<std::size_t>(1, scheduler_threads));
  for (std::size_t i = 0; i < count; ++i)
    members.push_back(system.spawn<node_actor>(limits, desks));
  return members;
}

} // namespace pawl::actors
