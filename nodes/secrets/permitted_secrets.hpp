// What the host permits of a source: names, or patterns of names, each with who may have it.
#pragma once

#include <pawl/secrets.hpp>

#include <string>
#include <vector>

namespace pawl::nodes {

class permitted_secrets {
public:
  /// Whether an entry's name can be one. Errors: `invalid_argument`.
  using name_check = result<void> (*)(const std::string& name);

  /// `option` names the list in errors ("secrets.environment"). Errors: `invalid_argument` (a name that `good_name`
  /// refuses or that is there twice, a policy that check() refuses); `where` is the entry's name.
  static result<permitted_secrets> of(const char* option, std::vector<named_secret> listed, name_check good_name);

  /// Of the first entry that fits. Errors: `not_found`.
  result<secret_policy> policy(const std::string& name) const;

private:
  permitted_secrets(const char* option, std::vector<named_secret> listed)
      : option_(option), listed_(std::move(listed)) {}

  const char* option_;
  std::vector<named_secret> listed_;
};

} // namespace pawl::nodes
