// Values, names and pointers in words for people. Must never show a value that is checked, only what kind it is; of its
// members the names, shortened.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl::schema {

/// Code points of UTF-8.
std::size_t characters(std::string_view text);

/// At most `bytes_max` bytes, cut between characters, with an ellipsis in place of the rest.
std::string shortened(std::string_view text, std::size_t bytes_max = 64);

/// `name` as "/name" of a JSON pointer, shortened.
std::string pointer_token(std::string_view name);

/// By tokens: numbers of elements by value, a parent before what is in it.
bool pointer_less(std::string_view a, std::string_view b);

/// "a text of 12 characters", "an object of 2 members"; never what is in it.
std::string kind_of(const nlohmann::json& value);

/// A value of the schema itself, quoted.
std::string quote(const nlohmann::json& schema_value);

/// "3 elements", "1 element".
std::string counted(std::size_t count, std::string_view thing);

} // namespace pawl::schema
