// Values to JSON, with JSON.stringify's treatment: undefined members vanish, undefined in arrays is null, -0 is 0.
// Numbers that are not finite are an error, which is where this differs.
#pragma once

#include "runtime/expression/limits.hpp"
#include "runtime/expression/meter.hpp"
#include "runtime/expression/value.hpp"

#include <pawl/result.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace pawl::expression {

/// Builds documents and counts roughly the bytes of their text, so that a hostile value is refused before it is copied.
/// One budget for all that is built; every call answers whether it went well, take_failure() says why not.
class json_builder {
public:
  explicit json_builder(std::size_t bytes_max) noexcept : bytes_max_(bytes_max), bytes_left_(bytes_max) {}

  /// undefined becomes null: who wants it dropped asks before.
  bool build(nlohmann::json& out, const value& v) { return build(out, v, 0); }
  bool charge(std::size_t bytes);
  error take_failure() { return std::move(failure_); }
  std::size_t bytes_used() const noexcept { return bytes_max_ - bytes_left_; }

private:
  bool build(nlohmann::json& out, const value& v, std::size_t depth);
  bool build_number(nlohmann::json& out, double n);
  bool build_array(nlohmann::json& out, const value& v, std::size_t depth);
  bool build_object(nlohmann::json& out, const value& v, std::size_t depth);
  bool measure(const nlohmann::json& document, std::size_t depth);
  bool fail(error e);

  std::size_t bytes_max_;
  std::size_t bytes_left_;
  error failure_;
};

/// Nothing for undefined. Errors: `evaluation` (NaN or an infinity), `limit` (output_bytes_max, value depth).
result<std::optional<nlohmann::json>> to_json(const value& v, const limits& allowed = {});

/// Appends compact JSON. `v` must not be undefined. Answers false when the meter failed.
bool append_json(std::string& out, const value& v, meter& cost);

/// Appends what a template joins to its text: nothing for null and undefined, JSON for what holds an object, String(v)
/// for the rest. Answers false when the meter failed.
bool append_template_text(std::string& out, const value& v, meter& cost);

} // namespace pawl::expression
