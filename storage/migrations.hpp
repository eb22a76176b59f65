// The numbered scripts of storage/migrations, built into the program. The number of the last one is the store's
// version.
#pragma once

#include <vector>

namespace pawl::storage {

struct migration {
  int number;
  const char* sql; ///< run in one transaction with the new user_version
};

/// In the order of their numbers, from 1 without a gap.
const std::vector<migration>& migrations();

} // namespace pawl::storage
