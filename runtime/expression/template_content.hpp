// The inside of json_template: what its compiler writes and its renderer reads.
#pragma once

#include "runtime/expression/json_template.hpp"

#include <string>
#include <vector>

namespace pawl::expression {

/// One expression between braces, or why there is none.
struct template_expression {
  std::string raw; ///< as it stands between the braces; shortened when there is no program
  result<program> compiled;
};

struct template_part {
  std::string plain; ///< in front of the expression
  std::optional<template_expression> expression;
};

enum class template_shape : std::uint8_t { fixed, whole, text, array, object };

/// How a key stands in a JSON pointer, long ones shortened. Pointers are made only for errors: kept with each text they
/// would grow with the square of the data.
std::string pointer_token(std::string_view key);

/// Bytes of an expression that messages show.
inline constexpr std::size_t shown_bytes_max = 500;

struct template_node {
  template_shape shape = template_shape::fixed;
  const nlohmann::json* data = nullptr; ///< in json_template::content::data
  std::vector<template_part> parts;     ///< of a whole (one) or text
  std::vector<template_node> children;  ///< of an array or object, in its order
};

struct json_template::content {
  nlohmann::json data;
  template_node root;
  mentions mentioned;
  called_names called;
  std::size_t expressions = 0;
  extension_set extensions;
};

} // namespace pawl::expression
