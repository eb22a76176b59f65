// What is told to libcurl about one request, and what it tells.
#include "nodes/task/http_transfer.hpp"

#include "nodes/curl_handle.hpp"
#include "nodes/task/http_failure.hpp"

#include <pawl/version.hpp>

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>
#include <new>
#include <optional>
#include <stdexcept>

#include <sys/socket.h>

namespace pawl::nodes {
namespace {

constexpr std::size_t header_bytes_max = 64 * 1024; ///< of all header lines of an answer
constexpr std::size_t header_lines_max = 300;

// What the callbacks see. They run on the thread that is in transfer().
struct conversation {
  const http_hop& hop;
  const http_policy& policy;
  CURL* handle;
  http_answer answer;
  std::size_t header_bytes = 0;
  std::size_t header_lines = 0;
  unsigned sockets = 0; ///< that were permitted
  std::string refusal{};
  bool headers_ended = false;
  bool headers_too_large = false;
  std::size_t codings = 0; ///< of the answer's body, one in the other
  bool switches = false;   ///< to another protocol than HTTP
  bool body_too_large = false;
  bool body_unwanted = false;
  bool out_of_memory = false;
  bool given_up = false;
};

int status_now(CURL* handle) {
  long status = 0;
  ::curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

// The last moment before a connection: the address is the one that is connected to, whatever the name server said when
// somebody else asked.
curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  auto& talk = *static_cast<conversation*>(self);
  try {
    const auto known = ip_address::of(address->addr);
    auto refusal = known ? talk.policy.refusal(talk.hop.url.target, *known) : std::string("no address of the internet");
    if (refusal) {
      talk.refusal = std::move(*refusal);
      return CURL_SOCKET_BAD;
    }
    ++talk.sockets;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  } catch (...) {
    talk.out_of_memory = true;
    return CURL_SOCKET_BAD;
  }
}

// Small layers can unfold to gigabytes that end as a small body again.
std::size_t codings_in(const http_header& header) {
  if (header.name != "content-encoding" && header.name != "transfer-encoding") return 0;
  std::size_t count = 0;
  for (std::string_view left = header.value; !left.empty();) {
    const std::size_t end = std::min(left.find(','), left.size());
    std::string_view coding = left.substr(0, end);
    coding.remove_prefix(std::min(coding.find_first_not_of(" \t"), coding.size()));
    coding = coding.substr(0, coding.find_last_not_of(" \t") + 1);
    if (!coding.empty() && !same_name(coding, "identity") && !same_name(coding, "chunked")) ++count;
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return count;
}

// The blank line after the header of an answer: whether to read on. What is wrong with a body that nobody wants, or how
// long it takes, must not hide the status.
bool end_headers(conversation& talk) {
  const int status = status_now(talk.handle);
  talk.switches = status == 101;
  if (talk.switches) return false;
  if (status < 200) return true; // another answer follows
  talk.headers_ended = true;
  talk.answer.status = status;
  talk.body_unwanted = !talk.hop.wants_body(talk.answer);
  return !talk.body_unwanted && talk.codings <= 1;
}

void keep_header(conversation& talk, std::string_view line) {
  const std::string kept = kept_of(line, talk.hop);
  auto header = read_header_line(kept);
  if (!header) return;
  talk.codings += codings_in(*header);
  if (header->name == "location") talk.answer.secret_in_location = kept != line;
  talk.answer.headers.push_back(std::move(*header));
}

std::size_t take_header(char* text, std::size_t, std::size_t size, void* self) noexcept {
  auto& talk = *static_cast<conversation*>(self);
  try {
    talk.header_bytes += size;
    if (++talk.header_lines > header_lines_max || talk.header_bytes > header_bytes_max) {
      talk.headers_too_large = true;
      return 0;
    }
    const std::string_view line(text, size);
    if (talk.headers_ended) return size; // trailer fields: a server adds there what was not looked at before the body
    if (line == "\r\n" || line == "\n") return end_headers(talk) ? size : 0;
    if (line.substr(0, 5) == "HTTP/") talk.answer.headers.clear(), talk.codings = 0; // of an interim answer
    keep_header(talk, line);
    return size;
  } catch (const http_failure&) { // of the mask: it would become so
    talk.headers_too_large = true;
    return 0;
  } catch (...) {
    talk.out_of_memory = true;
    return 0;
  }
}

std::size_t take_body_part(char* data, std::size_t, std::size_t size, void* self) noexcept {
  auto& talk = *static_cast<conversation*>(self);
  try {
    if (talk.answer.body.size() + size > talk.hop.body_bytes_max) {
      talk.body_too_large = true;
      return 0;
    }
    talk.answer.body.insert(talk.answer.body.end(), data, data + size);
    return size;
  } catch (...) {
    talk.out_of_memory = true;
    return 0;
  }
}

// libcurl calls it at least once a second, also while nothing moves.
int look_up(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  auto& talk = *static_cast<conversation*>(self);
  talk.given_up = talk.hop.is_cancelled && talk.hop.is_cancelled();
  return talk.given_up ? 1 : 0;
}

struct list_closer {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using list_handle = std::unique_ptr<curl_slist, list_closer>;

void set_gate(CURL* handle, conversation& talk) {
  set(handle, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(handle, CURLOPT_OPENSOCKETDATA, static_cast<void*>(&talk));
}

void set_message(CURL* handle, const http_hop& hop) {
  set(handle, CURLOPT_URL, hop.url.text.c_str());
  const bool empty_body = hop.body == nullptr && (hop.method == "POST" || hop.method == "PUT" || hop.method == "PATCH");
  if (hop.body != nullptr || empty_body) {
    set(handle, CURLOPT_POST, 1L);
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(empty_body ? 0 : hop.body->size()));
    set(handle, CURLOPT_POSTFIELDS, empty_body ? "" : hop.body->data());
  }
  if (hop.method == "HEAD")
    set(handle, CURLOPT_NOBODY, 1L);
  else
    set(handle, CURLOPT_CUSTOMREQUEST, hop.method.c_str());
}

void set_answer(CURL* handle, const http_hop& hop, conversation& talk) {
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(hop.timeout.count()));
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(hop.connect_timeout.count()));
  set(handle, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  set(handle, CURLOPT_HEADERFUNCTION, &take_header);
  set(handle, CURLOPT_HEADERDATA, static_cast<void*>(&talk));
  set(handle, CURLOPT_WRITEFUNCTION, &take_body_part);
  set(handle, CURLOPT_WRITEDATA, static_cast<void*>(&talk));
  set(handle, CURLOPT_XFERINFOFUNCTION, &look_up);
  set(handle, CURLOPT_XFERINFODATA, static_cast<void*>(&talk));
  set(handle, CURLOPT_NOPROGRESS, 0L);
}

void append(list_handle& list, const std::string& line) {
  curl_slist* const longer = ::curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)list.release();
  list.reset(longer);
}

list_handle lines_of(const http_headers& headers) {
  list_handle list;
  append(list, "Expect:"); // a colon alone takes curl's own header out: no waiting for 100 Continue
  if (find_header(headers, "Content-Type") == nullptr) append(list, "Content-Type:");
  if (find_header(headers, "User-Agent") == nullptr) append(list, fmt::format("User-Agent: pawl/{}", version()));
  for (const http_header& h : headers)
    append(list, h.value.empty() ? h.name + ";" : h.name + ": " + h.value);
  return list;
}

http_failure failure_of(CURLcode code, const conversation& talk) {
  const auto made = [&](const char* name, bool retryable, std::string_view why) {
    return http_failure(name, fmt::format("{}: {}", shown(talk.hop), why), retryable);
  };
  if (talk.codings > 1) return made("HttpResponse", false, "the answer is compressed more than once");
  if (talk.headers_too_large) return made("HttpResponse", false, "the header of the answer is too large");
  if (talk.switches) return made("HttpResponse", false, "the server switches to another protocol");
  if (talk.body_too_large)
    return made("HttpResponse", false,
                fmt::format("the answer is larger than {} bytes (data.responseBytesMax)", talk.hop.body_bytes_max));
  // Where one address was let through, it is the network's fault that nothing answered there.
  if (!talk.refusal.empty() && talk.sockets == 0) return made("HttpRefused", false, talk.refusal);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return made("HttpTimeout", true, "no complete answer in time");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
      return made("HttpTls", false, fmt::format("the server is not trusted: {}", ::curl_easy_strerror(code)));
    case CURLE_SSL_CACERT_BADFILE:
      return made("HttpTls", false,
                  "the certificates that this host trusts (http.ca_file, http.ca_path) cannot be used");
    case CURLE_SSL_CONNECT_ERROR: return made("HttpTls", true, "no secure connection came about");
    case CURLE_OUT_OF_MEMORY: // what libcurl says of a single line of more than 100 kB
      return made("HttpResponse", false, "the header of the answer is too large");
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY: return made("HttpResponse", false, "the answer is not good HTTP");
    default: return made("HttpNetwork", true, ::curl_easy_strerror(code));
  }
}

} // namespace

std::string shown(const http_hop& hop) { return fmt::format("{} {}", hop.method, hop.url.origin()); }

std::string kept_of(std::string_view text, const http_hop& hop, bool is_json) {
  try {
    return hop.masked ? hop.masked(text, is_json) : std::string(text);
  } catch (const std::length_error& e) {
    throw http_failure("HttpResponse", fmt::format("{}: the answer: {}", shown(hop), e.what()), false);
  }
}

http_answer transfer(const http_hop& hop, const http_trust& trust) {
  const core::stack_wiper wiped; // what a server had sent before it hung was found there
  const curl_handle handle = make_curl(trust.ca_file, trust.ca_path);
  conversation talk{hop, trust.policy, handle.get(), {}};
  set_gate(handle.get(), talk);
  set_message(handle.get(), hop);
  set_answer(handle.get(), hop, talk);
  const list_handle lines = lines_of(hop.headers);
  curl_slist with_secret{const_cast<char*>(hop.secret_line), lines.get()}; // curl_slist_append would copy it
  set(handle.get(), CURLOPT_HTTPHEADER, hop.secret_line != nullptr ? &with_secret : lines.get());
  const CURLcode code = ::curl_easy_perform(handle.get());
  if (talk.out_of_memory) throw std::bad_alloc();
  if (talk.given_up) throw http_given_up();
  if (code != CURLE_OK && !talk.body_unwanted) throw failure_of(code, talk);
  return std::move(talk.answer);
}

} // namespace pawl::nodes
