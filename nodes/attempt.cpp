// One attempt: resolves data, checks it, names its secrets, and makes an event of what the executor answered.
#include "nodes/attempt.hpp"

#include "nodes/short_text.hpp"
#include "runtime/core/retry.hpp"
#include "runtime/core/signal_gate.hpp"
#include "runtime/expression/functions/registry.hpp"
#include "runtime/schema/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <stdexcept>

namespace pawl::nodes {
namespace {

using nlohmann::json;

constexpr std::size_t name_bytes_max = 256; ///< of handles and of what is remembered
constexpr std::size_t memory_names_max = 16;
constexpr std::size_t signals_max = 16;
constexpr std::size_t payload_schema_bytes_max = std::size_t{64} << 10;
constexpr std::int64_t retry_after_ms_max = 86'400'000; ///< a stranger's answer must not park an instance for ever

// For the backstop of expressions: what this thread has worked, so that neither a process that stood still nor one that
// others keep from the processor fails an instance.
std::int64_t thread_cpu_ms() {
  timespec worked{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &worked);
  return std::int64_t{worked.tv_sec} * 1000 + worked.tv_nsec / 1'000'000;
}

const expression::functions* functions_of(const execution_limits& limits) {
  return limits.functions ? limits.functions.get() : expression::standard_registry().get();
}

bool is_name(const std::string& name) { return name.size() <= name_bytes_max && core::to_text(json(name), "a name"); }

const char* bad_name(const outcome::content::success& s) {
  if (s.handle && !is_name(*s.handle)) return "the handle is longer than 256 bytes or not UTF-8";
  if (s.memory.size() > memory_names_max) return "the node remembers more than 16 values at once";
  for (const auto& [name, value] : s.memory)
    if (!is_name(name)) return "a name to remember is longer than 256 bytes or not UTF-8";
  return nullptr;
}

} // namespace

bool is_stopping(const execution& run) { return run.stopping && run.stopping->load(); }
bool is_closing(const execution& run) { return run.ending && run.ending->durable.load(); }

namespace {
// Whoever asked for it is gone.
bool is_unwanted(const execution& run) { return run.unwanted && run.unwanted->load(); }
bool has_timed_out(const execution& run) { return run.control && run.control->timed_out.load(); }
} // namespace

bool is_unheard(const execution& run) { return is_unwanted(run) || has_timed_out(run); }

bool is_cancelled(const execution& run) { return is_stopping(run) || is_closing(run) || is_unheard(run); }

// It was answered before a thread had time for it, its instance is being ended or starts anew: nobody must see it run.
bool is_over(const execution& run) {
  if (run.ending && run.ending->decided.load()) return true;
  if (is_unwanted(run)) return true;
  return has_timed_out(run);
}

void count_if_late(const execution& run) {
  if (run.counts && is_unheard(run)) ++run.counts->late;
}

executed attempt_not_begun() {
  executed nothing = abandoned_attempt();
  nothing.not_begun = true;
  return nothing;
}

executed abandoned_attempt() {
  executed nothing;
  nothing.abandoned = true;
  return nothing;
}

attempt::attempt(const execution& run, const execution_limits& limits, const granted_secrets& secrets)
    : run_(run), limits_(limits), secrets_(secrets), node_(run.workflow->nodes[run.node]),
      root_(core::root_of(run.context)), environment_{limits.expressions, functions_of(limits), {}, thread_cpu_ms} {}

const attempt::resolved_data& attempt::data() {
  if (!data_) data_ = resolve();
  return *data_;
}

attempt::resolved_data attempt::resolve() {
  resolved_data data = node_.data->render(root_, environment_);
  // Whether time was over depends on the machine, and what a step records must not: it counts the second time.
  if (!data && expression::is_of_time(data.failure())) data = node_.data->render(root_, environment_);
  if (!data) return data;
  if (auto fits = check_data(*data ? **data : json(nullptr)); !fits) {
    misfits_ = true;
    return fits.failure();
  }
  return data;
}

result<void> attempt::check_data(const json& data) const {
  for (const std::string& name : node_.type->definite_members)
    if (const auto expression = node_.data->expression_of(name); expression && data.value(name, json()).is_null())
      return error{
          errc::invalid_argument,
          fmt::format("data.{} has no value: undefined or null came of its expression {{{{{}}}}}", name, *expression),
          ""};
  if (!node_.type->input) return {};
  return schema::require(*node_.type->input, data, "the node's data");
}

const core::secret_mask& attempt::mask() {
  std::call_once(mask_made_, [this] {
    std::vector<core::secret_mask::secret> secrets;
    for (const granted_secret& s : secrets_)
      secrets.push_back({s.name, s.bytes});
    mask_ = core::secret_mask(secrets, limits_.output.bytes_max);
  });
  return mask_;
}

void attempt::take_secrets_out(outcome::content& of) {
  auto refused = std::visit([this](auto& what) { return clean(what); }, of.what);
  if (!masks_fit_) refused = outcome::content::failure{"OutputError", "the output: " + mask_.too_long(), false};
  if (refused) of.what = *std::move(refused);
}

// Handles choose edges, so they are not changed: one that holds a secret fails the attempt.
std::optional<outcome::content::failure> attempt::clean(outcome::content::success& success) {
  clean_if(success.value);
  for (auto& [name, value] : success.memory) {
    clean(name);
    clean_if(value);
  }
  if (!success.handle || !mask_.finds(*success.handle)) return std::nullopt;
  return outcome::content::failure{"OutputError", "the handle holds a secret", false};
}

// A name with a secret in it would be one that nobody can send.
std::optional<outcome::content::failure> attempt::clean(outcome::content::wait& wait) {
  clean_if(wait.node_state);
  clean(wait.reason);
  clean_if(wait.payload_schema);
  const auto holds_secret = [this](const std::string& name) { return mask_.finds(name); };
  if (std::none_of(wait.signals.begin(), wait.signals.end(), holds_secret)) return std::nullopt;
  return outcome::content::failure{"PauseError", "the name of a signal holds a secret", false};
}

std::optional<outcome::content::failure> attempt::clean(outcome::content::failure& failure) {
  clean(failure.name);
  clean(failure.message);
  return std::nullopt;
}

std::optional<outcome::content::failure> attempt::clean(outcome::content::given_up&) { return std::nullopt; }

void attempt::clean(std::string& text) { masks_fit_ = mask_.apply(text) && masks_fit_; }
void attempt::clean_if(std::optional<json>& value) {
  if (value) masks_fit_ = mask_.apply(*value) && masks_fit_;
}

// Expressions may give something else the next time; what does not fit the schema is the author's to correct.
std::optional<executed> attempt::data_failure() {
  if (!data_ || *data_) return std::nullopt;
  if (misfits_) return failed("InvalidData", data_->failure().message, false);
  return failed("Error", data_->failure().message, true);
}

executed attempt::answer(outcome given) {
  outcome::content what = std::move(given).take();
  if (!mask().empty()) take_secrets_out(what);
  return std::visit([this](auto& w) { return made(w); }, what.what);
}

executed attempt::made(outcome::content::success& s) {
  executed done;
  if (const char* fault = bad_name(s)) return failed("OutputError", fault, false);
  core::node_succeeded event{run_.of, std::move(s.handle), {}};
  if (s.value) {
    auto text = core::to_text(*s.value, "the output", limits_.output);
    if (!text) return failed("OutputError", text.failure().message, false);
    if (auto fits = check_output(*s.value); !fits) return failed("OutputError", fits.failure().message, false);
    done.output = core::share(*std::move(s.value));
    done.output_text = std::move(*text);
  } else if (auto fits = check_output(nullptr); !fits) {
    return failed("OutputError", fits.failure().message, false);
  }
  for (auto& [name, value] : s.memory) {
    if (value) {
      auto text = core::to_text(*value, "what the node remembers", limits_.output);
      if (!text) return failed("OutputError", text.failure().message, false);
    }
    event.memory.push_back({std::move(name), value ? core::share(*std::move(value)) : nullptr});
  }
  done.what = std::move(event);
  return done;
}

result<void> attempt::check_output(const json& value) const {
  if (!node_.type->output) return {};
  return schema::require(*node_.type->output, value, "the output");
}

executed attempt::made(outcome::content::wait& w) {
  if (!node_.type->can_wait)
    return failed("PauseError", fmt::format("the type '{}' paused without can_wait", node_.type->name), false);
  core::node_paused event{
      run_.of, w.for_payload ? wait_kind::payload : wait_kind::timer, shortened(w.reason), w.timer_ms, nullptr,
      nullptr};
  event.until = w.until_ms;
  event.extends = w.extends;
  if (w.for_signals) {
    if (auto good = check_signals(w.signals); !good) return failed("PauseError", good.failure().message, false);
    event.kind = wait_kind::signal;
    event.signals = std::move(w.signals);
  }
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
    event.node_state = core::share(*std::move(w.node_state));
  }
  return {std::move(event), nullptr, std::nullopt, false};
}

result<void> attempt::check_signals(const std::vector<std::string>& names) const {
  const auto wrong = [](std::string why) { return error{errc::invalid_argument, std::move(why), ""}; };
  if (names.empty() || names.size() > signals_max)
    return wrong(fmt::format("a wait for signals has 1 to {} names", signals_max));
  for (const std::string& name : names) {
    if (!core::is_signal_name(name))
      return wrong("the name of a signal has 1 to 256 bytes of UTF-8 without control characters");
    if (run_.workflow->declares_signals && run_.workflow->signals.count(name) == 0)
      return wrong("the definition declares its signals, and not the one that the node waits for");
  }
  return {};
}

result<core::json_ptr> attempt::take_payload_schema(const json& document) const {
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

executed attempt::made(outcome::content::failure& f) { return failed(f.name, f.message, f.retryable, f.after_ms); }

executed attempt::made(outcome::content::given_up&) {
  if (is_stopping(run_)) return abandoned_attempt();
  if (is_closing(run_))
    return failed("Unknown",
                  "the attempt gave up because the instance is being ended; whether it had its effect is not known",
                  false);
  return failed("GivenUp", "the executor gave up although the runtime does not stop", true);
}

// Without good data nobody knows where a secret would go, so none is asked for.
std::variant<std::vector<secret_request>, executed> attempt::secrets_needed() {
  core::secret_use use;
  use.definition_id = run_.workflow->id;
  use.owner = run_.workflow->owner;
  use.node_type = node_.type->name;
  use.type_has_destination = static_cast<bool>(node_.type->destination);
  if (run_.labels) use.labels = *run_.labels;
  if (use.type_has_destination) {
    if (!data()) return *data_failure();
    use.destination = destination();
  }
  std::vector<secret_request> wanted;
  for (const core::credential& c : node_.credentials) {
    auto named = core::name_now(c, root_, environment_);
    if (!named) return failed_for_secret({c.slot, {}, c.text, {}}, {"SecretMissing", named.failure().message, false});
    wanted.push_back({c.slot, std::move(*named), c.text, use});
  }
  return wanted;
}

std::optional<std::string> attempt::destination() {
  try {
    return node_.type->destination(*data() ? **data() : json(nullptr));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (...) {
    return std::nullopt; // what no policy allows
  }
}

executed attempt::failed_for_secret(const secret_request& wanted, const secret_refusal& refusal) {
  return failed(refusal.name,
                fmt::format("the secret for the slot '{}' ({}): {}", wanted.slot, shortened(wanted.text), refusal.why),
                refusal.is_retryable);
}

// Data is rendered once for the policy and once for the executor: a function of the host's that is not pure must not
// send a secret elsewhere.
secret_handle attempt::secret(std::string_view slot) {
  const auto& slots = node_.type->secrets;
  if (std::none_of(slots.begin(), slots.end(), [&](const secret_slot& s) { return s.name == slot; }))
    throw std::invalid_argument(fmt::format("the node type '{}' declares no slot '{}'", node_.type->name, slot));
  const auto at = std::find_if(secrets_.begin(), secrets_.end(), [&](const auto& s) { return s.slot == slot; });
  if (at == secrets_.end()) return nullptr;
  if (node_.type->destination && (!data() || destination() != at->destination))
    throw std::logic_error("the node's data says another destination than the one that the secret was allowed for");
  return at->bytes;
}

executed attempt::timed_out() {
  return failed("Timeout", fmt::format("the attempt took longer than its timeout of {} ms", node_.timeout.count()),
                true);
}

executed attempt::failed(const std::string& name, const std::string& message, bool retryable, std::int64_t after_ms) {
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
retry_policy attempt::policy_now() {
  if (!node_.retry_expression) return node_.retry;
  auto rendered = node_.retry_expression->render(root_, environment_);
  std::vector<problem> problems;
  if (!rendered || !*rendered) return {};
  const retry_policy policy = core::read_retry(**rendered, "/retry", problems);
  const bool good = std::all_of(problems.begin(), problems.end(), [](const problem& p) { return p.is_warning; });
  return good ? policy : retry_policy{};
}

} // namespace pawl::nodes
