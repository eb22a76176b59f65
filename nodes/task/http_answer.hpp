// What an answer means: its output, its redirect, and when to ask again. Pure.
#pragma once

#include "nodes/task/http_request.hpp"
#include "nodes/task/http_transfer.hpp"
#include "runtime/core/json.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>

namespace pawl::nodes {

/// `{status, headers, body, url}`, and `encoding` where the body is base64. Throws http_failure (HttpResponse) when the
/// body is not what was asked for or what its Content-Type says; without a word of the body.
nlohmann::json output_of(const http_answer& answer, const http_hop& hop, body_reading how,
                         const core::json_limits& limits);

/// A redirect that may be followed: 301, 302, 303, 307, 308 with a Location; null pointer else.
const std::string* redirect_of(const http_answer& answer);

/// What `Retry-After` asks for, from 0 to a day: seconds, or a date, which is compared with the server's own clock
/// where the answer tells it, else with `now_ms`. 0 when there is none that can be read.
std::chrono::milliseconds retry_after(const http_headers& headers, std::int64_t now_ms);

/// Whether asking again may help: 408, 429 and 5xx.
bool may_pass(int status) noexcept;

/// RFC 4648, padded.
std::string base64(std::string_view bytes);

} // namespace pawl::nodes
