// What a core image of this process would hold.
#pragma once

#include <string>

namespace pawl::canary {

/// Writes every mapping of this process that may be written, but for those that the kernel leaves out of core images
/// (`dd` in VmFlags: memory of secrets), into a file. Throws std::runtime_error.
void write_own_memory(const std::string& file);

} // namespace pawl::canary
