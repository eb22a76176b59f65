// The two checks that stand before every source.
#include "nodes/secrets/permitted_provider.hpp"

namespace pawl::nodes {

result<secret_policy> permitted_provider::policy(const std::string& name) {
  if (auto good = good_name_(name); !good) return good.failure();
  return permitted_.policy(name);
}

result<provided_secret> permitted_provider::fetch(const std::string& name) {
  if (auto permitted = policy(name); !permitted) return permitted.failure();
  return read(name);
}

} // namespace pawl::nodes
