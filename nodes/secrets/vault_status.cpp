// The table of Vault's statuses and what each means for an attempt.
#include "nodes/secrets/vault_status.hpp"

#include <fmt/format.h>

namespace pawl::nodes {

bool may_pass_later(int status) noexcept {
  return (status >= 300 && status < 400) || status == 408 || status == 412 || status == 429 || status >= 500;
}

error passing_failure(const vault_connection& connection, int status) {
  const auto failed = [&](errc code, const char* why) {
    return connection.failed(code, fmt::format("{} (status {})", why, status));
  };
  if (status < 400) return failed(errc::busy, "it sends to another server, which is not followed: name the active one");
  if (status == 429) return failed(errc::busy, "too many requests");
  if (status == 412) return failed(errc::busy, "it does not yet know what its primary knows");
  if (status == 503) return failed(errc::busy, "it is sealed or down for maintenance");
  return failed(errc::storage, "it failed");
}

} // namespace pawl::nodes
