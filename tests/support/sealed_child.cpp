// The other process of the sealed store's kill test: makes one change and kills itself at the nth point.
//   FOLDER CHANGE N ENVELOPE    ends with 0 when there are fewer points
#include "tests/support/sealed_changes.hpp"

#include <csignal>
#include <iostream>

#include <unistd.h>

int main(int count, char** values) {
  if (count != 5) return 2;
  int left = std::stoi(values[3]);
  const auto changed = pawl::test::change_sealed(values[1], values[2], values[4], [&](const std::string& point) {
    if (--left > 0) return;
    std::cout << point << std::endl;
    ::kill(::getpid(), SIGKILL);
  });
  if (!changed) std::cout << to_string(changed.failure()) << std::endl;
  return changed ? 0 : 1;
}
