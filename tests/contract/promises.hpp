// The law of storage/store.hpp about answers and disk, checked: what was answered with success is there after opening
// anew; what was refused is not; what has an unknown outcome is there with its whole batch or not at all; no instance
// is there twice or holds half a transition.
#pragma once

#include "runtime/core/workflow.hpp"
#include "storage/store.hpp"

#include <string>
#include <vector>

namespace pawl::test {

/// Real transitions of the core, so that the replay law can be asked for. Revision n of the instance `uid` is at place
/// n - 1; the steps want their instance's key. Outputs of 20,000 bytes are several pages.
std::vector<storage::change> life_of(const std::string& uid, std::size_t output_bytes = 20'000);
storage::definition_row life_definition();
const core::workflow& life_workflow();

/// `c` with the key of its instance.
storage::change for_instance(storage::change c, storage::instance_key instance);

/// One call of write() and what it answered.
struct answered {
  std::vector<storage::change> batch;
  std::vector<result<storage::written>> answers;
};

/// The rows of `wanted` are in the store, as it wants them; of a remove_write or schedule_remove: they are not.
bool is_there(storage::reader& r, const storage::change& wanted);

/// What a freshly opened store shows of it against the law; empty: nothing.
std::vector<std::string> broken_promises(storage::reader& opened_anew, const std::vector<answered>& calls);

} // namespace pawl::test
