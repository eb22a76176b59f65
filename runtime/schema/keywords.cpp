// The table of draft-07's keywords, and the checks of the meta-schema.
#include "runtime/schema/keywords.hpp"

#include "runtime/schema/numbers.hpp"
#include "runtime/schema/words.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <vector>

namespace pawl::schema {
namespace {

using nlohmann::json;

constexpr std::array keywords{
    keyword{"$comment", shape::text},
    keyword{"$id", shape::text},
    keyword{"$ref", shape::reference},
    keyword{"$schema", shape::text},
    keyword{"additionalItems", shape::one_schema},
    keyword{"additionalProperties", shape::one_schema},
    keyword{"allOf", shape::several, true},
    keyword{"anyOf", shape::several, true},
    keyword{"const", shape::anything},
    keyword{"contains", shape::one_schema},
    keyword{"contentEncoding", shape::text},
    keyword{"contentMediaType", shape::text},
    keyword{"default", shape::anything},
    keyword{"definitions", shape::named},
    keyword{"dependencies", shape::dependencies, true},
    keyword{"description", shape::text},
    keyword{"else", shape::one_schema, true},
    keyword{"enum", shape::array},
    keyword{"examples", shape::array},
    keyword{"exclusiveMaximum", shape::number},
    keyword{"exclusiveMinimum", shape::number},
    keyword{"format", shape::format},
    keyword{"if", shape::one_schema, true},
    keyword{"items", shape::one_or_several},
    keyword{"maxItems", shape::count},
    keyword{"maxLength", shape::count},
    keyword{"maxProperties", shape::count},
    keyword{"maximum", shape::number},
    keyword{"minItems", shape::count},
    keyword{"minLength", shape::count},
    keyword{"minProperties", shape::count},
    keyword{"minimum", shape::number},
    keyword{"multipleOf", shape::divisor},
    keyword{"not", shape::one_schema, true},
    keyword{"oneOf", shape::several, true},
    keyword{"pattern", shape::pattern},
    keyword{"patternProperties", shape::named_by_pattern},
    keyword{"properties", shape::named},
    keyword{"propertyNames", shape::one_schema},
    keyword{"readOnly", shape::boolean},
    keyword{"required", shape::names},
    keyword{"then", shape::one_schema, true},
    keyword{"title", shape::text},
    keyword{"type", shape::types},
    keyword{"uniqueItems", shape::boolean},
    keyword{"writeOnly", shape::boolean},
};

constexpr std::array types{"array", "boolean", "integer", "null", "number", "object", "string"};

constexpr std::array other_drafts{
    "$anchor",
    "$dynamicRef",
    "$recursiveRef",
    "dependentRequired",
    "dependentSchemas",
    "divisibleBy",
    "extends",
    "id",
    "maxContains",
    "minContains",
    "prefixItems",
    "unevaluatedItems",
    "unevaluatedProperties",
};

constexpr std::size_t name_bytes_max = 30;

// Insertions, deletions, replacements and swaps of neighbours. Both at most name_bytes_max long.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::array<std::array<std::uint8_t, name_bytes_max + 1>, name_bytes_max + 1> d;
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t k = 0; k <= b.size(); ++k) {
      if (i == 0 || k == 0) {
        d[i][k] = static_cast<std::uint8_t>(i + k);
        continue;
      }
      const int replaced = d[i - 1][k - 1] + (a[i - 1] == b[k - 1] ? 0 : 1);
      d[i][k] = static_cast<std::uint8_t>(std::min({d[i - 1][k] + 1, d[i][k - 1] + 1, replaced}));
      const bool is_swap = i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1];
      if (is_swap) d[i][k] = std::min(d[i][k], static_cast<std::uint8_t>(d[i - 2][k - 2] + 1));
    }
  }
  return d[a.size()][b.size()];
}

bool is_close(std::string_view name, std::string_view known) {
  if (known.size() < 4) return false; // too short to tell a slip from another word
  const std::size_t slips_max = known.size() >= 7 ? 2 : 1;
  const std::size_t longer = std::max(name.size(), known.size());
  return longer - std::min(name.size(), known.size()) <= slips_max && edit_distance(name, known) <= slips_max;
}

bool is_type(const json& name) {
  return name.is_string() && std::find(types.begin(), types.end(), name.get_ref<const std::string&>()) != types.end();
}

bool is_schema(const json& content) { return content.is_object() || content.is_boolean(); }

std::string token_of(std::size_t index) { return fmt::format("/{}", index); }

std::string judge_texts(const json& content, const char* what, bool (*fits)(const json&), std::string& place) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < content.size(); ++i) {
    place = token_of(i);
    if (!fits(content[i])) return fmt::format("must be {}, it is {}", what, kind_of(content[i]));
    if (!seen.insert(content[i].get_ref<const std::string&>()).second) return "stands there twice";
  }
  place.clear();
  return {};
}

// The types' names once more, because an unknown one is mostly a slip of the pen.
std::string judge_types(const json& content, std::string& place) {
  constexpr const char* names = "one of array, boolean, integer, null, number, object, string";
  if (content.is_array() && !content.empty()) return judge_texts(content, names, is_type, place);
  if (is_type(content)) return {};
  return content.is_string() ? fmt::format("{} is no type; it must be {}", quote(content), names)
                             : fmt::format("must be {}, or an array of them, it is {}", names, kind_of(content));
}

std::string judge_dependencies(const json& content, std::string& place) {
  for (const auto& [name, held] : content.items()) {
    place = pointer_token(name);
    if (!is_schema(held) && !held.is_array())
      return fmt::format("must be a schema or an array of member names, it is {}", kind_of(held));
    std::string inner;
    std::string fault;
    if (held.is_array())
      fault = judge_texts(
          held, "a text", [](const json& t) { return t.is_string(); }, inner);
    place += inner;
    if (!fault.empty()) return fault;
  }
  place.clear();
  return {};
}

std::string must_be(const char* what, const json& content) {
  return fmt::format("must be {}, it is {}", what, kind_of(content));
}

} // namespace

const keyword* find_keyword(std::string_view name) {
  const auto* found = std::lower_bound(keywords.begin(), keywords.end(), name,
                                       [](const keyword& k, std::string_view n) { return k.name < n; });
  return found != keywords.end() && found->name == name ? found : nullptr;
}

std::optional<unknown_keyword> judge_unknown(std::string_view name) {
  if (std::find(other_drafts.begin(), other_drafts.end(), name) != other_drafts.end())
    return unknown_keyword{fmt::format("draft-07 does not know '{}': it is ignored", name),
                           "say it in keywords of draft-07"};
  if (name.size() > name_bytes_max) return std::nullopt;
  for (const keyword& known : keywords) {
    if (is_close(name, known.name))
      return unknown_keyword{fmt::format("'{}' is no keyword: it is ignored", name),
                             fmt::format("did you mean '{}'?", known.name)};
  }
  return std::nullopt;
}

std::string judge_content(shape holds, const json& content, std::string& place) {
  switch (holds) {
    case shape::one_schema:
    case shape::anything: return {}; // the walk says of a schema what is none
    case shape::several:
      return content.is_array() && !content.empty() ? "" : must_be("an array of schemas, with one at least", content);
    case shape::one_or_several:
      return is_schema(content) || content.is_array() ? "" : must_be("a schema or an array of schemas", content);
    case shape::named:
    case shape::named_by_pattern: return content.is_object() ? "" : must_be("an object that holds schemas", content);
    case shape::dependencies:
      return content.is_object() ? judge_dependencies(content, place) : must_be("an object", content);
    case shape::names:
      if (!content.is_array()) return must_be("an array of member names", content);
      return judge_texts(
          content, "a text", [](const json& t) { return t.is_string(); }, place);
    case shape::types: return judge_types(content, place);
    case shape::count:
      if (content.is_number() && is_integer(content) && compare_numbers(content, 0) >= 0) return {};
      return content.is_number() ? "must be an integer of at least 0" : must_be("an integer of at least 0", content);
    case shape::number: return content.is_number() ? "" : must_be("a number", content);
    case shape::divisor:
      if (content.is_number() && compare_numbers(content, 0) > 0) return {};
      return content.is_number() ? "must be above 0" : must_be("a number above 0", content);
    case shape::boolean: return content.is_boolean() ? "" : must_be("true or false", content);
    case shape::text:
    case shape::pattern:
    case shape::format:
    case shape::reference: return content.is_string() ? "" : must_be("a text", content);
    case shape::array: return content.is_array() ? "" : must_be("an array", content);
  }
  return {};
}

void each_subschema(shape holds, const json& content, const std::function<void(std::string_view, const json&)>& f) {
  const bool is_array = (holds == shape::several || holds == shape::one_or_several) && content.is_array();
  const bool is_map = holds == shape::named || holds == shape::named_by_pattern || holds == shape::dependencies;
  if (is_array) {
    for (std::size_t i = 0; i < content.size(); ++i)
      f(token_of(i), content[i]);
  } else if (is_map && content.is_object()) {
    for (const auto& [name, held] : content.get_ref<const json::object_t&>())
      if (holds != shape::dependencies || !held.is_array()) f(pointer_token(name), held);
  } else if (holds == shape::one_schema || (holds == shape::one_or_several && is_schema(content))) {
    f("", content);
  }
}

} // namespace pawl::schema
