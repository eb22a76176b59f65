// The source `vault`: HashiCorp Vault, key-value engine version 2, by its documented HTTP API. Reads only.
#pragma once

#include "nodes/secrets/permitted_provider.hpp"
#include "nodes/secrets/vault_connection.hpp"
#include "nodes/secrets/vault_name.hpp"
#include "nodes/secrets/vault_token.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace pawl::nodes {

class vault_provider final : public permitted_provider {
public:
  /// Asks nothing of the server. Errors: `invalid_argument`.
  static result<std::shared_ptr<secret_provider>> of(const vault_options& options,
                                                     steady_now now = std::chrono::steady_clock::now);

private:
  struct kept_secret {
    secret_bytes bytes;
    std::string version;
    std::chrono::steady_clock::time_point until;
  };

  struct missing_secret {
    error why;
    std::chrono::steady_clock::time_point until;
  };

  vault_provider(permitted_secrets permitted, vault_connection connection, std::unique_ptr<vault_token> token,
                 std::string mount, std::chrono::milliseconds cache_time, steady_now now);

  /// Within vault_options::cache_ms the same again. Errors: `not_found` (no such path or field, deleted), `access`
  /// (Vault refuses the token or is not trusted; a file is not as it should be), `corrupt` (the answer is no good one,
  /// or the field no text), `invalid_argument`; `busy`, `timed_out`, `storage`: may be retried.
  result<provided_secret> read(const std::string& name) override;
  std::optional<provided_secret> kept(const std::string& name);
  void keep_missing(const std::string& name, const error& why, std::chrono::steady_clock::time_point asked_at);
  void keep(const std::string& name, const provided_secret& secret, std::chrono::steady_clock::time_point asked_at);
  result<vault_answer> ask(const std::string& path);
  result<provided_secret> read_answer(secret_bytes& answer, const std::string& field) const;
  error refusal(int status) const;

  vault_connection connection_;
  std::unique_ptr<vault_token> token_;
  std::string mount_; ///< percent-encoded
  std::chrono::milliseconds cache_time_;
  steady_now now_;
  std::map<std::string, kept_secret> kept_;
  std::map<std::string, missing_secret> missing_;
};

} // namespace pawl::nodes
