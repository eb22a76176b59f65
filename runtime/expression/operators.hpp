// What JavaScript's operators mean for our values. Every function charges the meter and answers false when it failed.
#pragma once

#include "runtime/expression/meter.hpp"
#include "runtime/expression/value.hpp"

#include <string>

namespace pawl::expression {

bool is_truthy(const value& v) noexcept;

/// Appends String(v): null and undefined as words, arrays joined with ',' (null and undefined inside are empty),
/// objects as "[object Object]" whatever members they have.
bool append_text(std::string& out, const value& v, meter& cost);

/// Number(v). Fails on a big_integer.
bool to_number(double& out, const value& v, meter& cost);

bool add(value& out, const value& left, const value& right, meter& cost);

bool loosely_equal(bool& out, const value& left, const value& right, meter& cost);  ///< ==
bool strictly_equal(bool& out, const value& left, const value& right, meter& cost); ///< ===

enum class order { less, equal, greater, unordered };
inline order order_of(double a, double b) noexcept {
  return a < b ? order::less : a > b ? order::greater : a == b ? order::equal : order::unordered;
}
/// How < and its like see two values: texts by code point, everything else as numbers (NaN is unordered).
bool compare(order& out, const value& left, const value& right, meter& cost);

/// `left in right`: part of a text, element of an array, false for everything else.
bool contains(bool& out, const value& left, const value& right, meter& cost);

} // namespace pawl::expression
