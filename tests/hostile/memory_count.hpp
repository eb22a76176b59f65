// Counts what the whole process really takes by operator new: the check on what a meter says of itself.
#pragma once

#include <cstddef>

namespace pawl::hostile {

struct memory_counts {
  std::size_t peak = 0;  ///< the most that was held at once, beyond what was held at the start
  std::size_t total = 0; ///< all that was asked for
};

/// Starts counting anew. One thread.
void start_counting() noexcept;
memory_counts counted() noexcept;

} // namespace pawl::hostile
