// Where the keys of encrypted payloads come from: the sealed store of secrets that the host names.
#pragma once

#include "storage/store.hpp"

#include <pawl/secrets.hpp>

#include <memory>

namespace pawl::host {

/// The keys in the sealed store that `from` names; null when it names none, or that one has no key of payloads. Errors:
/// those of reading a sealed store.
result<std::shared_ptr<const storage::payload_keys>> read_payload_keys(const secrets_options& from);

/// How a runtime with these options keeps payloads. What was read once is used again when the store is opened anew.
storage::payload_protection payload_protection_of(const secrets_options& from, bool encrypt);

} // namespace pawl::host
