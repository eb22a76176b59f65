// Values to JSON, with JSON.stringify's treatment: undefined members vanish, undefined in arrays is null, -0 is 0.
// Numbers that are not finite are an error, which is where this differs.
#pragma once

#include "runtime/expression/limits.hpp"
#include "runtime/expression/meter.hpp"
#include "runtime/expression/value.hpp"

#include <pawl/result.hpp>

#include <optional>
#include <string>

namespace pawl::expression {

/// Nothing for undefined. Errors: `evaluation` (NaN or an infinity), `limit` (output_bytes_max, value depth).
result<std::optional<nlohmann::json>> to_json(const value& v, const limits& allowed = {});

/// Appends compact JSON. `v` must not be undefined. Answers false when the meter failed.
bool append_json(std::string& out, const value& v, meter& cost);

} // namespace pawl::expression
