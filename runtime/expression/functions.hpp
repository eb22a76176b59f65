// Functions `name(a, b)` and transforms `a|name(b)` that expressions may call. Jexl ships none; a host adds pure ones.
#pragma once

#include "runtime/expression/limits.hpp"
#include "runtime/expression/value.hpp"

#include <pawl/result.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace pawl::expression {

class meter;

/// What a function may use beside its arguments. Valid during the call only.
class call_context {
public:
  explicit call_context(meter& cost) noexcept : cost_(cost) {}

  const limits& allowed() const noexcept;
  /// Charge before doing the work; an error must be given back at once.
  result<void> spend_bytes(std::uint64_t count);
  /// JavaScript's String(v), charged.
  result<std::string> text(const value& v);
  /// JavaScript's Number(v), charged.
  result<double> number(const value& v);
  /// The same meter for the helpers of operators.hpp and json_text.hpp; what they report is in its take_failure().
  meter& cost() noexcept { return cost_; }

private:
  meter& cost_;
};

/// Pure: the same arguments give the same answer, from any thread, without clock, files or environment. A transform
/// gets the value on its left as the first argument. Missing arguments are simply not there. Messages must not quote
/// values.
using function = std::function<result<value>(std::span<const value> arguments, call_context& context)>;

/// Filled by the host before the first evaluation, read-only afterwards.
class functions {
public:
  /// A later one of the same name replaces the earlier.
  void add_function(std::string name, function f) { functions_[std::move(name)] = std::move(f); }
  void add_transform(std::string name, function f) { transforms_[std::move(name)] = std::move(f); }

  const function* find_function(std::string_view name) const noexcept { return find(functions_, name); }
  const function* find_transform(std::string_view name) const noexcept { return find(transforms_, name); }

private:
  using pool = std::map<std::string, function, std::less<>>;
  static const function* find(const pool& in, std::string_view name) noexcept {
    const auto found = in.find(name);
    return found == in.end() ? nullptr : &found->second;
  }

  pool functions_;
  pool transforms_;
};

} // namespace pawl::expression
