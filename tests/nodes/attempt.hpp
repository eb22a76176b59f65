// One attempt of one node type, called as the engine calls it, without an engine.
#pragma once

#include "nodes/catalog.hpp"
#include "nodes/outcome.hpp"
#include "tests/support/given.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

namespace pawl::test {

class fake_context : public node_context {
public:
  explicit fake_context(nlohmann::json data) : data_(std::move(data)) {}

  const nlohmann::json& data() const override { return data_; }
  bool has_data() const override { return true; }
  const nlohmann::json* payload() const override { return nullptr; }
  const nlohmann::json* node_state() const override { return nullptr; }
  const nlohmann::json* memory(std::string_view) const override { return nullptr; }
  const nlohmann::json& input() const override { return null_; }
  const nlohmann::json& globals() const override { return null_; }
  const std::string& instance_id() const override { return instance_; }
  const std::string& node_id() const override { return node_; }
  std::int64_t visit() const override { return 3; }
  std::int64_t attempt() const override { return 1; }
  const std::string& idempotency_key() const override { return key_; }
  std::int64_t time_ms() const override { return 1'700'000'000'000; }
  bool timer_fired() const override { return false; }

private:
  nlohmann::json data_;
  nlohmann::json null_;
  std::string instance_ = "i-1";
  std::string node_ = "n";
  std::string key_ = "0123456789abcdef0123456789abcdef";
};

/// What came of an attempt, flat.
struct attempted {
  std::string handle;
  nlohmann::json output;
  std::string error_name; ///< empty: success
  std::string error;
  bool retryable = false;
  std::int64_t after_ms = 0;
};

inline attempted attempt(const core::node_types& types, const char* type, node_context& context) {
  try {
    const outcome given = types.at({type, 1})->execute(context);
    const auto& what = given.inside().what;
    if (const auto* failed = std::get_if<outcome::content::failure>(&what))
      return {"", nullptr, failed->name, failed->message, failed->retryable, failed->after_ms};
    const auto& success = std::get<outcome::content::success>(what);
    return {success.handle.value_or(""), success.value.value_or(nullptr), "", "", false, 0};
  } catch (const std::exception& e) {
    return {"", nullptr, "Error", e.what(), true, 0};
  }
}

inline attempted attempt(const core::node_types& types, const char* type, nlohmann::json data) {
  fake_context context(std::move(data));
  return attempt(types, type, context);
}

inline core::node_types types_with(const nodes::built_in_settings& settings) {
  return given(nodes::built_in_types(settings));
}

} // namespace pawl::test
