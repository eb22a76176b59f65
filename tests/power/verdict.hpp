// Opens the real store on what a power cut left and asks for everything it promises.
#pragma once

#include "tests/power/folder.hpp"
#include "tests/power/ledger.hpp"

#include <string>
#include <vector>

namespace pawl::power {

class judge {
public:
  /// What is broken; nothing: empty. `damage` also decides what stands in the files that a store does not trust: its
  /// lock file and the index of its log.
  std::vector<std::string> verdict(files left, const ledger& promises, std::uint64_t damage);

private:
  scratch_folder folder_;
};

/// That an acknowledged change is gone, which is what the controls must show.
bool is_loss(const std::string& broken);

} // namespace pawl::power
