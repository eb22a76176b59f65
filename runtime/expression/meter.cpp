// Charging, and the texts of the errors when a limit is reached.
#include "runtime/expression/meter.hpp"

#include "runtime/expression/evaluate.hpp"
#include "runtime/expression/value.hpp"

namespace pawl::expression {

namespace {

std::string over(const char* what, const char* name, std::uint64_t allowed) {
  return std::string(what) + ": more than " + name + " = " + std::to_string(allowed);
}

} // namespace

bool is_of_time(const error& why) {
  return why.code == errc::limit && why.message.find("time_ms_max = ") != std::string::npos;
}

bool meter::over_steps() {
  return fail(errc::limit, over("the expression takes too long", "steps_max", allowed_.steps_max));
}

bool meter::start(std::optional<std::int64_t> rendering_since_ms) {
  if (!now_ms_) return true;
  since_ms_ = now_ms_();
  rendering_since_ms_ = rendering_since_ms;
  return check_time(*since_ms_);
}

bool meter::poll() {
  until_poll_ = steps_a_poll;
  if (should_stop_ && should_stop_()) return fail(errc::stopped, "the evaluation was stopped");
  return !now_ms_ || check_time(now_ms_());
}

bool meter::check_time(std::int64_t now) {
  if (since_ms_ && now - *since_ms_ > static_cast<std::int64_t>(allowed_.time_ms_max))
    return fail(errc::limit, over("the expression takes too long", "time_ms_max", allowed_.time_ms_max));
  if (rendering_since_ms_ && now - *rendering_since_ms_ > static_cast<std::int64_t>(allowed_.template_time_ms_max))
    return fail(errc::limit,
                over("the template takes too long", "template_time_ms_max", allowed_.template_time_ms_max));
  return true;
}

bool meter::steps(std::uint64_t count) {
  if (count > steps_left_) return over_steps();
  steps_left_ -= count;
  if (count < until_poll_) {
    until_poll_ -= static_cast<std::uint32_t>(count);
    return true;
  }
  return poll();
}

bool meter::allocate(std::uint64_t bytes) {
  if (bytes > bytes_left_) {
    return fail(errc::limit,
                over("the expression needs too much memory", "allocated_bytes_max", allowed_.allocated_bytes_max));
  }
  bytes_left_ -= bytes;
  return bytes < bytes_a_step || steps(bytes / bytes_a_step);
}

bool meter::build_text(std::size_t bytes) {
  if (bytes > allowed_.string_bytes_max) {
    return fail(errc::limit, over("a text is too long", "string_bytes_max", allowed_.string_bytes_max));
  }
  return allocate(bytes + sizeof(std::string));
}

bool meter::build_array(std::size_t items) {
  if (items > allowed_.array_items_max) {
    return fail(errc::limit, over("an array is too long", "array_items_max", allowed_.array_items_max));
  }
  return allocate(items * sizeof(value) + sizeof(std::string));
}

bool meter::fail(errc code, std::string message) { return fail(error{code, std::move(message), ""}); }

bool meter::fail(error e) {
  if (!has_failed_) failure_ = std::move(e);
  has_failed_ = true;
  return false;
}

} // namespace pawl::expression
