// Cron expressions. What is refused says where; what is read says the same twice, and its times only go forward.
#include "tests/fuzz/support.hpp"

#include "runtime/core/recurrence.hpp"

using namespace pawl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto fields = core::parse_cron(text);
  if (!fields) {
    fuzz::require(fields.failure().code == errc::invalid_argument, "errors are typed");
    fuzz::require(!fields.failure().message.empty() && !fields.failure().where.empty(), "an error says what and where");
    return 0;
  }
  fuzz::require(*fields == *core::parse_cron(text), "an expression is read in one way");
  const auto when = core::recurrence::of_cron(text, "UTC");
  fuzz::require(when.has_value(), "what is read can be used");
  core::timestamp_ms at = 1'790'000'000'000;
  for (int i = 0; i < 8; ++i) {
    const auto next = when->next_after(at);
    fuzz::require(next.has_value() && next->has_value(), "it happens again");
    fuzz::require(**next > at && **next % 60'000 == 0, "times go forward, in whole minutes");
    at = **next;
  }
  return 0;
}
