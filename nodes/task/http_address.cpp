// Reading and classifying addresses, after the special-purpose registries of IANA (RFC 6890 and its updates).
#include "nodes/task/http_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace pawl::nodes {
namespace {

using address_bytes = std::array<std::uint8_t, 16>;

constexpr std::size_t v4_at = 12; ///< where an IPv4 address begins in a mapped one
constexpr unsigned v4_prefix_bits = 96;
constexpr address_bytes mapped_zero{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0};

bool begins_with(const address_bytes& bytes, const address_bytes& first, unsigned bits) noexcept {
  const std::size_t whole = bits / 8;
  if (!std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(whole), bytes.begin())) return false;
  const unsigned left = bits % 8;
  return left == 0 || (bytes.at(whole) ^ first.at(whole)) >> (8 - left) == 0;
}

address_bytes mapped(const std::uint8_t* v4) noexcept {
  address_bytes bytes = mapped_zero;
  std::copy_n(v4, 4, bytes.begin() + v4_at);
  return bytes;
}

struct wrapping {
  address_bytes first;
  unsigned prefix_bits;
  std::size_t v4_at;
};

// Packets to these end at the IPv4 address inside. (The mapped form itself is what an IPv4 address is kept as.)
constexpr std::array wrappings{
    wrapping{{0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0}, 96, 12}, // IPv4-translated, RFC 2765
    wrapping{{0, 0x64, 0xFF, 0x9B}, 96, 12},                      // NAT64, RFC 6052
    wrapping{{0x20, 0x02}, 16, 2},                                // 6to4, RFC 3056
};

address_bytes unwrapped(const address_bytes& bytes) noexcept {
  for (const wrapping& w : wrappings)
    if (begins_with(bytes, w.first, w.prefix_bits)) return mapped(bytes.data() + w.v4_at);
  return bytes;
}

struct rule {
  const char* network;
  place is;
};

// The first that holds the address decides.
constexpr std::array v4_rules{
    rule{"100.100.100.200", place::forbidden}, // metadata of Alibaba Cloud
    rule{"168.63.129.16", place::forbidden},   // the host's side of Azure
    rule{"127.0.0.0/8", place::loopback},          rule{"10.0.0.0/8", place::private_network},
    rule{"172.16.0.0/12", place::private_network}, rule{"192.168.0.0/16", place::private_network},
    rule{"100.64.0.0/10", place::private_network}, rule{"0.0.0.0/8", place::forbidden},
    rule{"169.254.0.0/16", place::forbidden}, // link-local, and the metadata of most clouds
    rule{"192.0.0.0/24", place::forbidden},        rule{"192.0.2.0/24", place::forbidden},
    rule{"192.88.99.0/24", place::forbidden},      rule{"198.18.0.0/15", place::forbidden},
    rule{"198.51.100.0/24", place::forbidden},     rule{"203.0.113.0/24", place::forbidden},
    rule{"224.0.0.0/3", place::forbidden}, // multicast, reserved, broadcast
};

constexpr std::array v6_rules{
    rule{"fd00:ec2::/32", place::forbidden}, // metadata of Amazon
    rule{"fd20:ce::254", place::forbidden},  // of Google
    rule{"fd00:c1::/32", place::forbidden},  // of Oracle
    rule{"fd00:42::42", place::forbidden},   // of Scaleway
    rule{"::1", place::loopback},
    rule{"fc00::/7", place::private_network},
    rule{"2001::/23", place::forbidden},     // Teredo, benchmarks and other protocols, no hosts
    rule{"2001:db8::/32", place::forbidden}, // documentation
    rule{"3fff::/20", place::forbidden},     // documentation
    rule{"2000::/3", place::open},           // all that was ever given to the public
};

struct read_rule {
  ip_network network;
  place is;
};

template <std::size_t count> std::array<read_rule, count> read_rules(const std::array<rule, count>& rules) {
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    return std::array<read_rule, count>{read_rule{ip_network::read(rules[i].network).value(), rules[i].is}...};
  }
  (std::make_index_sequence<count>());
}

place first_of(const auto& rules, const ip_address& address, place otherwise) noexcept {
  for (const read_rule& r : rules)
    if (r.network.holds(address)) return r.is;
  return otherwise;
}

} // namespace

ip_address::ip_address(const address_bytes& bytes) : bytes_(unwrapped(bytes)) {}

std::optional<ip_address> ip_address::read(std::string_view text) {
  const std::string ended(text);
  address_bytes bytes{};
  if (::inet_pton(AF_INET, ended.c_str(), bytes.data()) == 1) return ip_address(mapped(bytes.data()));
  if (::inet_pton(AF_INET6, ended.c_str(), bytes.data()) == 1) return ip_address(bytes);
  return std::nullopt;
}

std::optional<ip_address> ip_address::of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return ip_address(mapped(bytes.data()));
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  address_bytes bytes{};
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return ip_address(bytes);
}

bool ip_address::is_v4() const noexcept { return begins_with(bytes_, mapped_zero, v4_prefix_bits); }

std::optional<ip_network> ip_network::read(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto first = ip_address::read(text.substr(0, slash));
  if (!first) return std::nullopt;
  if (slash == std::string_view::npos) return ip_network(*first, 128);
  const bool dotted = text.substr(0, slash).find(':') == std::string_view::npos;
  if (dotted != first->is_v4()) return std::nullopt; // a network of wrapped addresses: say which IPv4 one is meant
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (end.ec != std::errc() || end.ptr != digits.data() + digits.size() || bits > (dotted ? 32U : 128U))
    return std::nullopt;
  const unsigned prefix_bits = dotted ? bits + v4_prefix_bits : bits;
  for (unsigned bit = prefix_bits; bit < 128; ++bit)
    if ((first->bytes().at(bit / 8) >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  return ip_network(*first, prefix_bits);
}

bool ip_network::holds(const ip_address& address) const noexcept {
  // A short IPv6 prefix (::/0) must not take the IPv4 addresses with it, which are kept below ::/80.
  if (address.is_v4() != first_.is_v4()) return false;
  return begins_with(address.bytes(), first_.bytes(), prefix_bits_);
}

place place_of(const ip_address& address) noexcept {
  static const auto v4 = read_rules(v4_rules);
  static const auto v6 = read_rules(v6_rules);
  return address.is_v4() ? first_of(v4, address, place::open) : first_of(v6, address, place::forbidden);
}

} // namespace pawl::nodes
