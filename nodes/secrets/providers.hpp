// The sources of secrets that need no store: what a host's options ask for.
#pragma once

#include <pawl/secrets.hpp>

#include <memory>
#include <vector>

namespace pawl::nodes {

/// `env`, `systemd` and `vault`, each where the options name something of it. Reads no secret and asks no server. The
/// sealed store and secrets_options::providers are not among them. Errors: `invalid_argument`.
result<std::vector<std::shared_ptr<secret_provider>>> host_providers(const secrets_options& options);

} // namespace pawl::nodes
