// Making sure of a log that was left behind. Before SQLite reads it.
#pragma once

#include <pawl/result.hpp>

#include <string>

namespace pawl::storage {

/// Writes every byte of the log in its place again and syncs it, so that what is read from it from now on is on disk.
///
/// After a failed sync the kernel counts the lost pages as written: they are read from its cache, and no later sync
/// brings them to the disk. Commits behind them would be acknowledged, and lost with them in a power cut. After a
/// SIGKILL the last commit may not have been synced either. A missing log is fine. Errors: `access`, `storage`.
result<void> write_log_again(const std::string& canonical);

} // namespace pawl::storage
