// Node types that do what the script says, and report to the judge.
#include "tests/sim/simulation.hpp"

#include <fmt/format.h>

namespace pawl::sim {
namespace {

const char* const scripted_failure = "the script says so";

const stage& stage_of(const std::vector<plan>& plans, const judge&, const node_context& c) {
  const std::string plan_id = c.input().at("of");
  for (const plan& p : plans)
    if (p.id == plan_id)
      if (const stage* s = p.find(c.node_id())) return *s;
  throw std::logic_error("no such stage");
}

// The same answers for ever: what breaks is what stands between them and the executors.
class source_of_secrets final : public secret_provider {
public:
  const std::string& source() const override {
    static const std::string name = "test";
    return name;
  }
  result<secret_policy> policy(const std::string& name) override {
    secret_policy own;
    own.definitions = {name};
    return own;
  }
  result<provided_secret> fetch(const std::string& name) override {
    auto bytes = secret_bytes::copy_of(secret_of(name));
    if (!bytes) return bytes.failure();
    return provided_secret{std::move(*bytes), "1", std::nullopt};
  }
};

} // namespace

options simulation::settings() {
  options opts;
  opts.store_path = "simulated";
  opts.time = clock_;
  opts.active_instances_max = mood_.active_max;
  opts.when_full = overload_policy::fail;
  opts.grace = std::chrono::milliseconds(grace_ms);
  opts.expressions.time_ms_max = 1'000'000; // its clock is a real one
  opts.expressions.template_time_ms_max = 1'000'000;
  opts.node_types = {type_of("work", false), type_of("shaky", false), type_of("nap", true), later_type()};
  opts.secrets.providers = {std::make_shared<source_of_secrets>()};
  opts.on_log = [this, life = life_](const std::string& line) {
    if (life != life_ || !is_alive_) return;
    log_.line("log: " + line);
    if (line.rfind("the schedule actor died", 0) == 0) timetable_.clerk_died();
  };
  return opts;
}

node_type simulation::type_of(const char* name, bool can_wait) {
  node_type type(name, node_type::executor([this, life = life_](node_context& c) { return execute(c, life); }));
  type.blocking = mood_.blocking;
  type.can_wait = can_wait;
  type.concurrency = mood_.concurrency;
  type.secrets = {{"key", false}};
  return type;
}

node_type simulation::later_type() {
  node_type type("later", node_type::async_executor([this, life = life_](const auto& context, const completion& done) {
                   hold(context, done, life);
                 }));
  type.concurrency = mood_.concurrency;
  type.secrets = {{"key", false}};
  return type;
}

outcome simulation::execute(node_context& c, int life) {
  if (life != life_ || !is_alive_) return outcome::give_up();
  const stage& s = stage_of(plans_, judge_, c);
  log_.line(fmt::format("execute {}/{} visit {} attempt {}", c.instance_id(), c.node_id(), c.visit(), c.attempt()));
  judge_.invoked(c, s);
  return perform(s, c);
}

outcome simulation::perform(const stage& s, const node_context& c) {
  const nlohmann::json output = deeds_.output_of(c.instance_id(), c.node_id(), c.visit());
  if (s.kind == stage_kind::nap && !c.timer_fired())
    return outcome::pause_for(std::chrono::milliseconds(s.time_ms)).keep(output);
  if (c.node_id() != s.id) return outcome::output(output); // inside of a loop
  if (s.kind == stage_kind::nap) return outcome::output(c.node_state() != nullptr ? *c.node_state() : nlohmann::json());
  switch (deeds_.deed_of(s, c.instance_id(), c.visit(), c.attempt())) {
    case deed::fail: return outcome::fail(scripted_failure, "Scripted");
    case deed::fail_for_good: return outcome::fail_for_good(scripted_failure, "Scripted");
    case deed::throw_: throw std::runtime_error(scripted_failure);
    case deed::succeed:
    case deed::twice:
    case deed::never: break;
  }
  return outcome::output(output);
}

void simulation::hold(const std::shared_ptr<node_context>& context, const completion& done, int life) {
  if (life != life_ || !is_alive_) return;
  const stage& s = stage_of(plans_, judge_, *context);
  log_.line(fmt::format("call {}/{} visit {} attempt {}", context->instance_id(), context->node_id(), context->visit(),
                        context->attempt()));
  judge_.invoked(*context, s);
  const deed wanted = deeds_.deed_of(s, context->instance_id(), context->visit(), context->attempt());
  if (wanted == deed::throw_) throw std::runtime_error(scripted_failure);
  (wanted == deed::never ? unanswered_ : held_).push_back({context, done, &s, life, judge_.may_echo() ? -1 : kills_});
  check_concurrency();
}

// A dispatcher that was killed knows nothing any more of what it called, or of what its workers call yet.
void simulation::check_concurrency() {
  unsigned under_way = 0;
  for (const auto* some : {&held_, &unanswered_})
    for (const held_attempt& a : *some)
      under_way += a.life == life_ && a.kills == kills_ && !a.context->is_cancelled() ? 1 : 0;
  if (under_way > mood_.concurrency) log_.violated("more attempts than `concurrency` are under way");
}

// Also those of a life that has ended: their answers must do nothing.
void simulation::answer_held() {
  if (held_.empty()) return;
  const std::size_t which = dice_.below(held_.size());
  const held_attempt held = std::move(held_[which]);
  held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(which));
  const node_context& c = *held.context;
  const bool taken = held.done.complete(perform(*held.at, c));
  log_.line(fmt::format("answer {}/{} visit {} attempt {}: {}", c.instance_id(), c.node_id(), c.visit(), c.attempt(),
                        taken ? "taken" : "too late"));
  if (deeds_.deed_of(*held.at, c.instance_id(), c.visit(), c.attempt()) == deed::twice &&
      held.done.complete(outcome::output("the second answer")))
    log_.violated("an attempt took two answers");
}

} // namespace pawl::sim
