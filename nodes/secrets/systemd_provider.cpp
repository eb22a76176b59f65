// The source `systemd`: reads one file of $CREDENTIALS_DIRECTORY at every fetch.
#include "nodes/secrets/systemd_provider.hpp"

#include "nodes/secrets/secret_file.hpp"
#include "runtime/core/secret_policy.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include <sys/stat.h>

namespace pawl::nodes {
namespace {

constexpr std::size_t credential_name_bytes_max = 255; // of a file

result<void> is_credential_name(const std::string& name) {
  const auto read = core::parse_secret_reference("systemd:" + name);
  if (read && name.size() <= credential_name_bytes_max && name.front() != '.' &&
      name.find_first_of("/*") == std::string::npos)
    return {};
  return error{
      errc::invalid_argument,
      "a credential is named by 1 to 255 printable characters of ASCII without blanks, '/' and '*', and begins "
      "with no '.'",
      ""};
}

} // namespace

result<std::shared_ptr<secret_provider>> systemd_provider::of(const std::vector<named_secret>& listed) {
  auto permitted = permitted_secrets::of("secrets.systemd", listed, is_credential_name);
  if (!permitted) return permitted.failure();
  return std::shared_ptr<secret_provider>(new systemd_provider(std::move(*permitted)));
}

systemd_provider::systemd_provider(permitted_secrets permitted)
    : permitted_provider("systemd", is_credential_name, std::move(permitted)) {}

result<provided_secret> systemd_provider::read(const std::string& name) {
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || *folder != '/')
    return error{errc::access,
                 "$CREDENTIALS_DIRECTORY is no absolute path: systemd hands credentials over to services only "
                 "(LoadCredential=, LoadCredentialEncrypted=)",
                 ""};
  auto bytes = read_secret_file(fmt::format("{}/{}", folder, name), "the credential", S_IRWXO | S_IWGRP);
  if (!bytes) return bytes.failure();
  if (bytes->empty()) return error{errc::not_found, "the credential is empty", ""};
  return provided_secret{std::move(*bytes), "", std::nullopt};
}

} // namespace pawl::nodes
