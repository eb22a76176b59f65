// JSON at the boundary: bounded parsing, and the canonical text (RFC 8785) that is hashed and compared.
// Nothing untrusted may be parsed in any other way: nlohmann's own dump and copy recurse without bound.
#pragma once

#include "runtime/expression/json_reader.hpp"

#include <pawl/result.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace pawl::core {

/// JSON that is shared between actors and never changed.
using json_ptr = std::shared_ptr<const nlohmann::json>;

json_ptr share(nlohmann::json value);
/// The array under `name`, made when there is none. Not `object[name].push_back(…)`: when memory runs out
/// nlohmann 3.11.2 turns the null into an array that is not there, and its destructor reads that.
nlohmann::json& array_in(nlohmann::json& object, const std::string& name);
/// Both absent, or equal in value.
bool same(const json_ptr& a, const json_ptr& b);

using json_limits = expression::json_bounds;

/// As expression::read_json.
result<nlohmann::json> parse_json(std::string_view text, const char* what, const json_limits& limits = {});

/// Whether a value that was built in memory keeps the limits, as parse_json would say of its text; counts without
/// recursion deeper than the limit. Errors: `limit`, `bad_json` (a number that is not finite, text that is not UTF-8).
result<std::string> to_text(const nlohmann::json& value, const char* what, const json_limits& limits = {});

/// UTF-8 in which nothing steers a terminal or turns a line around (characters.hpp).
bool is_plain_text(std::string_view text);

/// How long the compact JSON text of a value is that keeps json_limits.
std::size_t text_bytes(const nlohmann::json& value);

/// RFC 8785: members sorted by UTF-16 code units, JavaScript's numbers, no white space. Integers that a double cannot
/// hold are written in full. `value` must keep json_limits.
std::string canonical_json(const nlohmann::json& value);

} // namespace pawl::core
