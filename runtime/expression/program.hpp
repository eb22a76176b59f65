// An expression, compiled once and evaluated often.
#pragma once

#include "runtime/expression/extensions.hpp"
#include "runtime/expression/limits.hpp"
#include "runtime/expression/mentions.hpp"

#include <pawl/result.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::expression {

struct code;

/// The names that an expression calls, each once, sorted. Unknown ones are an error only when they are evaluated.
struct called_names {
  std::vector<std::string> functions;
  std::vector<std::string> transforms;

  void merge(const called_names& other);
};

/// Immutable and cheap to copy; any number of threads may evaluate it at once.
class program {
public:
  std::string_view source() const noexcept; ///< lives as long as any copy of the program
  mentions find_mentions() const;           ///< worked out anew by each call
  called_names find_called_names() const;   ///< worked out anew by each call
  extension_set extensions_used() const noexcept;

  /// For the evaluator.
  const code& compiled() const noexcept { return *code_; }

private:
  friend result<program> compile(std::string_view source, const limits& allowed);
  explicit program(std::shared_ptr<const code> compiled) noexcept : code_(std::move(compiled)) {}

  std::shared_ptr<const code> code_;
};

/// Errors: `bad_expression` (says what was expected; `where` is "byte N" of the source), `limit`.
result<program> compile(std::string_view source, const limits& allowed = {});

} // namespace pawl::expression
