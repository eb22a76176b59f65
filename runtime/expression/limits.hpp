// How much an expression may cost. Every limit is an error of the expression that goes over it, never of the process.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pawl::expression {

struct limits {
  std::size_t source_bytes_max = 8 * 1024;
  std::size_t depth_max = 200; ///< nesting of groups, brackets, arguments, branches and prefix operators; at most 1,000
  std::size_t nodes_max = 2000; ///< operations and property names of one program; at most 60,000
  /// One step is an operation, a visited element or member, or 64 bytes copied or compared.
  std::uint64_t steps_max = 100'000;
  std::size_t string_bytes_max = 1024 * 1024;
  std::size_t array_items_max = 10'000;
  std::uint64_t allocated_bytes_max = 8 * 1024 * 1024; ///< all that one evaluation asks for, also what it gives back
  std::size_t output_bytes_max = 1024 * 1024;          ///< of one value, or one rendered template, as JSON text
  /// A backstop for what steps do not count, from the start of the evaluation; the time comes from
  /// environment::now_ms.
  std::uint32_t time_ms_max = 50;
  std::size_t template_expressions_max = 10'000; ///< in one template
  /// All expressions of one rendering together; each keeps the limits above besides. The one that goes over is still
  /// finished.
  std::uint64_t template_steps_max = 1'000'000;
  std::uint64_t template_allocated_bytes_max = 32 * 1024 * 1024;
  std::uint32_t template_time_ms_max =
      500; ///< the backstop of one rendering; looked at before every expression as well
};

/// What evaluations used up, those that failed included.
struct usage {
  std::uint64_t steps = 0;
  std::uint64_t allocated_bytes = 0;
};

/// Nesting of values that conversions follow before they give up with errc::limit.
inline constexpr std::size_t value_depth_max = 512;

} // namespace pawl::expression
