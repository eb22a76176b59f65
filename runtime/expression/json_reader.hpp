// JSON text to documents, with bounds on depth and values that hold before anything is allocated.
// The one parser of untrusted JSON: nlohmann's own reads without bound, and takes a member named twice.
#pragma once

#include <pawl/result.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string_view>

namespace pawl::expression {

struct json_bounds {
  std::size_t bytes_max = std::size_t{4} << 20;
  std::size_t depth_max = 128;
  std::size_t values_max = 100'000;
};

/// Parses one JSON text. `what` names it in errors ("definition", "payload"). Errors: `bad_json` with byte, line and
/// column; `limit`. Refuses invalid UTF-8, lone surrogates, numbers that no double holds, and a member named twice.
result<nlohmann::json> read_json(std::string_view text, const char* what, const json_bounds& limits);

} // namespace pawl::expression
