// Node types for tests: answers from a list, and a record of calls.
#include <pawl/testing.hpp>

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <mutex>
#include <utility>

namespace pawl::testing {
namespace {

struct script {
  std::string type;
  std::vector<outcome> answers;
  when_spent then;
  std::mutex mutex;
  std::size_t calls = 0;

  outcome next(const node_context& c) {
    std::lock_guard lock(mutex);
    const std::size_t place = calls++;
    if (place < answers.size()) return answers[place];
    if (then == when_spent::repeat_last && !answers.empty()) return answers.back();
    return outcome::fail_for_good(fmt::format("the script of '{}' has {} answers, and this is call {}: instance '{}', "
                                              "node '{}', visit {}, attempt {}",
                                              type, answers.size(), place + 1, c.instance_id(), c.node_id(), c.visit(),
                                              c.attempt()),
                                  "ScriptSpent");
  }
};

} // namespace

node_type scripted(std::string type_name, std::vector<outcome> answers, when_spent then) {
  auto script = std::make_shared<struct script>();
  script->type = type_name;
  script->answers = std::move(answers);
  script->then = then;
  node_type type(std::move(type_name), [script](node_context& c) { return script->next(c); });
  type.any_handle = true;
  type.can_wait = true;
  type.blocking = false;
  return type;
}

struct recording::memory {
  mutable std::mutex mutex;
  std::vector<recorded_call> calls;

  void add(const node_context& c, bool lazy_data) {
    recorded_call call;
    call.instance = c.instance_id();
    call.node = c.node_id();
    call.visit = c.visit();
    call.attempt = c.attempt();
    call.key = c.idempotency_key();
    call.time_ms = c.time_ms();
    call.timer_fired = c.timer_fired();
    if (!lazy_data) call.data = std::make_shared<const nlohmann::json>(c.data());
    if (const auto* payload = c.payload()) call.payload = std::make_shared<const nlohmann::json>(*payload);
    std::lock_guard lock(mutex);
    calls.push_back(std::move(call));
  }
};

recording::recording(node_type of) : memory_(std::make_shared<memory>()), type_(std::move(of)) {
  const bool lazy = type_.lazy_data;
  if (type_.execute)
    type_.execute = [memory = memory_, inner = std::move(type_.execute), lazy](node_context& c) {
      memory->add(c, lazy);
      return inner(c);
    };
  if (type_.execute_async)
    type_.execute_async = [memory = memory_, inner = std::move(type_.execute_async)](const auto& c, const auto& done) {
      memory->add(*c, false);
      inner(c, done);
    };
}

std::vector<recorded_call> recording::calls() const {
  std::lock_guard lock(memory_->mutex);
  return memory_->calls;
}

} // namespace pawl::testing
