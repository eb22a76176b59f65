// The data of an http node, read and checked. Sends nothing.
#pragma once

#include "nodes/task/http_headers.hpp"
#include "nodes/task/http_url.hpp"

#include <nlohmann/json_fwd.hpp>

#include <bitset>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace pawl::nodes {

inline constexpr int status_end = 600;
using status_set = std::bitset<status_end>;

enum class body_reading { by_type, as_json, as_text, as_base64 };

struct http_request {
  std::string method = "GET";
  http_url url;
  http_headers headers; ///< the author's, and the Content-Type that follows from the body
  std::optional<std::string> body;
  std::string auth; ///< how the secret is sent (http_auth.hpp); empty: not said
  status_set expected;
  std::chrono::milliseconds timeout{30'000}; ///< for everything, redirects included
  std::chrono::milliseconds connect_timeout{10'000};
  std::size_t response_bytes_max = std::size_t{1} << 20; ///< after decompression
  int redirects_max = 0;
  body_reading response = body_reading::by_type;

  /// GET and HEAD change nothing at the server.
  bool only_reads() const { return method == "GET" || method == "HEAD"; }
};

/// Throws std::invalid_argument with a sentence for people, which tells no value. `payload_bytes_max` bounds what an
/// answer may be allowed to hold.
http_request read_http_request(const nlohmann::json& data, std::size_t payload_bytes_max);

/// `[200, "2xx", "201-204"]`, or one of these alone. Throws as above.
status_set read_expected(const nlohmann::json& list);

} // namespace pawl::nodes
