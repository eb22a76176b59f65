// The source `env`: asks the environment at every fetch.
#include "nodes/secrets/env_provider.hpp"

#include "runtime/core/secret_policy.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace pawl::nodes {
namespace {

result<void> is_variable_name(const std::string& name) {
  auto read = core::parse_secret_reference("env:" + name);
  if (!read) return read.failure();
  return {};
}

} // namespace

result<std::shared_ptr<secret_provider>> env_provider::of(const std::vector<named_secret>& listed) {
  auto permitted = permitted_secrets::of("secrets.environment", listed, is_variable_name);
  if (!permitted) return permitted.failure();
  return std::shared_ptr<secret_provider>(new env_provider(std::move(*permitted)));
}

env_provider::env_provider(permitted_secrets permitted)
    : permitted_provider("env", is_variable_name, std::move(permitted)) {}

result<provided_secret> env_provider::read(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0')
    return error{errc::not_found, "the variable is not set, or empty: start the host with it", ""};
  auto bytes = secret_bytes::copy_of(value);
  if (bytes) return provided_secret{std::move(*bytes), "", std::nullopt};
  if (bytes.failure().code != errc::limit) return bytes.failure();
  return error{errc::corrupt, fmt::format("the variable has more than {} bytes; a secret has not", secret_bytes_max),
               ""};
}

} // namespace pawl::nodes
