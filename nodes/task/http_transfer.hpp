// One request and its answer over libcurl: no redirect is followed, no status judged.
#pragma once

#include "nodes/task/http_headers.hpp"
#include "nodes/task/http_policy.hpp"
#include "nodes/task/http_url.hpp"

#include "runtime/core/wiped.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace pawl::nodes {

/// Whom the host trusts; shared by all requests.
struct http_trust {
  http_policy policy;
  std::string ca_file;
  std::string ca_path;
};

struct http_answer {
  int status = 0;
  http_headers headers;            ///< masked
  core::wiped_vector<char> body{}; ///< as it came: not masked
  bool secret_in_location = false; ///< the server sent a secret back as the place to go to
};

struct http_hop {
  const std::string& method;
  const http_url& url;
  const http_headers& headers;
  const std::string* body; ///< null pointer: none
  std::chrono::milliseconds timeout;
  std::chrono::milliseconds connect_timeout;
  std::size_t body_bytes_max; ///< after decompression
  /// Whether the body of an answer with this status and these headers is wanted; else nothing of it is read.
  std::function<bool(const http_answer& answer)> wants_body;
  /// Whether to break off; asked about once a second. May be empty.
  std::function<bool()> is_cancelled;
  /// A header line that holds a secret, with a zero byte at its end; null pointer: none. libcurl reads it where it is,
  /// and keeps what it sends in buffers of its own, which are out of reach.
  const char* secret_line = nullptr;
  /// Takes out of a header line, or of a body, the secrets that the server may have sent back. Empty: there is none.
  std::function<std::string(std::string_view text, bool is_json)> masked = {};
};

/// What may be kept of a text that the server sent.
std::string kept_of(std::string_view text, const http_hop& hop, bool is_json = false);

/// `GET https://host:port`, for errors.
std::string shown(const http_hop& hop);

/// Connects only where the policy lets it, asked for each address right before it is connected to. Throws http_failure:
/// HttpRefused, HttpTls, HttpTimeout, HttpNetwork, HttpResponse; or http_given_up. Blocks; thread-safe.
http_answer transfer(const http_hop& hop, const http_trust& trust);

} // namespace pawl::nodes
