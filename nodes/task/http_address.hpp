// Addresses as the http node judges them: what kind of place one is. Knows no policy and resolves no names.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace pawl::nodes {

/// IPv4 as ::ffff:a.b.c.d. What only wraps an IPv4 address (mapped, translated, NAT64, 6to4) is unwrapped when it is
/// read, so that no spelling of an address escapes a rule.
class ip_address {
public:
  /// Dotted IPv4 or IPv6 without brackets and zone.
  static std::optional<ip_address> read(std::string_view text);
  /// Nothing when the family is neither IPv4 nor IPv6.
  static std::optional<ip_address> of(const sockaddr& address);

  bool is_v4() const noexcept;
  const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }
  bool operator==(const ip_address&) const = default;

private:
  explicit ip_address(const std::array<std::uint8_t, 16>& bytes);
  std::array<std::uint8_t, 16> bytes_;
};

/// "10.0.0.0/8", "fd00::/8", or one address.
class ip_network {
public:
  /// Nothing when it is no network, or when bits beyond the prefix are set.
  static std::optional<ip_network> read(std::string_view text);
  bool holds(const ip_address& address) const noexcept;

private:
  ip_network(const ip_address& first, unsigned prefix_bits) : first_(first), prefix_bits_(prefix_bits) {}
  ip_address first_;
  unsigned prefix_bits_; ///< of 128
};

enum class place {
  open,            ///< the public internet
  loopback,        ///< this machine
  private_network, ///< private, unique local, shared address space of carriers
  forbidden,       ///< link-local, metadata services, unspecified, multicast, broadcast, reserved
};

place place_of(const ip_address& address) noexcept;

} // namespace pawl::nodes
