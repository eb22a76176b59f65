// The source `systemd`: credentials that systemd hands over to a service (LoadCredential=, LoadCredentialEncrypted=) as
// files of $CREDENTIALS_DIRECTORY, those that the host lists.
#pragma once

#include "nodes/secrets/permitted_provider.hpp"

#include <memory>
#include <string>
#include <vector>

namespace pawl::nodes {

class systemd_provider final : public permitted_provider {
public:
  /// Errors: `invalid_argument`.
  static result<std::shared_ptr<secret_provider>> of(const std::vector<named_secret>& listed);

private:
  explicit systemd_provider(permitted_secrets permitted);

  /// All bytes of the file; a newline at its end is one of them. Errors: `not_found` (not there, or empty), `access`
  /// ($CREDENTIALS_DIRECTORY is no absolute path, the file is a link or no ordinary one), `corrupt` (over
  /// secret_bytes_max), `storage`.
  result<provided_secret> read(const std::string& name) override;
};

} // namespace pawl::nodes
