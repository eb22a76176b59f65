// One request and its answer over libcurl: no redirect is followed, no status judged.
#pragma once

#include "nodes/task/http_headers.hpp"
#include "nodes/task/http_policy.hpp"
#include "nodes/task/http_url.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace pawl::nodes {

/// Whom the host trusts; shared by all requests.
struct http_trust {
  http_policy policy;
  std::string ca_file;
  std::string ca_path;
};

struct http_answer {
  int status = 0;
  http_headers headers;
  std::string body;
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
};

/// `GET https://host:port`, for errors.
std::string shown(const http_hop& hop);

/// Connects only where the policy lets it, asked for each address right before it is connected to. Throws http_failure:
/// HttpRefused, HttpTls, HttpTimeout, HttpNetwork, HttpResponse; or http_given_up. Blocks; thread-safe.
http_answer transfer(const http_hop& hop, const http_trust& trust);

} // namespace pawl::nodes
