// What stores live through in the suites.
#pragma once

#include "tests/power/recorder.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pawl::power {

/// Creation, batches, checkpoints, a growing log, migration.
const std::vector<story>& fixed_stories();
/// Anything that a store is asked for, in any order. Named "random-SEED".
story random_story(std::uint64_t seed);
/// A story of either kind by its name; throws when there is none.
story story_named(const std::string& name);

enum class crash { power_cut, kill };
/// The opening after a crash at `cut` of `before`, and some work. A kill leaves what was written and not synced in the
/// kernel's cache, for a power cut during this opening to lose.
story after_crash(const recording& before, moment cut, crash how, std::uint64_t damage);

/// Openings of everything that opening may find: no file, an empty one, a store half made, closed, killed, stopped by
/// a failed sync, of an older format, half migrated.
const std::vector<story>& openings();

} // namespace pawl::power
