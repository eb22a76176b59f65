// http: one request, its redirects hop by hop so that each is checked as the first was, and errors by name.
#include "nodes/task/http.hpp"

#include "nodes/task/http_answer.hpp"
#include "nodes/task/http_auth.hpp"
#include "nodes/task/http_failure.hpp"
#include "nodes/task/http_request.hpp"
#include "nodes/task/http_transfer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

#include <unistd.h>

namespace pawl::nodes {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr char auth_slot[] = "auth";

struct http_settings {
  http_trust trust;
  core::json_limits limits;
};

class http_call {
public:
  http_call(const http_settings& settings, node_context& context)
      : settings_(settings), context_(context), request_(read_http_request(context.data(), settings.limits.bytes_max)),
        deadline_(steady_clock::now() + request_.timeout) {
    if (!request_.only_reads() && find_header(request_.headers, "Idempotency-Key") == nullptr)
      request_.headers.push_back({"Idempotency-Key", context.idempotency_key()});
    take_secret();
  }

  json carry_out() {
    for (int redirects = 0;; ++redirects) {
      const http_hop hop = next_hop();
      const http_answer answer = transfer(hop, settings_.trust);
      const std::string* location = target_of(answer);
      if (location == nullptr) return judged(answer, hop);
      if (redirects >= request_.redirects_max)
        throw http_failure("HttpRedirect",
                           fmt::format("{}: more than {} redirects (data.followRedirects)", shown(hop), redirects),
                           false);
      if (answer.secret_in_location)
        throw http_failure("HttpRedirect", fmt::format("{}: the redirect holds the secret", shown(hop)), false);
      redirect(answer.status, *location, hop);
    }
  }

private:
  void take_secret() {
    const auto secret = context_.secret(auth_slot);
    if (!secret && !request_.auth.empty())
      throw std::invalid_argument("data.auth says how to send a secret, but credentials.auth names none");
    if (!secret) return;
    const std::string scheme = request_.auth.empty() ? "bearer" : request_.auth;
    const auto header = auth_header(scheme);
    if (!header) throw std::invalid_argument(header.failure().message);
    if (find_header(request_.headers, *header) != nullptr)
      throw std::invalid_argument(fmt::format("data.headers.{} is set by credentials.auth as well", *header));
    auto line = auth_line(scheme, *secret);
    if (!line && line.failure().code == errc::invalid_argument) throw std::invalid_argument(line.failure().message);
    if (!line) throw std::runtime_error(line.failure().message); // no memory to lock: that may pass
    secret_line_ = std::move(*line);
    has_secret_ = true;
  }

  http_hop next_hop() const {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - steady_clock::now());
    const auto timeout = std::max(left, milliseconds(1)); // 0 would mean none
    return {request_.method,
            request_.url,
            request_.headers,
            request_.body ? &*request_.body : nullptr,
            timeout,
            std::min(timeout, request_.connect_timeout),
            request_.response_bytes_max,
            [this](const http_answer& answer) { return target_of(answer) == nullptr && is_expected(answer.status); },
            [this] { return context_.is_cancelled(); },
            secret_line_.empty() ? nullptr : secret_line_.data(),
            masking()};
  }

  // A secret that went to the first server may come back from the next.
  std::function<std::string(std::string_view, bool)> masking() const {
    if (!has_secret_) return {};
    return [this](std::string_view text, bool is_json) {
      return is_json ? context_.masked_json(text) : context_.masked(text);
    };
  }

  const std::string* target_of(const http_answer& answer) const {
    return request_.redirects_max > 0 ? redirect_of(answer) : nullptr;
  }

  bool is_expected(int status) const {
    return status >= 0 && status < status_end && request_.expected.test(static_cast<std::size_t>(status));
  }

  json judged(const http_answer& answer, const http_hop& hop) const {
    if (is_expected(answer.status)) return output_of(answer, hop, request_.response, settings_.limits);
    http_failure failure("HttpStatus", fmt::format("{}: status {}", shown(hop), answer.status),
                         may_pass(answer.status));
    if (answer.status == 429 || answer.status == 503) failure.after = retry_after(answer.headers, context_.time_ms());
    throw failure;
  }

  void redirect(int status, const std::string& location, const http_hop& hop) {
    const auto refused = [&](const std::string& why) {
      return http_failure("HttpRedirect", fmt::format("{}: the redirect {}", shown(hop), why), false);
    };
    auto target = request_.url.resolve(location);
    if (!target) throw refused(target.failure().message);
    if (request_.url.is_secure && !target->is_secure) throw refused("leads from https to http");
    // As browsers do it: after 303, and after a POST that was moved, the new place is read.
    const bool reads_now =
        (status == 303 && request_.method != "HEAD") || ((status == 301 || status == 302) && request_.method == "POST");
    if (reads_now) drop_body();
    if (target->origin() != request_.url.origin()) {
      if (request_.body) throw refused("would carry the body to another origin");
      request_.headers = without_private(request_.headers);
      secret_line_ = {};
    }
    if (!request_.only_reads() && find_header(request_.headers, "Idempotency-Key") == nullptr)
      request_.headers.push_back({"Idempotency-Key", context_.idempotency_key()});
    request_.url = std::move(*target);
  }

  void drop_body() {
    request_.method = "GET";
    request_.body.reset();
    std::erase_if(request_.headers, [](const http_header& h) {
      return same_name(h.name, "Content-Type") || same_name(h.name, "Idempotency-Key");
    });
  }

  const http_settings& settings_;
  node_context& context_;
  http_request request_;
  secret_bytes secret_line_; ///< empty: none, or none for where it goes now
  bool has_secret_ = false;
  steady_clock::time_point deadline_;
};

outcome run_http(node_context& context, const http_settings& settings) {
  try {
    return outcome::output(http_call(settings, context).carry_out());
  } catch (const http_failure& e) {
    return e.is_retryable() ? outcome::fail(e.what(), e.name()).after(e.after)
                            : outcome::fail_for_good(e.what(), e.name());
  } catch (const http_given_up&) {
    return outcome::give_up();
  } catch (const std::invalid_argument& e) {
    return outcome::fail_for_good(e.what(), "HttpRequest");
  }
}

// The first hop's; a redirect to another origin takes no secret along.
std::optional<std::string> destination_of(const json& data) {
  const auto url = data.is_object() ? data.find("url") : data.end();
  if (url == data.end() || !url->is_string()) return std::nullopt;
  const auto read = http_url::read(url->get_ref<const std::string&>());
  return read ? std::optional(read->origin()) : std::nullopt;
}

// A guess by the file's marks: what is in the certificate is libcurl's to read, when a connection wants it.
bool holds_certificate(std::ifstream& file) {
  for (std::string line; std::getline(file, line);)
    for (const char* kind : {"", "TRUSTED ", "X509 "})
      if (line.find(fmt::format("-----BEGIN {}CERTIFICATE-----", kind)) != std::string::npos) return true;
  return false;
}

result<void> check_ca_file(const std::string& path) {
  if (path.empty()) return {};
  const auto refused = [&](const char* why) { return error{errc::invalid_argument, why, path}; };
  std::error_code ignored;
  std::ifstream file;
  if (std::filesystem::is_regular_file(path, ignored)) file.open(path, std::ios::binary);
  if (!file.is_open()) return refused("http.ca_file is no file that can be read");
  if (!holds_certificate(file)) return refused("http.ca_file holds no certificate in PEM");
  return {};
}

result<void> check_ca_path(const std::string& path) {
  std::error_code ignored;
  if (path.empty() || (std::filesystem::is_directory(path, ignored) && ::access(path.c_str(), R_OK | X_OK) == 0))
    return {};
  return error{errc::invalid_argument, "http.ca_path is no folder that can be read", path};
}

} // namespace

result<node_type> http_type(const http_options& options, const core::json_limits& limits) {
  auto policy = http_policy::read(options);
  if (!policy) return policy.failure();
  if (auto good = check_ca_file(options.ca_file); !good) return good.failure();
  if (auto good = check_ca_path(options.ca_path); !good) return good.failure();
  const auto settings = std::make_shared<const http_settings>(
      http_settings{{std::move(*policy), options.ca_file, options.ca_path}, limits});
  node_type type;
  type.name = "http";
  type.execute = [settings](node_context& c) { return run_http(c, *settings); };
  type.concurrency = 8;
  type.secrets = {{auth_slot}};
  type.destination = destination_of;
  return type;
}

} // namespace pawl::nodes
