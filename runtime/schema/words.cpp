// Wording of values, names and pointers.
#include "runtime/schema/words.hpp"

#include "runtime/schema/numbers.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace pawl::schema {
namespace {

using nlohmann::json;

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

bool is_index(std::string_view token) {
  return !token.empty() && std::all_of(token.begin(), token.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool token_less(std::string_view a, std::string_view b) {
  if (is_index(a) && is_index(b) && a.size() != b.size()) return a.size() < b.size();
  return a < b;
}

// The token after the slash at `at`; moves `at` behind it.
std::string_view next_token(std::string_view pointer, std::size_t& at) {
  const std::size_t end = std::min(pointer.find('/', at + 1), pointer.size());
  const std::string_view token = pointer.substr(at + 1, end - at - 1);
  at = end;
  return token;
}

} // namespace

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string shortened(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  std::size_t end = bytes_max;
  while (end > 0 && continues(text[end]))
    --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string pointer_token(std::string_view name) {
  std::string token = "/";
  for (char c : shortened(name)) {
    if (c == '~')
      token += "~0";
    else if (c == '/')
      token += "~1";
    else
      token += c;
  }
  return token;
}

bool pointer_less(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t k = 0;
  while (i < a.size() && k < b.size()) {
    const std::string_view left = next_token(a, i);
    const std::string_view right = next_token(b, k);
    if (left != right) return token_less(left, right);
  }
  return i >= a.size() && k < b.size();
}

std::string counted(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string kind_of(const json& value) {
  switch (value.type()) {
    case json::value_t::null: return "null";
    case json::value_t::boolean: return "a boolean";
    case json::value_t::string:
      return "a text of " + counted(characters(value.get_ref<const std::string&>()), "character");
    case json::value_t::array: return "an array of " + counted(value.size(), "element");
    case json::value_t::object: return "an object of " + counted(value.size(), "member");
    default: break;
  }
  if (!value.is_number()) return "no JSON";
  return is_integer(value) ? "an integer" : "a number with a fraction";
}

std::string quote(const json& schema_value) {
  if (schema_value.is_structured()) return kind_of(schema_value);
  if (schema_value.is_string()) {
    // Cut before it is escaped: the text may be megabytes long.
    const std::string text = shortened(schema_value.get_ref<const std::string&>(), 40);
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return schema_value.dump();
}

} // namespace pawl::schema
