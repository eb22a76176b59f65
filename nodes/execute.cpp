// Calling synchronous executors.
#include "nodes/attempt_context.hpp"

namespace pawl::nodes {

executed execute(const execution& run, const execution_limits& limits, const granted_secrets& secrets) {
  if (is_stopping(run)) return abandoned_attempt(); // it waited for a thread until now
  attempt of(run, limits, secrets);
  attempt_context context(of);
  if (!of.type().lazy_data && !of.data()) return *of.data_failure();
  std::optional<outcome> given;
  if (auto thrown = thrown_by([&] { given = of.type().execute(context); })) given = std::move(thrown);
  count_if_late(run);
  if (auto failed = of.data_failure()) return *std::move(failed); // whatever a lazy executor made of it
  return of.answer(*std::move(given));
}

std::variant<std::vector<secret_request>, executed> secrets_of(const execution& run, const execution_limits& limits) {
  return attempt(run, limits).secrets_needed();
}

executed failed_for_secret(const execution& run, const execution_limits& limits, const secret_request& wanted,
                           const secret_refusal& refusal) {
  return attempt(run, limits).failed_for_secret(wanted, refusal);
}

executed timed_out(const execution& run, const execution_limits& limits) { return attempt(run, limits).timed_out(); }

} // namespace pawl::nodes
