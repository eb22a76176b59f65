// How far the check of a whole file has come. The owner's card keeps it, so that neither an orderly end nor a kill
// makes the check begin anew.
#pragma once

#include <cstdint>

namespace pawl::storage {

/// A round through all pages that may begin anywhere: from `begin` to the end of the file, then from its first page to
/// the one before `begin`.
struct check_mark {
  std::uint32_t next = 1; ///< the page to look at next; pages count from 1
  std::uint32_t begin = 1;
  bool is_behind_end = false; ///< the second part of the round
  bool operator==(const check_mark&) const = default;
};

} // namespace pawl::storage
