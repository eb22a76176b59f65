// A compiled expression: instructions for a machine with a stack of values. Written by the parser, read by the
// evaluator and the analysis of mentions; nobody else should look inside.
#pragma once

#include "runtime/expression/extensions.hpp"
#include "runtime/expression/value.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::expression {

enum class op : std::uint8_t {
  constant,       ///< push constants[operand]
  path_context,   ///< push what `count` steps from `operand` on lead to, from the outermost context
  path_element,   ///< the same from the element that the nearest filter looks at
  path_top,       ///< the same from the top of the stack, which it replaces
  index,          ///< subject, key -> subject[key]
  filter,         ///< array -> its elements for which the next `operand` instructions give a truthy value
  negate,         ///< value -> -value
  logical_not,    ///< value -> !value
  make_array,     ///< `count` values -> array
  make_object,    ///< `count` values -> object with the keys names[operand...]
  call_function,  ///< `count` arguments -> names[operand](...)
  call_transform, ///< the same from the other pool
  jump,           ///< over the next `operand` instructions
  branch_if_not,  ///< pop; jump if it was falsy
  keep_if_truthy, ///< jump if the top is truthy, else pop it
  keep_if_falsy,  ///< jump if the top is falsy, else pop it
  add,
  subtract,
  multiply,
  divide,
  floor_divide,
  remainder,
  power,
  equal,
  not_equal,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  in
};

struct instruction {
  op code = op::constant;
  std::uint16_t count = 0;
  std::uint32_t operand = 0;
  std::uint32_t at = 0; ///< byte in the source, for messages
};

struct step {
  static constexpr std::uint32_t no_index = std::numeric_limits<std::uint32_t>::max();
  std::string_view name;
  std::uint32_t index = no_index; ///< the name as the index of an array, where it is one
  bool is_bracket = false;        ///< a['x'], not a.x: stricter with nothing, and no first element
};

/// Never moved once filled: steps and names point into source and constants.
struct code {
  std::string source;
  std::vector<instruction> instructions;
  std::vector<step> steps;
  std::vector<value> constants;
  std::vector<std::string_view> names;
  extension_set extensions;
  std::size_t stack_size = 0; ///< the most values that are on the stack at once
};

/// "0", "17" but not "01", "-1", "1.0": the array index that a key stands for, or step::no_index.
std::uint32_t array_index(std::string_view key) noexcept;

} // namespace pawl::expression
