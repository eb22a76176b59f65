// The public way to the one parser of untrusted JSON.
#include <pawl/json.hpp>

#include "runtime/core/json.hpp"

namespace pawl {

result<nlohmann::json> parse_json(std::string_view text, const char* what, const json_limits& limits) {
  if (limits.depth_max > 500) return error{errc::invalid_argument, "depth_max is at most 500", ""};
  return core::parse_json(text, what, {limits.bytes_max, limits.depth_max, limits.values_max});
}

} // namespace pawl
