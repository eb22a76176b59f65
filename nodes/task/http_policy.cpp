// Reads the host's list of where `http` may go, and asks it about an address.
#include "nodes/task/http_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace pawl::nodes {
namespace {

constexpr std::size_t host_bytes_max = 253;

bool is_host_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  if (text.empty() || text.size() > host_bytes_max || text.front() == '.' || text.front() == '-') return false;
  // Digits and dots alone are a misspelt address: no name ends in a label of digits.
  const std::string_view last = text.substr(text.rfind('.') + 1);
  const bool numeric = std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
  return !numeric && std::all_of(text.begin(), text.end(), fits);
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), port);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

const char* name_of(place where) {
  switch (where) {
    case place::loopback: return "a loopback address";
    case place::private_network: return "an address of a private network";
    case place::forbidden: return "a link-local, metadata, multicast or reserved address";
    default: return "a public address";
  }
}

} // namespace

std::string plain_host(std::string host) {
  for (char& c : host)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (!host.empty() && host.back() == '.') host.pop_back();
  return host;
}

std::optional<http_policy::entry> http_policy::read_entry(const std::string& text) {
  if (auto network = ip_network::read(text)) return entry{network, "", 0};
  std::string_view host = text;
  std::uint16_t port = 0;
  const bool bracketed = host.substr(0, 1) == "[";
  const std::size_t name_end = bracketed ? host.find(']') : host.rfind(':');
  if (bracketed && name_end == std::string_view::npos) return std::nullopt;
  if (const std::size_t colon = bracketed ? name_end + 1 : name_end; colon < host.size()) {
    const auto given = host[colon] == ':' ? port_of(host.substr(colon + 1)) : std::nullopt;
    if (!given) return std::nullopt;
    port = *given;
    host = host.substr(0, colon);
  }
  if (bracketed) host = host.substr(1, name_end - 1);
  if (host.find('/') != std::string_view::npos) return std::nullopt;
  if (auto one = ip_network::read(host); one && bracketed == (host.find(':') != std::string_view::npos))
    return entry{one, "", port};
  const std::string name = plain_host(std::string(host));
  if (bracketed || !is_host_name(name)) return std::nullopt;
  return entry{std::nullopt, name, port};
}

result<http_policy> http_policy::read(const http_options& options) {
  http_policy policy;
  policy.allow_private_ = options.allow_private;
  policy.only_allowed_ = options.only_allowed;
  for (const std::string& text : options.allow) {
    auto read = read_entry(text);
    if (!read)
      return error{errc::invalid_argument,
                   "an entry of http.allow is no network (10.0.0.0/8, no bits set beyond the prefix), address or "
                   "host[:port] in ASCII",
                   text};
    policy.entries_.push_back(std::move(*read));
  }
  return policy;
}

bool http_policy::lists(const http_target& target, const ip_address& address) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const entry& e) {
    if (e.port != 0 && e.port != target.port) return false;
    return e.network ? e.network->holds(address) : e.host == target.host;
  });
}

std::optional<std::string> http_policy::refusal(const http_target& target, const ip_address& address) const {
  const place where = place_of(address);
  if (where == place::forbidden) return fmt::format("{} is {}, which is never reached", target.host, name_of(where));
  const bool open = where == place::open ? !only_allowed_ : allow_private_;
  if (open || lists(target, address)) return std::nullopt;
  return fmt::format("{} is {}; http.allow of the host program (pawl run: --http-allow) does not list it", target.host,
                     name_of(where));
}

} // namespace pawl::nodes
