// pawl::http_options, read and ready to be asked: may this address be connected to? Pure; immutable once made.
#pragma once

#include "nodes/task/http_address.hpp"

#include <pawl/http_options.hpp>
#include <pawl/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pawl::nodes {

/// Whom a request is for, as its URL says: a name in lower case without a final dot, or an address without brackets.
struct http_target {
  std::string host;
  std::uint16_t port = 0;
};

class http_policy {
public:
  /// Errors: `invalid_argument` for an entry that is no network, address or host.
  static result<http_policy> read(const http_options& options);

  /// Why `address`, to which the target's name was resolved, must not be connected to; nothing when it may.
  std::optional<std::string> refusal(const http_target& target, const ip_address& address) const;

private:
  struct entry {
    std::optional<ip_network> network;
    std::string host;       ///< empty for networks
    std::uint16_t port = 0; ///< 0: every one
  };

  static std::optional<entry> read_entry(const std::string& text);
  bool lists(const http_target& target, const ip_address& address) const;

  std::vector<entry> entries_;
  bool allow_private_ = false;
  bool only_allowed_ = false;
};

/// Lower case, without a final dot.
std::string plain_host(std::string host);

} // namespace pawl::nodes
