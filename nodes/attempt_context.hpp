// What an executor sees of its attempt, and what its throws are.
#pragma once

#include "nodes/attempt.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <stdexcept>

namespace pawl::nodes {

class attempt_context final : public node_context {
public:
  explicit attempt_context(nodes::attempt& of) : attempt_(of), run_(of.run()) {}

  const nlohmann::json& data() const override { return has_data() ? **attempt_.data() : null_; }
  bool has_data() const override {
    if (!attempt_.data()) throw std::runtime_error(attempt_.data().failure().message);
    return attempt_.data()->has_value();
  }
  const nlohmann::json* payload() const override { return run_.payload.get(); }
  const nlohmann::json* node_state() const override { return run_.node_state.get(); }
  const nlohmann::json* memory(std::string_view name) const override {
    const auto at = std::find_if(run_.memory.begin(), run_.memory.end(), [&](const auto& m) { return m.name == name; });
    return at == run_.memory.end() ? nullptr : at->value.get();
  }
  const nlohmann::json& input() const override { return run_.context.input ? *run_.context.input : null_; }
  const nlohmann::json& globals() const override { return run_.context.globals ? *run_.context.globals : null_; }
  const std::string& instance_id() const override { return run_.context.run.instance_id; }
  const std::string& node_id() const override { return run_.context.run.node_id; }
  std::int64_t visit() const override { return run_.of.visit; }
  std::int64_t attempt() const override { return run_.of.attempt; }
  const std::string& idempotency_key() const override { return run_.key; }
  std::int64_t time_ms() const override { return run_.context.run.time; }
  const std::string& signal() const override { return run_.signal; }
  bool timer_fired() const override { return run_.timer_fired; }
  bool is_stopping() const override { return nodes::is_stopping(run_); }
  bool is_cancelled() const override { return nodes::is_cancelled(run_); }
  std::optional<std::chrono::steady_clock::time_point> deadline() const override {
    return run_.control ? run_.control->deadline : std::nullopt;
  }
  std::shared_ptr<const secret_bytes> secret(std::string_view slot) const override { return attempt_.secret(slot); }
  std::string masked(std::string_view text) const override { return attempt_.mask().masked(text); }
  std::string masked_json(std::string_view text) const override { return attempt_.mask().masked_json(text); }

private:
  nodes::attempt& attempt_;
  const execution& run_;
  nlohmann::json null_;
};

// What an executor throws is a failed attempt.
template <class Call> std::optional<outcome> thrown_by(Call call) {
  try {
    call();
    return std::nullopt;
  } catch (const std::exception& e) {
    return outcome::fail(e.what());
  } catch (...) {
    return outcome::fail("the executor threw something that is no std::exception");
  }
}

} // namespace pawl::nodes
