// Removing ended instances, in terms of the storage port: what the runtime and pawl::maintenance share.
#pragma once

#include "storage/store.hpp"

#include <pawl/maintenance.hpp>

namespace pawl::host {

/// Errors: `not_found`, `not_finished`, those of store::write.
result<void> remove_instance(storage::store& store, std::string_view uid);

/// What is left of a prune, and what it has removed so far.
struct pruning {
  explicit pruning(prune_options wanted) : which(std::move(wanted)) {}
  prune_options which;
  storage::instance_key after = 0; ///< looked at up to here
  bool is_done = false;
  std::vector<instance_summary> removed;
};

/// Errors: `invalid_argument`.
result<void> check(const prune_options& which);
/// Looks at one page of instances and removes those that are meant, in one transaction. An error says how many were
/// removed before it.
result<void> prune_page(storage::store& store, pruning& progress, storage::timestamp_ms now);

} // namespace pawl::host
