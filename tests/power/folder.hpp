// A folder in memory that is filled anew for every case.
#pragma once

#include "tests/power/disk_model.hpp"
#include "tests/support/temp_folder.hpp"

namespace pawl::power {

class scratch_folder {
public:
  /// These files and no others.
  void hold(const files& wanted);
  const std::string& path() const { return folder_.path(); }

private:
  test::temp_folder folder_{test::temp_folder::fast()};
};

} // namespace pawl::power
