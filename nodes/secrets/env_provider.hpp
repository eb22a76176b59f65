// The source `env`: variables of this process's environment that the host lists. The weakest source: a value stays in
// the environment, where all of the process and /proc/PID/environ show it, and programs that it starts inherit it.
#pragma once

#include "nodes/secrets/permitted_secrets.hpp"

#include <memory>
#include <string>
#include <vector>

namespace pawl::nodes {

class env_provider final : public secret_provider {
public:
  /// Errors: `invalid_argument`.
  static result<std::shared_ptr<secret_provider>> of(const std::vector<named_secret>& listed);

  explicit env_provider(permitted_secrets permitted) : permitted_(std::move(permitted)) {}

  const std::string& source() const override;
  /// Errors: `not_found`, `invalid_argument`.
  result<secret_policy> policy(const std::string& name) override;
  /// What the variable holds now. Errors: `not_found` (not listed, not set, or empty), `corrupt` (over
  /// secret_bytes_max), `access`, `invalid_argument`. While it runs no thread may change the environment (setenv).
  result<provided_secret> fetch(const std::string& name) override;

private:
  permitted_secrets permitted_;
};

} // namespace pawl::nodes
