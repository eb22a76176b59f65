// Where the {{ expressions }} of a text begin and end. Knows tokens, not grammar.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace pawl::expression {

struct template_piece {
  bool is_expression = false;
  std::string_view text; ///< plain text, or what stands between the braces
};

struct template_cut {
  std::vector<template_piece> pieces;
  bool has_plain_braces = false; ///< something looks like an expression and is not one: {{}}, or a line break inside
  bool is_whole = false;         ///< the text is exactly one expression, whose value keeps its type
};

/// Cuts `text` where each expression's own tokens end: braces and quotes inside it do not count. An expression that
/// has no such end is cut at the first }} of its line, and will not parse.
/// Stops soon after `expressions_max`.
template_cut cut_template(std::string_view text, std::size_t expressions_max = std::string_view::npos);

/// What Refluxo takes to stand between the braces around `position`, a place inside `text`. It cuts at the first }},
/// but takes all of a text that begins with {{ and ends with }}.
std::string_view reference_cut(std::string_view text, std::size_t position);

} // namespace pawl::expression
