// Reads retry policies and computes the delay before the next attempt (runtime/SEMANTICS.md, Failure and retry).
#include "runtime/core/retry.hpp"

#include "runtime/core/hash.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace pawl::core {
namespace {

using nlohmann::json;
constexpr double one_day_ms = 86'400'000;

std::optional<double> number_of(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_null()) return 0.0;
  if (!value.is_string()) return std::nullopt;
  std::string_view text = value.get_ref<const std::string&>();
  while (!text.empty() && (text.front() == ' ' || text.front() == '+'))
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  if (text.empty()) return 0.0;
  double number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

class retry_reader {
public:
  retry_reader(const json& object, const std::string& pointer, std::vector<problem>& problems)
      : object_(object), pointer_(pointer), problems_(problems) {}

  double number(const char* name, double fallback) {
    const auto at = object_.find(name);
    if (at == object_.end()) return fallback;
    const auto value = number_of(*at);
    if (value) return *value;
    problems_.push_back({false, pointer_ + "/" + name, "is neither a number nor an expression",
                         "write a number, or a text that is one {{ expression }}"});
    return fallback;
  }

  std::vector<std::string> names(const char* name) {
    std::vector<std::string> list;
    const auto at = object_.find(name);
    if (at == object_.end() || at->is_null()) return list;
    const bool fits =
        at->is_array() && std::all_of(at->begin(), at->end(), [](const json& i) { return i.is_string(); });
    if (fits) return at->get<std::vector<std::string>>();
    problems_.push_back({false, pointer_ + "/" + name, "is no list of error names", "write an array of strings"});
    return list;
  }

private:
  const json& object_;
  const std::string& pointer_;
  std::vector<problem>& problems_;
};

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

retry_policy read_retry(const json& object, const std::string& pointer, std::vector<problem>& problems) {
  retry_policy policy;
  if (!object.is_object()) {
    problems.push_back({false, pointer, "is no object", "write {\"maxAttempts\": 3, \"interval\": 500}"});
    return policy;
  }
  retry_reader read(object, pointer, problems);
  policy.max_attempts = read.number("maxAttempts", 0);
  policy.interval_ms = read.number("interval", 0);
  policy.interval_ms_max = read.number("maxInterval", 0);
  policy.jitter = read.number("jitter", 0);
  policy.retry_on = read.names("retryOn");
  policy.stop_on = read.names("stopOn");
  const auto growth = object.find("backoff");
  if (growth != object.end() && growth->is_string() && *growth == "exponential") policy.growth = backoff::exponential;
  static const char* const known[] = {"maxAttempts", "interval", "maxInterval", "jitter",
                                      "retryOn",     "stopOn",   "backoff"};
  for (const auto& member : object.items())
    if (std::find(std::begin(known), std::end(known), member.key()) == std::end(known))
      problems.push_back({true, pointer + "/" + member.key(), "is no field of a retry policy",
                          "known are maxAttempts, interval, backoff, maxInterval, jitter, retryOn, stopOn"});
  return policy;
}

bool retries_error(const retry_policy& policy, std::string_view error_name) {
  if (holds(policy.stop_on, error_name)) return false;
  return policy.retry_on.empty() || holds(policy.retry_on, error_name);
}

std::int64_t retry_delay_ms(const retry_policy& policy, std::int64_t failed_attempt, std::string_view key) {
  const double cap = policy.interval_ms_max > 0 ? policy.interval_ms_max : one_day_ms;
  double delay = policy.interval_ms;
  if (policy.growth == backoff::exponential) delay *= std::pow(2.0, static_cast<double>(failed_attempt - 1));
  if (!(delay > 0)) return 0; // also NaN, of 0 times infinity
  delay = std::min({delay, cap, 1e15});
  if (policy.jitter > 0) delay *= 1.0 - std::min(policy.jitter, 1.0) * unit_hash(key, failed_attempt);
  return static_cast<std::int64_t>(delay);
}

} // namespace pawl::core
