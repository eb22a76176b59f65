// How a request ends without an answer that the author expects. Its text holds method, scheme, host, port and status:
// never a path, query, header or body, which may be payload or secret.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace pawl::nodes {

class http_failure : public std::runtime_error {
public:
  http_failure(std::string name, const std::string& text, bool retryable)
      : std::runtime_error(text), name_(std::move(name)), retryable_(retryable) {}

  const std::string& name() const noexcept { return name_; }
  bool is_retryable() const noexcept { return retryable_; }
  /// The next attempt begins not earlier than this.
  std::chrono::milliseconds after{0};

private:
  std::string name_;
  bool retryable_;
};

/// The runtime stops: the request was broken off, what the server made of it is not known.
struct http_given_up {};

} // namespace pawl::nodes
