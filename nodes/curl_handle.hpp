// A handle of libcurl that was told everything: no proxy, password, cookie or option may come from the environment,
// from files of the user, or from curl's defaults. What the TLS library reads by itself (SSLKEYLOGFILE, OPENSSL_CONF)
// cannot be told otherwise.
#pragma once

#include "nodes/task/http_failure.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>
#include <new>
#include <string>

namespace pawl::nodes {

struct curl_closer {
  void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
};
using curl_handle = std::unique_ptr<CURL, curl_closer>;

/// http and https only, no redirects, no proxy; certificates are verified, TLS is 1.2 or newer. Both of `ca_file` and
/// `ca_path` empty: the system's certificates. Throws http_failure (HttpNetwork), std::bad_alloc.
curl_handle make_curl(const std::string& ca_file, const std::string& ca_path);

template <class T> void set(CURL* handle, CURLoption option, T value) {
  const CURLcode done = ::curl_easy_setopt(handle, option, value);
  if (done == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  // Going on without an option that guards something would be worse than not going on.
  if (done != CURLE_OK)
    throw http_failure("HttpNetwork", fmt::format("this libcurl refuses option {}", static_cast<int>(option)), false);
}

} // namespace pawl::nodes
