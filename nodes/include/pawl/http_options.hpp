// Where the node `http` may go, and whom it trusts.
#pragma once

#include <string>
#include <vector>

namespace pawl {

/// Definitions may come from people whom the host trusts only by half: what they name is checked against this, at each
/// hop of a redirect, and on the address that is connected to, after its name was resolved.
///
/// Never reached, whatever is listed here: link-local addresses (169.254.0.0/16, fe80::/10), the metadata services of
/// clouds (169.254.169.254, 100.100.100.200, 168.63.129.16, fd00:ec2::/32, fd00:c1::/32, fd20:ce::254, fd00:42::42),
/// unspecified, multicast, broadcast and reserved ones; also when they are written as IPv4-mapped, NAT64 or 6to4
/// addresses. No proxy, .netrc, .curlrc or cookie is used. Certificates are always verified; nothing turns that off.
struct http_options {
  /// What may be reached although it is loopback (127.0.0.0/8, ::1) or private (10.0.0.0/8, 172.16.0.0/12,
  /// 192.168.0.0/16, 100.64.0.0/10, fc00::/7). One entry is an address or a network ("10.1.0.0/16", "::1"), or the name
  /// of a host as URLs write it, with an optional port ("printer.lan", "localhost:8080", "127.0.0.1:8080",
  /// "[::1]:8080"). A name allows every address that it resolves to: list only names whose resolution you trust.
  /// Empty: none. An entry that is none of these makes runtime::open fail with `invalid_argument`.
  std::vector<std::string> allow;
  /// Loopback and private networks may be reached as if all were listed.
  bool allow_private = false;
  /// Public addresses too may be reached only when `allow` lists them. The default leaves the internet open.
  bool only_allowed = false;

  /// Certificates of authorities in PEM, in a file, or in a folder that `openssl rehash` made. When one is given, those
  /// of the system do not count. When the runtime is opened the file must be readable and hold a certificate and the
  /// folder must be one, else `invalid_argument`.
  std::string ca_file;
  std::string ca_path;
};

} // namespace pawl
