// Retry policies: read from a definition's `retry`, and the delay that follows from one. Pure.
#pragma once

#include <pawl/definition.hpp>
#include <pawl/node.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::core {

/// Reads `{maxAttempts, interval, backoff, maxInterval, jitter, retryOn, stopOn}`. Numbers may be numeric texts, as
/// JavaScript's Number() reads them; null is absent; any backoff but "exponential" is fixed. Problems are appended.
retry_policy read_retry(const nlohmann::json& object, const std::string& pointer, std::vector<problem>& problems);

/// Whether the policy repeats after an error of that name, the number of attempts aside.
bool retries_error(const retry_policy& policy, std::string_view error_name);

/// The delay before the next attempt: interval, growth, cap, jitter.
std::int64_t retry_delay_ms(const retry_policy& policy, std::int64_t failed_attempt, std::string_view key);

} // namespace pawl::core
