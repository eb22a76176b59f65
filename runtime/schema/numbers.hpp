// Numbers of JSON compared by their mathematical value: integers of 64 bits, with and without sign, and doubles.
// Must never round one side to the other's type.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>

namespace pawl::schema {

/// Below, at or above zero as `a` is less than, equal to or greater than `b`. Both must be numbers.
int compare_numbers(const nlohmann::json& a, const nlohmann::json& b);

/// Has no fraction: 1.0 is an integer.
bool is_integer(const nlohmann::json& number);

/// An integral number that 64 bits can hold.
struct whole {
  bool negative = false;
  std::uint64_t magnitude = 0;
  bool fits = false; ///< otherwise the number has a fraction or is larger
};
whole whole_of(const nlohmann::json& number);

/// digits * 10^exponent without sign, as the shortest text of the number has it; digits do not end in a zero.
struct decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};
decimal decimal_of(const nlohmann::json& number);

/// Whether `number` is a whole multiple of `divisor`, in decimal arithmetic: 0.3 is one of 0.1.
bool is_multiple(const nlohmann::json& number, const decimal& divisor);

} // namespace pawl::schema
