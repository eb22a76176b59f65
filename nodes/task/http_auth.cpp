// Writes the header line that carries a secret, in locked memory.
#include "nodes/task/http_auth.hpp"

#include "nodes/task/http_headers.hpp"
#include "runtime/core/secret_bytes.hpp"

#include <algorithm>

namespace pawl::nodes {
namespace {

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }

error refused_auth(const char* why) { return {errc::invalid_argument, why, ""}; }

result<secret_bytes> joined(const std::string& start, std::string_view secret) {
  auto line = secret_bytes::of_size(start.size() + secret.size() + 1);
  if (!line) return line;
  std::copy(start.begin(), start.end(), line->data());
  std::copy(secret.begin(), secret.end(), line->data() + start.size());
  return line;
}

} // namespace

result<std::string> auth_header(const std::string& scheme) {
  if (scheme == "bearer" || scheme == "basic") return std::string("Authorization");
  if (!may_be_set(scheme))
    return refused_auth(
        "data.auth must be bearer, basic, or the name of a header that does not belong to the connection");
  if (is_logged(scheme))
    return refused_auth(
        "data.auth names a header that proxies and servers log or hand on: use bearer, basic, or a header "
        "of the server's that is meant for credentials");
  return scheme;
}

result<secret_bytes> auth_line(const std::string& scheme, const secret_bytes& secret) {
  const std::string_view value = secret.view();
  if (value.empty() || std::any_of(value.begin(), value.end(), is_control))
    return refused_auth(
        "the secret for the slot 'auth' holds a line end or another control character: set it again without");
  if (scheme == "bearer") return joined("Authorization: Bearer ", value);
  if (scheme != "basic") return joined(scheme + ": ", value);
  if (value.find(':') == std::string_view::npos)
    return refused_auth("the secret for the slot 'auth' is no user:password, which data.auth basic asks for");
  const auto encoded = core::base64_of(value);
  if (!encoded) return encoded.failure();
  return joined("Authorization: Basic ", encoded->view());
}

} // namespace pawl::nodes
