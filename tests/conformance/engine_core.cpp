// Engine cases that no public call can express: they act on the state itself, through transition() and the function
// that node actors call. What `set` and `step` do to a state is the reference's, not Pawl's.
#include "tests/conformance/engine_cases.hpp"
#include "tests/conformance/scripted_types.hpp"

#include "nodes/catalog.hpp"
#include "nodes/execute.hpp"
#include "runtime/core/payload_gate.hpp"
#include "runtime/core/transition.hpp"

#include <stdexcept>

namespace conformance {
namespace {

namespace core = pawl::core;

class core_scenario {
public:
  explicit core_scenario(const json& the_case) : case_(the_case) {
    script_->context = [this](const std::string&) { return context_; };
    for (pawl::node_type& type : scripted_types(case_, script_)) {
      const std::string name = type.name;
      if (!pawl::core::add_type(types_, std::move(type))) throw std::runtime_error("a node type is refused");
    }
  }

  std::string load() {
    auto done = core::compile(definition_of(case_, case_.at("events").front()).dump(), "", types_);
    if (!done) return to_string(done.failure());
    workflow_ = done->workflow;
    return workflow_ ? "" : done->problems.front().message;
  }

  json entry_after(const json& event) {
    const std::string op = event.at("op");
    now_ms_ = time_of_event(number_++);
    const core::json_ptr payload =
        event.contains("externalPayload") ? core::share(event.at("externalPayload")) : nullptr;
    const std::int64_t limit = event.value("stepLimit", std::int64_t{100});
    if (op == "start") start(event, payload, limit);
    if (op == "set") set(event.at("fields"));
    if (op == "step") step(payload);
    if (op == "resume") resume(payload, limit);
    return entry();
  }

private:
  void start(const json& event, const core::json_ptr& payload, std::int64_t limit) {
    state_ = core::initial_state(*workflow_, "run");
    context_ = json::object();
    take(core::started{workflow_->find(event.at("initialNodeId").get<std::string>()).value(), payload, limit}, nullptr);
    run();
  }

  void resume(const core::json_ptr& payload, std::int64_t limit) {
    if (state_.status == pawl::instance_status::active) {
      state_.steps = 0;
      state_.step_limit = limit;
      if (state_.cursors.empty()) state_.status = pawl::instance_status::completed;
      return run();
    }
    auto chosen = core::choose_wait(*workflow_, state_, "", std::nullopt);
    if (!chosen) {
      if (state_.cursors.empty()) state_.status = pawl::instance_status::completed;
      return;
    }
    chosen->payload = payload;
    chosen->step_limit = limit;
    take(*chosen, nullptr);
    run();
  }

  // One step of whatever stands there, as if it were active.
  void step(const core::json_ptr& payload) {
    if (state_.cursors.empty()) return;
    core::cursor& c = state_.cursors.front();
    c.phase = core::phase::ready;
    c.wait.reset();
    c.timer.reset();
    if (payload) c.payload = payload;
    state_.status = pawl::instance_status::active;
    state_.step_limit.reset();
    execute_one();
  }

  void set(const json& fields) {
    if (fields.contains("currentNodeId")) {
      state_.cursors.clear();
      if (fields.at("currentNodeId").is_string()) stand_on(fields.at("currentNodeId"));
    }
    if (fields.value("status", "") == "active") {
      state_.status = pawl::instance_status::active;
      for (core::cursor& c : state_.cursors)
        c.phase = core::phase::ready;
    }
  }

  void stand_on(const std::string& node) {
    core::cursor c;
    c.id = state_.next_cursor++;
    c.node = workflow_->find(node).value();
    c.visit = ++state_.visits[c.node];
    c.phase = core::phase::ready;
    state_.cursors = {c};
  }

  void run() {
    while (state_.status == pawl::instance_status::active && !state_.cursors.empty())
      execute_one();
  }

  void execute_one() {
    const core::cursor& c = state_.cursors.front();
    pawl::nodes::execution run;
    run.workflow = workflow_;
    run.node = c.node;
    run.of = {c.id, c.visit, c.attempt()};
    run.payload = c.payload;
    run.node_state = c.node_state;
    run.context.input = core::share(nullptr);
    run.context.globals = core::share(json::object());
    for (const auto& [id, results] : context_.items()) {
      core::context_node node{id, true, {}};
      for (const json& r : results)
        node.results.push_back(
            {r.contains("output") ? core::share(r.at("output")) : nullptr, now_ms_, r.value("error", "")});
      run.context.nodes.push_back(std::move(node));
    }
    auto answer = pawl::nodes::execute(run, {});
    take(std::move(answer.what), answer.output);
  }

  void take(core::event_content what, const core::json_ptr& output) {
    auto verdict = core::apply(*workflow_, state_, {now_ms_, std::move(what)});
    if (const auto* no = std::get_if<core::rejected>(&verdict)) throw std::runtime_error(no->reason);
    const auto& result = std::get<core::step>(verdict).result;
    if (!result) return;
    json shown{{"attempt", result->attempt}};
    if (!result->error.empty()) {
      shown["output"] = nullptr;
      shown["error"] = result->error;
    } else if (output) {
      shown["output"] = *output;
    }
    context_[workflow_->nodes[result->node].id].push_back(std::move(shown));
  }

  json entry() const {
    const core::cursor* at = state_.cursors.empty() ? nullptr : &state_.cursors.front();
    json shown{{"workflowId", workflow_->id},
               {"status", to_string(state_.status)},
               {"currentNodeId", at != nullptr ? json(workflow_->nodes[at->node].id) : json(nullptr)},
               {"version", state_.version},
               {"metadata", json::object()},
               {"context", context_}};
    if (state_.retry_reason > 0)
      shown["metadata"]["pausedReason"] = "Retry attempt " + std::to_string(state_.retry_reason);
    if (state_.step_limit_exceeded) shown["metadata"]["failedReason"] = "Step limit exceeded";
    if (at != nullptr && at->retry)
      shown["retryState"] = {{"nodeId", workflow_->nodes[at->node].id},
                             {"attempts", at->retry->attempts},
                             {"retryDelayMs", at->retry->next_at - now_ms_}};
    return shown;
  }

  const json& case_;
  std::shared_ptr<script> script_ = std::make_shared<script>();
  core::node_types types_;
  std::shared_ptr<const core::workflow> workflow_;
  core::state state_;
  std::size_t number_ = 0;
  std::int64_t now_ms_ = 0;
  json context_;
};

} // namespace

std::optional<std::vector<json>> run_through_core(const json& the_case, std::string& why) {
  core_scenario run(the_case);
  why = run.load();
  if (!why.empty()) return std::nullopt;
  std::vector<json> entries;
  try {
    for (const json& event : the_case.at("events"))
      entries.push_back(run.entry_after(event));
  } catch (const std::runtime_error& e) {
    why = e.what();
    return std::nullopt;
  }
  return entries;
}

} // namespace conformance
