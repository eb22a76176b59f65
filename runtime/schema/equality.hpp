// Equality of JSON values as JSON Schema has it: numbers by value, so that 1 equals 1.0. Metered: a value that is
// compared may be large. Must never compare by nlohmann's operators, which round integers to doubles.
#pragma once

#include "runtime/schema/meter.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace pawl::schema {

/// False as well when the meter ran out.
bool equal(const nlohmann::json& a, const nlohmann::json& b, meter& costs);

/// Equal values have equal hashes.
std::uint64_t hash_of(const nlohmann::json& value, meter& costs);

/// The first two equal elements; nothing when there are none or the meter ran out.
std::optional<std::pair<std::size_t, std::size_t>> first_twins(const nlohmann::json& array, meter& costs);

} // namespace pawl::schema
