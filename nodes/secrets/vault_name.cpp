// Reads PATH#FIELD, part by part.
#include "nodes/secrets/vault_name.hpp"

#include "nodes/task/http_url.hpp"
#include "runtime/core/secret_policy.hpp"

#include <algorithm>
#include <string_view>

namespace pawl::nodes {
namespace {

error bad_name() {
  return {errc::invalid_argument,
          "a secret of Vault is named PATH#FIELD: printable characters of ASCII without blanks, the path without empty "
          "parts, '.' and '..'",
          ""};
}

} // namespace

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

result<std::string> encode_vault_path(const std::string& path) {
  if (!is_printable(path)) return bad_name();
  std::string encoded;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    if (part.empty() || part == "." || part == "..") return bad_name();
    encoded += (at == 0 ? "" : "/") + percent_encoded(part);
    at = end + 1;
  }
  return encoded;
}

result<vault_name> read_vault_name(const std::string& name) {
  if (!core::parse_secret_reference("vault:" + name)) return bad_name();
  const std::size_t hash = name.find('#');
  if (hash == std::string::npos || hash + 1 == name.size()) return bad_name();
  auto path = encode_vault_path(name.substr(0, hash));
  if (!path) return path.failure();
  return vault_name{std::move(*path), name.substr(hash + 1)};
}

result<void> is_vault_pattern(const std::string& pattern) {
  if (!core::parse_secret_reference("vault:" + pattern)) return bad_name();
  const std::size_t star = pattern.find('*');
  if (star != std::string::npos)
    return star + 1 == pattern.size() ? result<void>()
                                      : error{errc::invalid_argument, "a * stands at the end only", ""};
  auto name = read_vault_name(pattern);
  if (!name) return name.failure();
  return {};
}

} // namespace pawl::nodes
