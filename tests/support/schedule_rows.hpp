// Comparing what stores keep of schedules.
#pragma once

#include "storage/store.hpp"

#include <tuple>

namespace pawl::test {

/// But for the revision, and for errors, which are for people.
inline bool same_state(const storage::schedule_state& a, const storage::schedule_state& b) {
  const auto fields = [](const storage::schedule_state& s) {
    return std::tie(s.paused, s.last_due, s.next_due, s.pending, s.started, s.skipped, s.missed, s.failed,
                    s.last_instance);
  };
  return fields(a) == fields(b);
}

} // namespace pawl::test
