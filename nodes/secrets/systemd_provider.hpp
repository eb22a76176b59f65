// The source `systemd`: credentials that systemd hands over to a service (LoadCredential=, LoadCredentialEncrypted=) as
// files of $CREDENTIALS_DIRECTORY, those that the host lists.
#pragma once

#include "nodes/secrets/permitted_secrets.hpp"

#include <memory>
#include <string>
#include <vector>

namespace pawl::nodes {

class systemd_provider final : public secret_provider {
public:
  /// Errors: `invalid_argument`.
  static result<std::shared_ptr<secret_provider>> of(const std::vector<named_secret>& listed);

  explicit systemd_provider(permitted_secrets permitted) : permitted_(std::move(permitted)) {}

  const std::string& source() const override;
  /// Errors: `not_found`, `invalid_argument`.
  result<secret_policy> policy(const std::string& name) override;
  /// All bytes of the file; a newline at its end is one of them. Errors: `not_found` (not listed, not there, or empty),
  /// `access` ($CREDENTIALS_DIRECTORY is no absolute path, the file is a link or no ordinary one), `corrupt` (over
  /// secret_bytes_max), `storage`, `invalid_argument`.
  result<provided_secret> fetch(const std::string& name) override;

private:
  permitted_secrets permitted_;
};

} // namespace pawl::nodes
