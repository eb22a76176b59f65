// URLs that the http node may go to: absolute, http or https, without user or password. Resolves no names.
#pragma once

#include "nodes/task/http_policy.hpp"

#include <pawl/result.hpp>

#include <string>
#include <string_view>

namespace pawl::nodes {

inline constexpr std::size_t url_bytes_max = 8 * 1024;

struct http_url {
  std::string text; ///< normalised, without fragment
  bool is_secure = false;
  http_target target;

  /// `https://host:port`, which may be shown to people.
  std::string origin() const;

  /// `query` is appended: `name=value&…`, percent-encoded. Errors: `invalid_argument`, a sentence that begins after
  /// what names the URL ("must be …"), without any part of it.
  static result<http_url> read(const std::string& text, const std::string& query = "");
  /// Where a redirect from here leads.
  result<http_url> resolve(const std::string& location) const;
};

/// Everything but letters, digits and -._~ as %XX.
std::string percent_encoded(std::string_view text);

} // namespace pawl::nodes
