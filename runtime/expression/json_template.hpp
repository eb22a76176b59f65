// A node's `data`: JSON whose strings may hold {{ expressions }}. Compiled once, rendered for every run of the node.
// Keys are never resolved.
#pragma once

#include "runtime/expression/evaluate.hpp"
#include "runtime/expression/limits.hpp"
#include "runtime/expression/mentions.hpp"
#include "runtime/expression/program.hpp"
#include "runtime/expression/value.hpp"

#include <pawl/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::expression {

struct template_problem {
  std::string pointer; ///< JSON pointer, the prefix included
  std::string message;
  bool is_warning = false; ///< text that looks like an expression and stays plain; the template can be rendered
};

/// Immutable, cheap to copy, rendered by any number of threads at once.
class json_template {
public:
  /// Adds the problems to `problems`, each with its place below `pointer_prefix`: the first hundred errors, the first
  /// hundred warnings, and how many more there are. `data` is copied and must keep json_limits. A template with
  /// an error among its problems renders to that error.
  static json_template compile(const nlohmann::json& data, std::vector<template_problem>& problems,
                               const std::string& pointer_prefix = "", const limits& allowed = {});
  /// The same for one text.
  static json_template compile_text(std::string text, std::vector<template_problem>& problems,
                                    const std::string& pointer_prefix = "", const limits& allowed = {});

  bool has_expressions() const noexcept;
  /// The text between the braces where the data is an object whose member of that name is one expression.
  std::optional<std::string_view> expression_of(std::string_view member) const noexcept;
  const mentions& mentioned() const noexcept;
  const called_names& called() const noexcept;
  extension_set extensions_used() const noexcept;
  std::size_t expression_count() const noexcept;

  /// The data with every expression replaced. Nothing when the data is one expression whose value is undefined;
  /// undefined members are dropped, undefined items become null.
  ///
  /// Errors are those of evaluate() and to_json(); the message starts with "Jexl Error in [the text between the
  /// braces]: ", `where` is the text's JSON pointer within the data. The first failing text in document order is
  /// reported.
  /// What it cost is added to `used`, if there is one.
  result<std::optional<nlohmann::json>> render(const value& root, const environment& with, usage* used = nullptr) const;

  /// The same as a value that keeps undefined, NaN and the infinities. May borrow from `root` and from this template.
  result<value> render_value(const value& root, const environment& with) const;

private:
  struct content;
  friend class template_compiler;
  explicit json_template(std::shared_ptr<const content> c) noexcept : content_(std::move(c)) {}

  std::shared_ptr<const content> content_;
};

} // namespace pawl::expression
