// A source of which the host lists what may be had: no name gets past the check of its form and the list, whichever
// source it is. Knows nothing of where the values come from.
#pragma once

#include "nodes/secrets/permitted_secrets.hpp"

#include <string>

namespace pawl::nodes {

class permitted_provider : public secret_provider {
public:
  const std::string& source() const final { return source_; }
  /// Errors: `not_found`, `invalid_argument`.
  result<secret_policy> policy(const std::string& name) final;
  /// Errors: `not_found` (not permitted), `invalid_argument`, those of read().
  result<provided_secret> fetch(const std::string& name) final;

protected:
  /// `good_name`: whether a name that is asked for can be one of this source.
  permitted_provider(std::string source, permitted_secrets::name_check good_name, permitted_secrets permitted)
      : source_(std::move(source)), good_name_(good_name), permitted_(std::move(permitted)) {}

private:
  /// What a good name that is permitted stands for now.
  virtual result<provided_secret> read(const std::string& name) = 0;

  std::string source_;
  permitted_secrets::name_check good_name_;
  permitted_secrets permitted_;
};

} // namespace pawl::nodes
