// What a status of Vault's other than 200 means, as its documentation of the HTTP API lists them.
#pragma once

#include "nodes/secrets/vault_connection.hpp"

namespace pawl::nodes {

/// Whether the same request may succeed a moment later: standby, sealed, overloaded, behind its primary.
bool may_pass_later(int status) noexcept;
/// Of such a status: `busy` or `storage`, which may be retried.
error passing_failure(const vault_connection& connection, int status);

} // namespace pawl::nodes
