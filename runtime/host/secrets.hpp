// The sources of secrets that a runtime opens, and the memory of how far a sealed store has come.
#pragma once

#include "actors/services.hpp"

#include <pawl/secrets.hpp>

namespace pawl::host {

/// Puts the providers that `wanted` names into `shared`, whose store must be open and which must outlive them. Errors:
/// `invalid_argument` (a provider without a good source), those of storage::sealed_provider::open, `corrupt` (the
/// sealed store is older than the one that the state store has seen).
result<void> open_secrets(const secrets_options& wanted, actors::services& shared);

} // namespace pawl::host
