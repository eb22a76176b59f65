// One request to Vault and its answer, over libcurl. What this process keeps of token and answer lies in locked memory.
//
// libcurl itself copies the request (token, secret id) into its send buffer and what arrives into its receive buffer,
// and the TLS library has buffers of its own: ordinary memory, freed and not wiped when the request is done. That is
// out of reach; to have fewer of them, each request has a handle of its own, speaks HTTP/1.1 and asks for no
// compression.
#pragma once

#include <pawl/secrets.hpp>

#include <chrono>
#include <string>

namespace pawl::nodes {

struct vault_answer {
  int status = 0;
  secret_bytes body; ///< where the status is 200; else nobody wants it
};

class vault_connection {
public:
  /// Errors: `invalid_argument`.
  static result<vault_connection> of(const vault_options& options);

  /// `path` is what follows /v1/, percent-encoded. Errors of both: `timed_out`, `storage` (no connection, or a broken
  /// one), `access` (the server is not trusted), `overloaded` (no memory can be locked), `corrupt` (over secret_bytes_max).
  result<vault_answer> get(const std::string& path, const secret_bytes& token) const;
  /// `body` is JSON.
  result<vault_answer> post(const std::string& path, const secret_bytes& body) const;

  /// An error that names the server.
  error failed(errc code, std::string_view why) const;

private:
  vault_connection() = default;
  result<vault_answer> send(const std::string& path, secret_bytes* token_line, const secret_bytes* body) const;
  result<vault_answer> perform(const std::string& path, secret_bytes* token_line, const secret_bytes* body) const;

  std::string origin_;
  std::string namespace_;
  std::string ca_file_;
  std::chrono::milliseconds timeout_{0};
};

} // namespace pawl::nodes
