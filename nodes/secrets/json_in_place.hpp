// Reads JSON that holds secrets where it lies, in locked memory: nothing of it is copied, texts are unescaped over
// themselves.
#pragma once

#include <pawl/secrets.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace pawl::nodes {

enum class json_kind { missing, null, boolean, number, string, array, object };

/// A value that is looked for, and what was found.
struct json_wanted {
  std::vector<std::string_view> path; ///< names of members, the outermost first
  json_kind kind = json_kind::missing;
  std::string_view text{}; ///< of a string: unescaped; of a number: as written. In the memory that was read
};

inline constexpr std::size_t json_in_place_depth_max = 32;
/// Paths that one reading looks for.
inline constexpr std::size_t json_wanted_max = 8;

/// Finds all of `wanted`. `json` is no JSON any more afterwards, whatever comes of it. The whole text is checked:
/// malformed, invalid UTF-8, lone surrogates and a member named twice are `bad_json`, too deep is `limit`; nothing of
/// the text is in an error. What was found before the fault must not be used.
result<void> read_json_in_place(secret_bytes& json, std::vector<json_wanted>& wanted);

} // namespace pawl::nodes
