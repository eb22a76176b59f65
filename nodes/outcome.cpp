// Building outcomes. A modifier that does not fit the outcome is ignored: an executor must not be able to break a step.
#include "nodes/outcome.hpp"

namespace pawl {

using nlohmann::json;
using content = outcome::content;

namespace {

std::int64_t since_1970_ms(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

} // namespace

outcome::outcome(content c) : content_(std::make_shared<content>(std::move(c))) {}

outcome::content outcome::take() && { return content_.use_count() == 1 ? std::move(*content_) : *content_; }

outcome outcome::output(json value) { return outcome(content{content::success{std::nullopt, std::move(value), {}}}); }
outcome outcome::nothing() { return outcome(content{content::success{}}); }
outcome outcome::to(std::string handle, json value) {
  return outcome(content{content::success{std::move(handle), std::move(value), {}}});
}
outcome outcome::to(std::string handle) {
  return outcome(content{content::success{std::move(handle), std::nullopt, {}}});
}

outcome outcome::pause() { return outcome(content{content::wait{}}); }
outcome outcome::pause_until_timeout(std::chrono::milliseconds timeout) {
  return outcome(content{content::wait{true, timeout.count(), std::nullopt, "", std::nullopt}});
}
outcome outcome::pause_for_signals(std::vector<std::string> names) {
  content::wait wait;
  wait.for_payload = false;
  wait.for_signals = true;
  wait.signals = std::move(names);
  return outcome(content{std::move(wait)});
}
outcome outcome::pause_for(std::chrono::milliseconds delay) {
  return outcome(content{content::wait{false, delay.count(), std::nullopt, "", std::nullopt}});
}

outcome outcome::pause_until(std::chrono::system_clock::time_point time) {
  content::wait wait;
  wait.for_payload = false;
  wait.until_ms = since_1970_ms(time);
  return outcome(content{std::move(wait)});
}

outcome outcome::fail(std::string message, std::string name) {
  return outcome(content{content::failure{std::move(name), std::move(message), true, 0}});
}
outcome outcome::fail_for_good(std::string message, std::string name) {
  return outcome(content{content::failure{std::move(name), std::move(message), false, 0}});
}
outcome outcome::give_up() { return outcome(content{content::given_up{}}); }

outcome&& outcome::keep(json node_state) && {
  if (auto* wait = std::get_if<content::wait>(&content_->what)) wait->node_state = std::move(node_state);
  return std::move(*this);
}
outcome&& outcome::because(std::string reason) && {
  if (auto* wait = std::get_if<content::wait>(&content_->what)) wait->reason = std::move(reason);
  return std::move(*this);
}
outcome&& outcome::within(std::chrono::milliseconds timeout) && {
  auto* wait = std::get_if<content::wait>(&content_->what);
  if (wait != nullptr && (wait->for_payload || wait->for_signals)) {
    wait->timer_ms = timeout.count();
    wait->until_ms.reset();
  }
  return std::move(*this);
}
outcome&& outcome::extend_to(std::chrono::system_clock::time_point time) && {
  auto* wait = std::get_if<content::wait>(&content_->what);
  if (wait != nullptr) wait->extends = true;
  return std::move(*this).by(time);
}
outcome&& outcome::by(std::chrono::system_clock::time_point time) && {
  auto* wait = std::get_if<content::wait>(&content_->what);
  if (wait != nullptr && (wait->for_payload || wait->for_signals)) {
    wait->until_ms = since_1970_ms(time);
    wait->timer_ms.reset();
  }
  return std::move(*this);
}
outcome&& outcome::accepting(json payload_schema) && {
  if (auto* wait = std::get_if<content::wait>(&content_->what)) wait->payload_schema = std::move(payload_schema);
  return std::move(*this);
}
outcome&& outcome::after(std::chrono::milliseconds at_least) && {
  if (auto* failure = std::get_if<content::failure>(&content_->what)) failure->after_ms = at_least.count();
  return std::move(*this);
}
outcome&& outcome::remember(std::string name, json value) && {
  if (auto* success = std::get_if<content::success>(&content_->what))
    success->memory.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}
outcome&& outcome::forget(std::string name) && {
  if (auto* success = std::get_if<content::success>(&content_->what))
    success->memory.emplace_back(std::move(name), std::nullopt);
  return std::move(*this);
}

} // namespace pawl
