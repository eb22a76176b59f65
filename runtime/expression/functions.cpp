// The meter as functions see it.
#include "runtime/expression/functions.hpp"

#include "runtime/expression/meter.hpp"
#include "runtime/expression/operators.hpp"

namespace pawl::expression {

const limits& call_context::allowed() const noexcept { return cost_.allowed(); }

result<void> call_context::spend_bytes(std::uint64_t count) {
  if (!cost_.allocate(count)) return cost_.take_failure();
  return {};
}

result<std::string> call_context::text(const value& v) {
  std::string out;
  if (!append_text(out, v, cost_)) return cost_.take_failure();
  return out;
}

result<double> call_context::number(const value& v) {
  double out = 0;
  if (!to_number(out, v, cost_)) return cost_.take_failure();
  return out;
}

} // namespace pawl::expression
