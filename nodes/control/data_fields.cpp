// Reading the fields of a control node's data.
#include "nodes/control/data_fields.hpp"

#include "runtime/expression/functions/time_pattern.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

namespace pawl::nodes {

using nlohmann::json;

const json* field(const json& data, const char* name) {
  if (!data.is_object()) return nullptr;
  const auto at = data.find(name);
  return at == data.end() || at->is_null() ? nullptr : &*at;
}

std::optional<std::chrono::milliseconds> duration_field(const json& data, const char* name) {
  const json* value = field(data, name);
  if (value == nullptr) return std::nullopt;
  const double ms = value->is_number() ? value->get<double>() : -1;
  constexpr double thousand_years_ms = 1000.0 * 365 * 86'400'000;
  if (!(ms >= 0) || ms > thousand_years_ms)
    throw std::invalid_argument(
        fmt::format("data.{} must be a number of milliseconds, from 0 to a thousand years", name));
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::floor(ms)));
}

std::optional<wall_time> time_of(const json& value) {
  std::optional<std::int64_t> ms;
  if (value.is_string()) {
    const auto written = expression::read_rfc3339(value.get_ref<const std::string&>());
    if (written) ms = expression::to_moment(*written);
  } else if (value.is_number()) {
    const double number = value.get<double>();
    if (number >= 0 && number <= static_cast<double>(expression::last_moment)) ms = std::llround(std::floor(number));
  }
  if (!ms || *ms < 0) return std::nullopt;
  return wall_time(std::chrono::milliseconds(*ms));
}

std::optional<wall_time> time_field(const json& data, const char* name) {
  const json* value = field(data, name);
  if (value == nullptr) return std::nullopt;
  const auto time = time_of(*value);
  if (!time)
    throw std::invalid_argument(fmt::format("data.{} must be a time from 1970 on, such as \"2027-01-31T12:00:00Z\" or "
                                            "milliseconds since 1970",
                                            name));
  return time;
}

std::string text_field(const json& data, const char* name, std::string fallback) {
  const json* value = field(data, name);
  if (value == nullptr) return fallback;
  if (!value->is_string()) throw std::invalid_argument(fmt::format("data.{} must be a text", name));
  return value->get<std::string>();
}

} // namespace pawl::nodes
