// Answers which secret an attempt may have: policy, fetch and expiry decide; the audit is written; then the answer goes
// out.
#include "actors/secrets_actor.hpp"

#include "runtime/core/secret_policy.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <exception>
#include <utility>

namespace pawl::actors {
namespace {

constexpr std::size_t held_max = 1'000; ///< names looked after before those that nobody holds are forgotten
constexpr std::int64_t refusals_told_each = 8;
constexpr std::size_t refusals_max = 1'000; ///< kinds of them that are counted
constexpr std::int64_t refusals_forgotten_ms = 3'600'000;

nodes::secret_refusal refusal_of(const error& why) {
  switch (why.code) {
    case errc::not_found:
    case errc::invalid_argument: return {"SecretMissing", why.message, false};
    case errc::access: return {"SecretRefused", why.message, false};
    case errc::corrupt: return {"SecretUnavailable", why.message, false};
    default: return {"SecretUnavailable", why.message, true};
  }
}

// A provider is the host's code.
template <class Call> auto guarded(Call call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (...) { // what it says may hold anything
    return error{errc::storage, "the provider of the secret threw an exception", ""};
  }
}

} // namespace

secrets_actor::secrets_actor(caf::actor_config& config, services_ptr shared, std::shared_ptr<secret_provider> provider)
    : caf::event_based_actor(config), shared_(std::move(shared)), provider_(std::move(provider)) {}

caf::behavior secrets_actor::make_behavior() {
  return {
      [this](const resolve_secret& asked) -> caf::result<secret_resolved> {
        const nodes::execution& run = *asked.run;
        secret_audit_entry line;
        line.at_ms = shared_->time.now();
        line.instance_id = run.context.run.instance_id;
        line.node_id = run.context.run.node_id;
        line.visit = run.of.visit;
        line.attempt = run.of.attempt;
        line.slot = asked.what.slot;
        line.secret = asked.what.secret.source + ":" + asked.what.secret.name;
        line.destination = asked.what.use.destination.value_or("");
        line.owner = asked.what.use.owner;
        secret_resolved decided = decide(asked, line);
        if (!line.allowed && !is_news(run.workflow->id, line)) return decided;
        unwritten_.push_back({make_response_promise(), std::move(decided)});
        anon_send(shared_->store.get(), write_change{std::make_shared<storage::change>(storage::audit_write{line}),
                                                     caf::actor_cast<caf::actor>(this)});
        return caf::delegated<secret_resolved>();
      },
      [this](const write_done& outcome) { written(outcome); },
  };
}

// Whoever waits for an answer hears that it does not come, and asks the next actor.
void secrets_actor::on_exit() {
  for (answer& left : unwritten_)
    left.to.deliver(caf::make_error(caf::sec::request_receiver_down));
  unwritten_.clear();
  held_.clear();
  provider_.reset();
  shared_.reset();
}

secret_resolved secrets_actor::decide(const resolve_secret& asked, secret_audit_entry& line) {
  const auto refused = [&](nodes::secret_refusal refusal) {
    line.reason = refusal.why;
    return secret_resolved{nullptr, std::move(refusal), std::nullopt};
  };
  // Whoever may not have a secret must not learn whether it is there, nor what its policy asks for.
  const auto refused_by_policy = [&](const error& why) {
    if (why.code != errc::access && why.code != errc::not_found) return refused(refusal_of(why));
    secret_resolved unsaid = refused(refusal_of(why));
    unsaid.refusal = {"SecretRefused",
                      "it is not there or not for this node; the audit says which (pawl secrets audit)", false};
    return unsaid;
  };
  const std::string& name = asked.what.secret.name;
  const auto policy = guarded([&] { return provider_->policy(name); });
  if (!policy) return refused_by_policy(policy.failure());
  if (auto may = core::may_have(*policy, asked.what.use); !may) return refused_by_policy(may.failure());
  auto found = guarded([&] { return provider_->fetch(name); });
  if (!found) return refused(refusal_of(found.failure()));
  line.version = found->version;
  if (found->expires_at_ms && !shared_->time.is_trusted())
    return refused(
        {"SecretUnavailable", "it expires, and the clock is not known to be right yet (runtime::clock_trusted)", true});
  if (found->expires_at_ms && *found->expires_at_ms <= line.at_ms)
    return refused({"SecretExpired", "it has expired: set it anew (pawl secrets set)", false});
  line.allowed = true;
  return {shared_handle(name, std::move(found->bytes)), {}, std::nullopt};
}

// A workflow that asks for the same over and over must not fill the audit: from some times on only every doubling is
// told, with its number.
bool secrets_actor::is_news(const std::string& definition, secret_audit_entry& refusal) {
  if (refusals_.size() > refusals_max) refusals_.clear();
  repeated& same = refusals_[{definition, refusal.node_id, refusal.secret, refusal.destination, refusal.reason}];
  if (refusal.at_ms - same.last_ms > refusals_forgotten_ms) same.times = 0;
  same.last_ms = refusal.at_ms;
  ++same.times;
  if (same.times <= refusals_told_each) return true;
  refusal.reason += fmt::format(" ({} times)", same.times);
  return (same.times & (same.times - 1)) == 0;
}

nodes::secret_handle secrets_actor::shared_handle(const std::string& name, secret_bytes bytes) {
  if (held_.size() > held_max) std::erase_if(held_, [](const auto& h) { return h.second.expired(); });
  std::weak_ptr<const secret_bytes>& held = held_[name];
  if (auto there = held.lock(); there && there->view() == bytes.view()) return there;
  auto made = std::make_shared<const secret_bytes>(std::move(bytes));
  held = made;
  return made;
}

// The store answers in the order in which it was asked.
void secrets_actor::written(const write_done& outcome) {
  if (unwritten_.empty()) return;
  answer next = std::move(unwritten_.front());
  unwritten_.pop_front();
  if (!outcome.outcome) next.what = {nullptr, {}, outcome.outcome.failure()};
  next.to.deliver(std::move(next.what));
}

} // namespace pawl::actors
