// Reading the fields of a control node's data.
#include "nodes/control/data_fields.hpp"

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
    throw std::invalid_argument(fmt::format("data.{} must be a number of milliseconds, from 0 to a thousand years", name));
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::floor(ms)));
}

std::string text_field(const json& data, const char* name, std::string fallback) {
  const json* value = field(data, name);
  if (value == nullptr) return fallback;
  if (!value->is_string()) throw std::invalid_argument(fmt::format("data.{} must be a text", name));
  return value->get<std::string>();
}

} // namespace pawl::nodes
