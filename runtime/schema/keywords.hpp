// What draft-07 says of each keyword: what it may hold, and where subschemas stand in it. Must never judge a value that
// is checked.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::schema {

enum class shape {
  one_schema,       ///< a schema
  several,          ///< an array of schemas, not empty
  one_or_several,   ///< a schema or an array of them: items
  named,            ///< schemas by member name
  named_by_pattern, ///< schemas by pattern: patternProperties
  dependencies,     ///< schemas or arrays of names, by member name
  names,            ///< an array of texts, none twice
  types,            ///< a type's name or several
  count,            ///< an integer of at least 0
  number,
  divisor, ///< a number above 0
  boolean,
  text,
  pattern,
  format,
  reference,
  array, ///< of anything: enum, examples
  anything,
};

struct keyword {
  std::string_view name;
  shape holds;
  /// The subschemas judge the same value as the schema that they stand in.
  bool same_value = false;
};

/// nullptr for what draft-07 does not know.
const keyword* find_keyword(std::string_view name);

/// The keyword that `name` was probably meant to be, or a later draft's that is ignored: as a message; else nothing.
struct unknown_keyword {
  std::string message;
  std::string advice;
};
std::optional<unknown_keyword> judge_unknown(std::string_view name);

/// What is wrong with a keyword's content, not with the schemas in it: "must be a text". Empty when it fits.
/// `place` is set to the token of the faulty element, where it is one.
std::string judge_content(shape holds, const nlohmann::json& content, std::string& place);

/// Calls f(token, subschema) for all that a keyword holds; the token is empty for the content itself.
void each_subschema(shape holds, const nlohmann::json& content,
                    const std::function<void(std::string_view token, const nlohmann::json& subschema)>& f);

} // namespace pawl::schema
