// The list of secrets that a host permits of a source, checked once, when the runtime is opened.
#include "nodes/secrets/permitted_secrets.hpp"

#include "runtime/core/secret_policy.hpp"

#include <fmt/format.h>

#include <set>

namespace pawl::nodes {

result<permitted_secrets> permitted_secrets::of(const char* option, std::vector<named_secret> listed,
                                                name_check good_name) {
  std::set<std::string> names;
  for (const named_secret& entry : listed) {
    const auto refused = [&](const std::string& why) {
      return error{errc::invalid_argument, fmt::format("{}: {}", option, why), entry.name};
    };
    if (auto good = good_name(entry.name); !good) return refused(good.failure().message);
    if (auto good = check(entry.policy); !good) return refused(good.failure().message);
    if (!names.insert(entry.name).second) return refused("an entry is there twice");
  }
  return permitted_secrets(option, std::move(listed));
}

result<secret_policy> permitted_secrets::policy(const std::string& name) const {
  for (const named_secret& entry : listed_)
    if (core::fits_pattern(entry.name, name)) return entry.policy;
  return error{errc::not_found, fmt::format("the host permits no secret of that name ({})", option_), ""};
}

} // namespace pawl::nodes
