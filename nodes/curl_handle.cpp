// Makes a handle of libcurl with the guards that every request has.
#include "nodes/curl_handle.hpp"

#include "nodes/curl_memory.hpp"

namespace pawl::nodes {
namespace {

void must_start_curl() {
  if (start_wiping_curl() != CURLE_OK) throw http_failure("HttpNetwork", "libcurl cannot be started", false);
}

void set_guards(CURL* handle) {
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_PROXY, "");
  set(handle, CURLOPT_NOPROXY, "*");
  set(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
}

void set_trust(CURL* handle, const std::string& ca_file, const std::string& ca_path) {
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (ca_file.empty() && ca_path.empty()) return; // the system's
  set(handle, CURLOPT_CAINFO, ca_file.empty() ? nullptr : ca_file.c_str());
  set(handle, CURLOPT_CAPATH, ca_path.empty() ? nullptr : ca_path.c_str());
}

} // namespace

curl_handle make_curl(const std::string& ca_file, const std::string& ca_path) {
  must_start_curl();
  curl_handle handle(::curl_easy_init());
  if (!handle) throw std::bad_alloc();
  set_guards(handle.get());
  set_trust(handle.get(), ca_file, ca_path);
  wipe_decrypted(handle.get());
  return handle;
}

} // namespace pawl::nodes
