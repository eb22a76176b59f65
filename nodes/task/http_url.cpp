// Reading URLs with libcurl's own parser, so that what is checked is what is connected to.
#include "nodes/task/http_url.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <new>

namespace pawl::nodes {
namespace {

struct url_closer {
  void operator()(CURLU* url) const { ::curl_url_cleanup(url); }
};
using url_handle = std::unique_ptr<CURLU, url_closer>;

url_handle make_handle() {
  url_handle made(::curl_url());
  if (!made) throw std::bad_alloc();
  return made;
}

std::string part_of(const url_handle& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (::curl_url_get(url.get(), part, &text, flags) != CURLUE_OK || text == nullptr) return "";
  const std::unique_ptr<char, decltype(&::curl_free)> owned(text, ::curl_free);
  return text;
}

error refused(std::string why) { return {errc::invalid_argument, std::move(why), ""}; }

error refused(CURLUcode why) {
  switch (why) {
    case CURLUE_USER_NOT_ALLOWED: return refused("must not hold a user or password; send an Authorization header");
    case CURLUE_BAD_SCHEME:
    case CURLUE_UNSUPPORTED_SCHEME: return refused("must begin with http:// or https://");
    case CURLUE_BAD_PORT_NUMBER: return refused("has a port that is no number from 1 to 65535");
    case CURLUE_OUT_OF_MEMORY: throw std::bad_alloc();
    default:
      return refused("is no URL that can be used; it must be absolute, without spaces or control characters "
                     "(percent-encode them, or use data.query)");
  }
}

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

result<http_url> taken(const url_handle& url) {
  http_url read;
  const std::string scheme = part_of(url, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return refused("must begin with http:// or https://");
  read.is_secure = scheme == "https";
  std::string host = part_of(url, CURLUPART_HOST);
  if (host.size() > 1 && host.front() == '[') host = host.substr(1, host.size() - 2);
  if (host.empty()) return refused("names no host");
  if (!is_ascii(host)) return refused("has a host that is not ASCII; write it as xn--…");
  read.target.host = plain_host(std::move(host));
  const std::string port = part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::from_chars(port.data(), port.data() + port.size(), read.target.port);
  if (read.target.port == 0) return refused("has a port that is no number from 1 to 65535");
  ::curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  read.text = part_of(url, CURLUPART_URL);
  if (read.text.empty()) return refused(CURLUE_MALFORMED_INPUT);
  if (read.text.size() > url_bytes_max) return refused(fmt::format("is longer than {} bytes", url_bytes_max));
  return read;
}

// Texts outside of ASCII go as browsers send them. The host stays as it is: there they mean something else.
std::string with_ascii_path(const std::string& text) {
  const std::size_t host = text.find_first_not_of('/', std::min(text.find(':'), text.size() - 1) + 1);
  const std::size_t path = host == std::string::npos ? host : text.find_first_of("/?#", host);
  if (path == std::string::npos) return text;
  std::string encoded = text.substr(0, path);
  for (const char c : text.substr(path)) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += byte < 0x80 ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return encoded;
}

// Not by CURLU_APPENDQUERY, which turns %C3 into %c3: a signed URL would no longer fit its signature.
std::string with_query(const std::string& text, const std::string& query) {
  if (query.empty()) return text;
  const std::string before = text.substr(0, text.find('#'));
  const bool has_query = before.find('?') != std::string::npos;
  const bool open_end = !before.empty() && (before.back() == '?' || before.back() == '&');
  return before + (open_end ? "" : has_query ? "&" : "?") + query;
}

} // namespace

std::string http_url::origin() const {
  const std::uint16_t usual = is_secure ? 443 : 80;
  const bool is_v6 = target.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}{}", is_secure ? "https" : "http", is_v6 ? "[" : "", target.host, is_v6 ? "]" : "",
                     target.port == usual ? "" : fmt::format(":{}", target.port));
}

result<http_url> http_url::read(const std::string& text, const std::string& query) {
  if (text.size() + query.size() > url_bytes_max) return refused(fmt::format("is longer than {} bytes", url_bytes_max));
  if (text.find('\0') != std::string::npos) return refused(CURLUE_MALFORMED_INPUT);
  const url_handle url = make_handle();
  if (const CURLUcode wrong = ::curl_url_set(url.get(), CURLUPART_URL, with_ascii_path(with_query(text, query)).c_str(),
                                             CURLU_DISALLOW_USER))
    return refused(wrong);
  return taken(url);
}

result<http_url> http_url::resolve(const std::string& location) const {
  if (location.size() > url_bytes_max) return refused(fmt::format("is longer than {} bytes", url_bytes_max));
  if (location.find('\0') != std::string::npos) return refused(CURLUE_MALFORMED_INPUT);
  const url_handle url = make_handle();
  CURLUcode wrong = ::curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0);
  // Servers send unencoded characters here, which every browser takes.
  if (wrong == CURLUE_OK)
    wrong = ::curl_url_set(url.get(), CURLUPART_URL, location.c_str(), CURLU_DISALLOW_USER | CURLU_URLENCODE);
  if (wrong != CURLUE_OK) return refused(wrong);
  return taken(url);
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

} // namespace pawl::nodes
