// The token by which Vault knows this process: from a file, or by an AppRole.
#pragma once

#include "nodes/secrets/vault_connection.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace pawl::nodes {

/// Tests have one of their own.
using steady_now = std::function<std::chrono::steady_clock::time_point()>;

class vault_token {
public:
  virtual ~vault_token() = default;
  /// The token now, valid until the next call of anything here. Errors: those of vault_connection; `access` (the files
  /// do not hold what they should, Vault refuses the login), `busy`, `storage`, `corrupt`.
  virtual result<const secret_bytes*> get() = 0;
  /// Vault took it.
  virtual void has_worked() {}
  /// Vault refused it (403): whether get() may bring another one now.
  virtual bool is_replaceable() = 0;
};

/// Errors: `invalid_argument` (neither a token file nor an AppRole, or both).
result<std::unique_ptr<vault_token>> vault_token_of(const vault_options& options, vault_connection connection,
                                                    steady_now now);

} // namespace pawl::nodes
