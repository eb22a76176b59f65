// Histories as a person reads them, and what of an instance is not as expected.
#pragma once

#include <pawl/testing.hpp>

#include <string>
#include <vector>

namespace pawl::testing {

namespace inside {
std::string history_in_words(const std::vector<history_entry>& entries);
std::vector<std::string> nodes_visited(const std::vector<history_entry>& entries);
} // namespace inside

struct PAWL_LOCAL instance_check::seen {
  snapshot state;
  std::vector<history_entry> entries;
  std::string failure; ///< why there is neither
  std::uint64_t seed = 0;
};

} // namespace pawl::testing
