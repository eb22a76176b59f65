// One request to Vault. Header lines and bodies are handed to libcurl where they lie, in locked memory.
#include "nodes/secrets/vault_connection.hpp"

#include "nodes/curl_handle.hpp"
#include "nodes/secrets/locked_buffer.hpp"
#include "nodes/task/http_address.hpp"
#include "nodes/task/http_url.hpp"
#include "runtime/core/wiped.hpp"

#include <pawl/version.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace pawl::nodes {
namespace {

constexpr std::int64_t timeout_ms_max = 600'000;
constexpr std::string_view token_field = "X-Vault-Token: ";

error refused(const char* option, std::string_view why) {
  return {errc::invalid_argument, fmt::format("secrets.vault.{} {}", option, why), ""};
}

bool is_literal_loopback(const std::string& host) {
  const auto address = ip_address::read(host);
  return address && place_of(*address) == place::loopback;
}

result<std::string> read_origin(const std::string& address) {
  const auto url = http_url::read(address);
  if (!url) return refused("address", url.failure().message);
  const std::size_t path = url->text.find('/', url->text.find("://") + 3);
  if (path + 1 < url->text.size() || address.find_first_of("?#") != std::string::npos)
    return refused("address", "is https://HOST[:PORT], without a path");
  if (!url->is_secure && !is_literal_loopback(url->target.host))
    return refused("address",
                   "must begin with https://: in clear text to a literal loopback address (127.0.0.1, [::1]) "
                   "only");
  return url->origin();
}

bool is_header_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool is_readable_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), R_OK) == 0;
}

/// curl_slist_append would copy a line into memory that is not locked; libcurl only reads a list, whoever made it.
class header_lines {
public:
  /// `token_line` ends with a zero byte; may be null.
  header_lines(std::vector<std::string> lines, secret_bytes* token_line) : lines_(std::move(lines)) {
    for (std::string& line : lines_)
      nodes_.push_back({line.data(), nullptr});
    if (token_line != nullptr) nodes_.push_back({token_line->data(), nullptr});
    for (std::size_t i = 1; i < nodes_.size(); ++i)
      nodes_[i - 1].next = &nodes_[i];
  }
  header_lines(const header_lines&) = delete;
  header_lines& operator=(const header_lines&) = delete;

  curl_slist* list() { return nodes_.data(); }

private:
  std::vector<std::string> lines_;
  std::vector<curl_slist> nodes_;
};

// What the callback sees.
struct receiver {
  CURL* handle;
  locked_buffer body{};
  std::optional<error> failure{};
};

int status_of(CURL* handle) {
  long status = 0;
  ::curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

std::size_t take_answer_part(char* data, std::size_t, std::size_t size, void* self) noexcept {
  auto& into = *static_cast<receiver*>(self);
  if (status_of(into.handle) != 200) return 0;
  auto taken = into.body.append({data, size});
  if (taken) return size;
  into.failure = std::move(taken).failure();
  return 0;
}

void set_answer(CURL* handle, receiver& into, std::chrono::milliseconds timeout) {
  set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout.count()));
  set(handle, CURLOPT_WRITEFUNCTION, &take_answer_part);
  set(handle, CURLOPT_WRITEDATA, static_cast<void*>(&into));
}

// Not copied: it must live until the request is done.
void set_body(CURL* handle, const secret_bytes& body) {
  set(handle, CURLOPT_POST, 1L);
  set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set(handle, CURLOPT_POSTFIELDS, body.data());
}

error failure_of(CURLcode code, const vault_connection& to) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return to.failed(errc::timed_out, "no complete answer in time (secrets.vault.timeout_ms)");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return to.failed(errc::access, fmt::format("the server is not trusted: {} (secrets.vault.ca_file)",
                                                 ::curl_easy_strerror(code)));
    case CURLE_SSL_CACERT_BADFILE:
      return to.failed(errc::access, "the certificates that this host trusts (secrets.vault.ca_file) cannot be used");
    default: return to.failed(errc::storage, ::curl_easy_strerror(code));
  }
}

} // namespace

result<vault_connection> vault_connection::of(const vault_options& options) {
  auto origin = read_origin(options.address);
  if (!origin) return origin.failure();
  if (!is_header_value(options.vault_namespace))
    return refused("vault_namespace", "holds blanks or characters outside of ASCII");
  if (!options.ca_file.empty() && !is_readable_file(options.ca_file))
    return refused("ca_file", "is no file that can be read");
  if (options.timeout_ms < 1 || options.timeout_ms > timeout_ms_max)
    return refused("timeout_ms", fmt::format("is not from 1 to {}", timeout_ms_max));
  vault_connection made;
  made.origin_ = std::move(*origin);
  made.namespace_ = options.vault_namespace;
  made.ca_file_ = options.ca_file;
  made.timeout_ = std::chrono::milliseconds(options.timeout_ms);
  return made;
}

error vault_connection::failed(errc code, std::string_view why) const {
  return {code, fmt::format("Vault at {}: {}", origin_, why), ""};
}

result<vault_answer> vault_connection::get(const std::string& path, const secret_bytes& token) const {
  auto line = secret_bytes::of_size(token_field.size() + token.size() + 1);
  if (!line) return line.failure();
  std::memcpy(line->data(), token_field.data(), token_field.size());
  std::memcpy(line->data() + token_field.size(), token.data(), token.size());
  return send(path, &*line, nullptr);
}

result<vault_answer> vault_connection::post(const std::string& path, const secret_bytes& body) const {
  return send(path, nullptr, &body);
}

result<vault_answer> vault_connection::send(const std::string& path, secret_bytes* token_line,
                                            const secret_bytes* body) const {
  try {
    return perform(path, token_line, body);
  } catch (const http_failure& failure) { // of libcurl itself
    return failed(errc::internal, failure.what());
  }
}

result<vault_answer> vault_connection::perform(const std::string& path, secret_bytes* token_line,
                                               const secret_bytes* body) const {
  const std::string url = fmt::format("{}/v1/{}", origin_, path);
  // Vault's agent and proxy may ask for the second line: no web page can send it.
  std::vector<std::string> lines{"Expect:", "X-Vault-Request: true", fmt::format("User-Agent: pawl/{}", version())};
  if (!namespace_.empty()) lines.push_back("X-Vault-Namespace: " + namespace_);
  if (body != nullptr) lines.push_back("Content-Type: application/json");
  header_lines headers(std::move(lines), token_line);

  const core::stack_wiper wiped;
  const curl_handle handle = make_curl(ca_file_, "");
  receiver into{handle.get()};
  set(handle.get(), CURLOPT_URL, url.c_str());
  set(handle.get(), CURLOPT_HTTPHEADER, headers.list());
  if (body != nullptr) set_body(handle.get(), *body);
  set_answer(handle.get(), into, timeout_);
  const CURLcode code = ::curl_easy_perform(handle.get());
  if (into.failure)
    return into.failure->code == errc::limit
               ? failed(errc::corrupt, fmt::format("the answer has more than {} bytes", secret_bytes_max))
               : *into.failure;
  const int status = status_of(handle.get());
  if (status > 200) return vault_answer{status, {}}; // whatever became of the body
  if (code != CURLE_OK) return failure_of(code, *this);
  return vault_answer{status, into.body.take()};
}

} // namespace pawl::nodes
