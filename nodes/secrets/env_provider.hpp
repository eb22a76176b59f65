// The source `env`: variables of this process's environment that the host lists. The weakest source: a value stays in
// the environment, where all of the process and /proc/PID/environ show it, and programs that it starts inherit it.
#pragma once

#include "nodes/secrets/permitted_provider.hpp"

#include <memory>
#include <string>
#include <vector>

namespace pawl::nodes {

class env_provider final : public permitted_provider {
public:
  /// Errors: `invalid_argument`.
  static result<std::shared_ptr<secret_provider>> of(const std::vector<named_secret>& listed);

private:
  explicit env_provider(permitted_secrets permitted);

  /// What the variable holds now. Errors: `not_found` (not set, or empty), `corrupt` (over secret_bytes_max),
  /// `access`. While it runs no thread may change the environment (setenv).
  result<provided_secret> read(const std::string& name) override;
};

} // namespace pawl::nodes
