// How long a test waits for what must come.
#pragma once

#include <chrono>

namespace pawl::test {
/// Only what hangs takes as long, on whatever machine.
inline constexpr auto patience = std::chrono::seconds(60);
} // namespace pawl::test
