// Opens the sources of secrets that need no store, one line each.
#include "nodes/secrets/providers.hpp"

#include "nodes/secrets/env_provider.hpp"
#include "nodes/secrets/systemd_provider.hpp"
#include "nodes/secrets/vault_provider.hpp"

namespace pawl::nodes {

result<std::vector<std::shared_ptr<secret_provider>>> host_providers(const secrets_options& options) {
  std::vector<std::shared_ptr<secret_provider>> made;
  const auto add = [&](result<std::shared_ptr<secret_provider>> provider) -> result<void> {
    if (!provider) return provider.failure();
    made.push_back(std::move(*provider));
    return {};
  };
  if (!options.environment.empty())
    if (auto added = add(env_provider::of(options.environment)); !added) return added.failure();
  if (!options.systemd.empty())
    if (auto added = add(systemd_provider::of(options.systemd)); !added) return added.failure();
  if (!options.vault.address.empty())
    if (auto added = add(vault_provider::of(options.vault)); !added) return added.failure();
  return made;
}

} // namespace pawl::nodes
