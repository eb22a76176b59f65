// One attempt of one node.
#include "nodes/execute.hpp"

#include "nodes/outcome.hpp"
#include "nodes/short_text.hpp"
#include "runtime/core/retry.hpp"
#include "runtime/expression/functions/registry.hpp"
#include "runtime/schema/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <stdexcept>

namespace pawl::nodes {
namespace {

using core::json_ptr;
using nlohmann::json;

constexpr std::size_t name_bytes_max = 256; ///< of handles and of what is remembered
constexpr std::size_t memory_names_max = 16;
constexpr std::size_t payload_schema_bytes_max = std::size_t{64} << 10;
constexpr std::int64_t retry_after_ms_max = 86'400'000; ///< a stranger's answer must not park an instance for ever

using resolved_data = result<std::optional<json>>;

bool is_stopping(const execution& run) { return run.stopping && run.stopping->load(); }

class attempt_context final : public node_context {
public:
  attempt_context(const execution& run, std::function<resolved_data()> resolve)
      : run_(run), resolve_(std::move(resolve)) {}

  /// The first call resolves; its error stays.
  const resolved_data& resolved() const {
    if (!data_) data_ = resolve_();
    return *data_;
  }

  const json& data() const override { return has_data() ? **resolved() : null_; }
  bool has_data() const override {
    if (!resolved()) throw std::runtime_error(resolved().failure().message);
    return resolved()->has_value();
  }
  const json* payload() const override { return run_.payload.get(); }
  const json* node_state() const override { return run_.node_state.get(); }
  const json* memory(std::string_view name) const override {
    const auto at = std::find_if(run_.memory.begin(), run_.memory.end(), [&](const auto& m) { return m.name == name; });
    return at == run_.memory.end() ? nullptr : at->value.get();
  }
  const json& input() const override { return run_.context.input ? *run_.context.input : null_; }
  const json& globals() const override { return run_.context.globals ? *run_.context.globals : null_; }
  const std::string& instance_id() const override { return run_.context.run.instance_id; }
  const std::string& node_id() const override { return run_.context.run.node_id; }
  std::int64_t visit() const override { return run_.of.visit; }
  std::int64_t attempt() const override { return run_.of.attempt; }
  const std::string& idempotency_key() const override { return run_.key; }
  std::int64_t time_ms() const override { return run_.context.run.time; }
  bool timer_fired() const override { return run_.timer_fired; }
  bool is_stopping() const override { return nodes::is_stopping(run_); }

private:
  const execution& run_;
  std::function<resolved_data()> resolve_;
  mutable std::optional<resolved_data> data_;
  json null_;
};

// For the backstop of expressions only: nothing that is stored depends on it.
std::int64_t monotonic_ms() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

class attempt {
public:
  attempt(const execution& run, const execution_limits& limits)
      : run_(run), limits_(limits), node_(run.workflow->nodes[run.node]),
        root_(core::root_of(run.context)), environment_{limits.expressions,
                                                        limits.functions ? limits.functions.get()
                                                                         : expression::standard_registry().get(),
                                                        {},
                                                        monotonic_ms} {}

  executed carry_out() {
    if (is_stopping(run_)) return abandoned(); // it waited for a thread until now
    attempt_context context(run_, [this] { return resolve(); });
    if (!node_.type->lazy_data && !context.resolved()) return data_failed(context.resolved().failure());
    const outcome given = call(context);
    return data_failure_ ? data_failed(*data_failure_) : answer(given);
  }

private:
  static executed abandoned() {
    executed nothing;
    nothing.abandoned = true;
    return nothing;
  }

  resolved_data resolve() {
    resolved_data data = node_.data->render(root_, environment_);
    if (!data || !node_.type->input) return data;
    const auto fits = schema::require(*node_.type->input, *data ? **data : json(nullptr), "the node's data");
    if (fits) return data;
    data_failure_ = fits.failure(); // whatever a lazy executor makes of it
    return fits.failure();
  }

  // Expressions may give something else the next time; what does not fit the schema is the author's to correct.
  executed data_failed(const error& why) {
    if (data_failure_) return failed("InvalidData", why.message, false);
    return failed("Error", why.message, true);
  }

  outcome call(attempt_context& context) {
    try {
      return node_.type->execute(context);
    } catch (const std::exception& e) {
      return outcome::fail(e.what());
    } catch (...) {
      return outcome::fail("the executor threw something that is no std::exception");
    }
  }

  executed answer(const outcome& given) {
    return std::visit([this](const auto& what) { return made(what); }, given.inside().what);
  }

  executed made(const outcome::content::success& s) {
    executed done;
    if (const char* fault = bad_name(s)) return failed("OutputError", fault, false);
    core::node_succeeded event{run_.of, s.handle, {}};
    if (s.value) {
      auto text = core::to_text(*s.value, "the output", limits_.output);
      if (!text) return failed("OutputError", text.failure().message, false);
      if (auto fits = check_output(*s.value); !fits) return failed("OutputError", fits.failure().message, false);
      done.output = core::share(*s.value);
      done.output_text = std::move(*text);
    } else if (auto fits = check_output(nullptr); !fits) {
      return failed("OutputError", fits.failure().message, false);
    }
    for (const auto& [name, value] : s.memory) {
      if (value) {
        auto text = core::to_text(*value, "what the node remembers", limits_.output);
        if (!text) return failed("OutputError", text.failure().message, false);
      }
      event.memory.push_back({name, value ? core::share(*value) : nullptr});
    }
    done.what = std::move(event);
    return done;
  }

  result<void> check_output(const json& value) const {
    if (!node_.type->output) return {};
    return schema::require(*node_.type->output, value, "the output");
  }

  static bool is_name(const std::string& name) {
    return name.size() <= name_bytes_max && core::to_text(json(name), "a name");
  }

  static const char* bad_name(const outcome::content::success& s) {
    if (s.handle && !is_name(*s.handle)) return "the handle is longer than 256 bytes or not UTF-8";
    if (s.memory.size() > memory_names_max) return "the node remembers more than 16 values at once";
    for (const auto& [name, value] : s.memory)
      if (!is_name(name)) return "a name to remember is longer than 256 bytes or not UTF-8";
    return nullptr;
  }

  executed made(const outcome::content::wait& w) {
    if (!node_.type->can_wait)
      return failed("PauseError", fmt::format("the type '{}' paused without can_wait", node_.type->name), false);
    core::node_paused event{
        run_.of, w.for_payload ? wait_kind::payload : wait_kind::timer, shortened(w.reason), w.timer_ms, nullptr,
        nullptr};
    if (w.for_payload) event.payload_schema = node_.payload_document;
    if (w.for_payload && w.payload_schema) {
      auto taken = take_payload_schema(*w.payload_schema);
      if (!taken) return failed("PauseError", taken.failure().message, false);
      event.payload_schema = std::move(*taken);
    }
    if (w.node_state) {
      core::json_limits state_limits = limits_.output;
      state_limits.bytes_max = limits_.node_state_bytes_max;
      auto text = core::to_text(*w.node_state, "the node state", state_limits);
      if (!text) return failed("PauseError", text.failure().message, false);
      event.node_state = core::share(*w.node_state);
    }
    return {std::move(event), nullptr, std::nullopt, false};
  }

  result<json_ptr> take_payload_schema(const json& document) const {
    core::json_limits small = limits_.output;
    small.bytes_max = payload_schema_bytes_max;
    auto text = core::to_text(document, "the schema of the payload", small);
    if (!text) return text.failure();
    std::vector<problem> problems;
    if (schema::schema::compile(document, problems)) return core::share(document);
    const auto bad = std::find_if(problems.begin(), problems.end(), [](const problem& p) { return !p.is_warning; });
    return error{errc::invalid_argument,
                 fmt::format("the schema of the payload is none: {}: {}", bad->pointer, bad->message), ""};
  }

  executed made(const outcome::content::failure& f) { return failed(f.name, f.message, f.retryable, f.after_ms); }

  executed made(const outcome::content::given_up&) {
    if (is_stopping(run_)) return abandoned();
    return failed("GivenUp", "the executor gave up although the runtime does not stop", true);
  }

  executed failed(const std::string& name, const std::string& message, bool retryable, std::int64_t after_ms = 0) {
    core::node_failed event;
    event.of = run_.of;
    event.error = shortened(message.empty() ? name : name + ": " + message);
    const retry_policy policy = policy_now();
    event.retryable = retryable && core::retries_error(policy, name);
    event.max_attempts = policy.max_attempts;
    event.delay_ms =
        std::max(core::retry_delay_ms(policy, run_.of.attempt, run_.key), std::min(after_ms, retry_after_ms_max));
    return {std::move(event), nullptr, std::nullopt, false};
  }

  // A policy whose expressions fail is no policy: the attempt's own error is what counts.
  retry_policy policy_now() {
    if (!node_.retry_expression) return node_.retry;
    auto rendered = node_.retry_expression->render(root_, environment_);
    std::vector<problem> problems;
    if (!rendered || !*rendered) return {};
    const retry_policy policy = core::read_retry(**rendered, "/retry", problems);
    const bool good = std::all_of(problems.begin(), problems.end(), [](const problem& p) { return p.is_warning; });
    return good ? policy : retry_policy{};
  }

  const execution& run_;
  const execution_limits& limits_;
  const core::workflow_node& node_;
  expression::value root_;
  expression::environment environment_;
  std::optional<error> data_failure_; ///< the data does not fit the type's schema
};

} // namespace

executed execute(const execution& run, const execution_limits& limits) { return attempt(run, limits).carry_out(); }

} // namespace pawl::nodes
