// Instances that are being ended from outside: whether a cancellation still means anything, and the words for it.
#include "runtime/core/closing.hpp"

#include <fmt/format.h>

namespace pawl::core {

std::string why_it_takes_nothing(const state& s) {
  if (has_ended(s.status)) return fmt::format("the instance is {}", to_string(s.status));
  if (s.closing && s.closing->end == instance_status::failed) return "the instance is being ended, its timeout is over";
  return "the instance is being cancelled";
}

result<cancel_verdict> check_cancel(const state& s, bool terminate) {
  if (has_ended(s.status)) return error{errc::finished, why_it_takes_nothing(s), s.instance_id};
  return s.closing && !terminate ? cancel_verdict::duplicate : cancel_verdict::fresh;
}

std::string cancel_note(const cancelled& e) {
  const char* what = e.terminate ? "terminated" : "cancelled";
  return e.reason.empty() ? what : fmt::format("{}: {}", what, e.reason);
}

std::string unknown_error(const closing_state& closing, bool is_terminated) {
  const char* when = is_terminated                            ? "the instance was terminated"
                     : closing.end == instance_status::failed ? "the instance's timeout was over"
                                                              : "the instance was cancelled";
  return fmt::format("Unknown: {} before the attempt answered; whether it had its effect is not known", when);
}

} // namespace pawl::core
