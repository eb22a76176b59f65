// Decides who may have a secret: reads references (`SOURCE:NAME`), and compares definitions, types, hosts and labels
// with the patterns of a policy.
#include "runtime/core/secret_policy.hpp"

#include "runtime/expression/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace pawl {
namespace core {
namespace {

constexpr std::size_t sealed_name_bytes_max = 128;
constexpr std::size_t name_bytes_max = 512;
constexpr std::size_t source_bytes_max = 32;
constexpr std::size_t entries_max = 100;
constexpr std::size_t entry_bytes_max = 256;

using expression::ascii::is_digit, expression::ascii::is_letter, expression::ascii::lowered;

bool is_source(std::string_view text) {
  return !text.empty() && text.size() <= source_bytes_max && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
  });
}

bool is_variable(std::string_view text) {
  return !text.empty() && text.size() <= sealed_name_bytes_max && !is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

// One at least.
std::vector<std::string_view> parts_of(std::string_view text, char between) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(between, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

// Names become paths of files and URLs.
bool has_climbing_part(std::string_view text) {
  const auto parts = parts_of(text, '/');
  return std::find(parts.begin(), parts.end(), "..") != parts.end();
}

bool is_foreign_name(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max && !has_climbing_part(text) &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

/// An origin or a pattern of hosts, in its parts.
struct place {
  std::string scheme; ///< empty: not said
  std::string host;   ///< in lower case, an address without brackets
  std::optional<int> port;
};

std::optional<int> port_of(std::string_view text) {
  int port = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (bad != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535) return std::nullopt;
  return port;
}

bool is_number(std::string_view part) { return !part.empty() && std::all_of(part.begin(), part.end(), is_digit); }

bool is_octet(std::string_view part) {
  return is_number(part) && (part.size() == 1 || part.front() != '0') &&
         (part.size() < 3 || (part.size() == 3 && part <= "255"));
}

// As resolvers read it without asking anybody: what only looks like an address would be looked up as a name.
bool is_address(std::string_view host) {
  const auto parts = parts_of(host, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), is_octet);
}

bool is_name(std::string_view host) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto parts = parts_of(host, '.');
  return !is_number(parts.back()) && std::all_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return !part.empty() && part.find_first_not_of(allowed) == std::string_view::npos;
  });
}

bool is_v6_address(std::string_view host) {
  return std::count(host.begin(), host.end(), ':') >= 2 &&
         host.find_first_not_of("0123456789abcdef:.") == std::string_view::npos;
}

// In one way of writing. Nothing when it is none.
std::optional<std::string> read_host(std::string_view text, bool is_v6) {
  std::string host = lowered(text);
  if (is_v6 ? is_v6_address(host) : is_address(host)) return host;
  if (!host.empty() && host.back() == '.') host.pop_back(); // a name that is whole
  return !is_v6 && is_name(host) ? std::optional(std::move(host)) : std::nullopt;
}

// Nothing when it is none. A `*` is taken off before.
std::optional<place> read_place(std::string_view text) {
  place found;
  for (const std::string_view scheme : {"http", "https"})
    if (const std::string start = std::string(scheme) + "://"; lowered(text.substr(0, start.size())) == start) {
      found.scheme = scheme;
      text.remove_prefix(start.size());
      break;
    }
  const bool is_v6 = !text.empty() && text.front() == '[';
  const std::size_t end = is_v6 ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return std::nullopt;
  auto host = read_host(is_v6 ? text.substr(1, end - 1) : text.substr(0, end), is_v6);
  if (!host) return std::nullopt;
  found.host = std::move(*host);
  const std::string_view rest = text.substr(is_v6 ? end + 1 : end);
  if (!rest.empty()) {
    found.port = rest.front() == ':' ? port_of(rest.substr(1)) : std::nullopt;
    if (!found.port) return std::nullopt;
  }
  return found;
}

struct host_pattern {
  place where;
  bool is_open = false; ///< where.host is only the beginning of an address
};

std::optional<host_pattern> read_host_pattern(std::string_view text) {
  const std::size_t star = text.find('*');
  if (star == std::string_view::npos) {
    auto where = read_place(text);
    return where ? std::optional(host_pattern{std::move(*where), false}) : std::nullopt;
  }
  // `10.0.7.*` is an address whose last parts are open; nothing of a name may be.
  std::optional<int> port;
  if (const std::string_view rest = text.substr(star + 1); !rest.empty()) {
    port = rest.front() == ':' ? port_of(rest.substr(1)) : std::nullopt;
    if (!port) return std::nullopt;
  }
  text = text.substr(0, star);
  const auto dots = std::count(text.begin(), text.end(), '.');
  if (dots < 1 || dots > 3 || text.back() != '.') return std::nullopt;
  std::string open = "0";
  for (auto i = dots; i < 3; ++i)
    open += ".0";
  auto where = read_place(std::string(text) + open);
  if (!where || where->port || !is_address(where->host)) return std::nullopt;
  where->host.resize(where->host.size() - open.size());
  where->port = port;
  return host_pattern{std::move(*where), true};
}

// `localhost` is a name: who answers it may be asked elsewhere.
bool is_loopback(const std::string& host) {
  return host == "::1" || (is_address(host) && host.compare(0, 4, "127.") == 0);
}

bool fits_host(const std::string& text, const place& to) {
  const auto pattern = read_host_pattern(text);
  if (!pattern) return false;
  const place& where = pattern->where;
  const bool same_host = pattern->is_open
                             ? is_address(to.host) && to.host.compare(0, where.host.size(), where.host) == 0
                             : to.host == where.host;
  const int usual = to.scheme == "https" ? 443 : 80;
  if (!same_host || where.port.value_or(usual) != to.port.value_or(usual)) return false;
  if (!where.scheme.empty()) return where.scheme == to.scheme;
  return to.scheme == "https" || is_loopback(to.host);
}

bool fits_any(const std::vector<std::string>& patterns, const std::string& text) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return fits_pattern(p, text); });
}

error refused(std::string why) { return {errc::access, std::move(why), ""}; }

result<void> may_go_there(const secret_policy& policy, const secret_use& use) {
  if (!use.type_has_destination) {
    if (policy.hosts.empty()) return {};
    return refused(
        fmt::format("its policy lists hosts, and the node type '{}' does not say where it sends it; take the "
                    "hosts out of the policy, or use another type",
                    use.node_type));
  }
  if (policy.hosts.empty())
    return refused(fmt::format("its policy lists no hosts, and the node type '{}' sends it to one: allow that "
                               "(pawl secrets allow NAME --allow-host HOST)",
                               use.node_type));
  const auto to = read_place(use.destination.value_or(""));
  if (!to || to->scheme.empty()) return refused("the node's data says no good place to send it to");
  if (std::any_of(policy.hosts.begin(), policy.hosts.end(), [&](const auto& p) { return fits_host(p, *to); }))
    return {};
  const bool in_clear = to->scheme == "http" && !is_loopback(to->host);
  return refused(fmt::format("its policy does not allow the host that the node sends it to{}; if it should, allow it "
                             "(pawl secrets allow NAME --allow-host {})",
                             in_clear ? ", in clear text (http://HOST)" : "", to->port ? "HOST:PORT" : "HOST"));
}

// Where a host's * may stand is for read_host_pattern().
const char* fault_of(const std::string& pattern, bool is_host) {
  if (pattern.empty()) return "holds an empty entry";
  if (pattern.size() > entry_bytes_max) return "holds an entry of more than 256 bytes";
  if (!is_host && pattern.find('*') < pattern.size() - 1) return "holds an entry with a * elsewhere than at its end";
  return nullptr;
}

result<void> check_list(const char* name, const std::vector<std::string>& patterns, bool are_hosts) {
  const auto wrong = [&](const char* what) {
    return error{errc::invalid_argument, fmt::format("the list of {} {}", name, what), ""};
  };
  if (patterns.size() > entries_max) return wrong("holds more than 100 entries");
  for (const std::string& pattern : patterns)
    if (const char* fault = fault_of(pattern, are_hosts)) return wrong(fault);
  return {};
}

} // namespace

bool is_sealed_name(std::string_view name) {
  return !name.empty() && name.size() <= sealed_name_bytes_max && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
  });
}

bool fits_pattern(std::string_view pattern, std::string_view text) {
  if (pattern.empty() || pattern.back() != '*') return pattern == text;
  return text.substr(0, pattern.size() - 1) == pattern.substr(0, pattern.size() - 1);
}

result<secret_reference> parse_secret_reference(std::string_view text) {
  const auto colon = text.find(':');
  secret_reference found{sealed_source, std::string(text)};
  if (colon != std::string_view::npos)
    found = {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
  if (!is_source(found.source))
    return error{errc::invalid_argument, "the source of a secret is named by 1 to 32 of a-z, 0-9 and -", ""};
  if (found.source == sealed_source && !is_sealed_name(found.name))
    return error{errc::invalid_argument, "a secret is named by 1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'", ""};
  if (found.source == "env" && !is_variable(found.name))
    return error{errc::invalid_argument, "a variable is named by A-Z, a-z, 0-9 and _, and begins with no digit", ""};
  if (found.source != sealed_source && !is_foreign_name(found.name))
    return error{errc::invalid_argument,
                 "a secret of another source is named by 1 to 512 printable characters without blanks and without '..'",
                 ""};
  return found;
}

std::string shown_name(const secret_reference& of) {
  return of.source == sealed_source ? of.name : of.source + ":" + of.name;
}

result<void> may_have(const secret_policy& policy, const secret_use& use) {
  if (!policy.owners.empty() && (use.owner.empty() || !fits_any(policy.owners, use.owner)))
    return refused(fmt::format("its policy does not allow the owner of the definition '{}'", use.definition_id));
  if (!fits_any(policy.definitions, use.definition_id))
    return refused(fmt::format("its policy does not allow the definition '{}'", use.definition_id));
  if (!fits_any(policy.node_types, use.node_type))
    return refused(fmt::format("its policy does not allow the node type '{}'", use.node_type));
  for (const auto& [name, pattern] : policy.labels) {
    const auto label = use.labels.find(name);
    if (label == use.labels.end())
      return refused(
          fmt::format("its policy asks for the label '{}', which this instance has not got; labels are given "
                      "at the start (start_options::labels, pawl run --label)",
                      name));
    if (!fits_pattern(pattern, label->second))
      return refused(fmt::format("its policy does not allow this instance's label '{}'", name));
  }
  return may_go_there(policy, use);
}

} // namespace core

result<void> check(const secret_policy& policy) {
  std::vector<std::string> labels;
  for (const auto& [name, pattern] : policy.labels) {
    if (name.empty() || name.size() > core::entry_bytes_max)
      return error{errc::invalid_argument, "a label of the policy has no good name", ""};
    labels.push_back(pattern);
  }
  for (const auto& [name, list] : {std::pair("owners", &policy.owners), std::pair("definitions", &policy.definitions),
                                   std::pair("node types", &policy.node_types), std::pair("hosts", &policy.hosts),
                                   std::pair<const char*, const std::vector<std::string>*>("labels", &labels)})
    if (auto good = core::check_list(name, *list, list == &policy.hosts); !good) return good;
  for (const std::string& host : policy.hosts)
    if (!core::read_host_pattern(host))
      return error{
          errc::invalid_argument,
          "a host is HOST, HOST:PORT, https://HOST[:PORT] or http://HOST[:PORT]; a * may stand for the rest of "
          "an IPv4 address only (10.0.7.*, 10.0.7.*:8443)",
          ""};
  return {};
}

} // namespace pawl
