#include "runtime/core/retry.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace core_retry_test {

using namespace pawl;
using namespace pawl::core;

namespace {
retry_policy policy(double interval, backoff growth, double interval_max = 0, double jitter = 0) {
  retry_policy p;
  p.interval_ms = interval;
  p.growth = growth;
  p.interval_ms_max = interval_max;
  p.jitter = jitter;
  return p;
}
} // namespace

TEST_CASE("retry: the delay follows interval, growth and cap") {
  CHECK(retry_delay_ms(policy(20, backoff::fixed), 5, "k") == 20);
  CHECK(retry_delay_ms(policy(20, backoff::exponential), 1, "k") == 20);
  CHECK(retry_delay_ms(policy(20, backoff::exponential), 4, "k") == 160);
  CHECK(retry_delay_ms(policy(20, backoff::exponential, 100), 4, "k") == 100);
  CHECK(retry_delay_ms(policy(20, backoff::exponential), 5000, "k") == 86'400'000);
  CHECK(retry_delay_ms(policy(0, backoff::exponential), 5000, "k") == 0);
  CHECK(retry_delay_ms(policy(-5, backoff::fixed), 1, "k") == 0);
}

TEST_CASE("retry: jitter shortens by up to its share and depends on key and attempt only") {
  const auto p = policy(1000, backoff::fixed, 0, 0.5);
  const auto one = retry_delay_ms(p, 1, "k");
  CHECK(one >= 500);
  CHECK(one <= 1000);
  CHECK(retry_delay_ms(p, 1, "k") == one);
  CHECK((retry_delay_ms(p, 2, "k") != one || retry_delay_ms(p, 1, "other") != one));
}

TEST_CASE("retry: numbers may be texts, null is absent, anything else is a problem with its place") {
  std::vector<problem> problems;
  const auto p = read_retry({{"maxAttempts", "3"}, {"interval", " 250 "}, {"backoff", "exponential"}}, "/r", problems);
  CHECK(problems.empty());
  CHECK(p.max_attempts == 3);
  CHECK(p.interval_ms == 250);
  CHECK(p.growth == backoff::exponential);
  (void)read_retry({{"maxAttempts", nullptr}, {"backoff", "linear"}}, "/r", problems);
  CHECK(problems.empty());
  (void)read_retry({{"maxAttempts", "many"}, {"interval", true}, {"retryOn", "x"}}, "/r", problems);
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].pointer == "/r/maxAttempts");
  CHECK(problems[1].pointer == "/r/interval");
  CHECK(problems[2].pointer == "/r/retryOn");
}

TEST_CASE("retry: error names decide before the number of attempts does") {
  retry_policy p;
  CHECK(retries_error(p, "Any"));
  p.retry_on = {"Timeout"};
  CHECK(retries_error(p, "Timeout"));
  CHECK_FALSE(retries_error(p, "Other"));
  p.stop_on = {"Timeout"};
  CHECK_FALSE(retries_error(p, "Timeout"));
}

} // namespace core_retry_test
