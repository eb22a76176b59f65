// Judges the answers that `http` gets: status, body, redirect, when to try again.
#include "nodes/task/http_answer.hpp"

#include "nodes/task/http_failure.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace pawl::nodes {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::int64_t one_day_s = 86'400;
constexpr std::int64_t last_second = 253'402'300'799; ///< of the year 9999: whatever a server says, sums stay in range

std::optional<std::int64_t> date_ms(const std::string& text) {
  const std::time_t read = ::curl_getdate(text.c_str(), nullptr);
  if (read < 0) return std::nullopt;
  return std::min<std::int64_t>(read, last_second) * 1000;
}

bool says_json(const http_headers& headers) {
  const std::string* type = find_header(headers, "content-type");
  if (type == nullptr) return false;
  std::string_view media(*type);
  media = media.substr(0, media.find_first_of("; \t,"));
  const std::size_t plus = media.rfind('+');
  return same_name(media, "application/json") || same_name(media, "text/json") ||
         (plus != std::string_view::npos && same_name(media.substr(plus), "+json"));
}

http_failure unreadable(const http_hop& hop, std::string_view why) {
  return {"HttpResponse", fmt::format("{}: {}", shown(hop), why), false};
}

json parsed(const std::string& body, const http_hop& hop, const core::json_limits& limits) {
  if (body.empty()) return nullptr;
  auto read = core::parse_json(body, "the answer", limits);
  if (read) return std::move(*read);
  // The parser's own words may quote the body.
  throw unreadable(hop, read.failure().code == errc::limit ? "the answer is JSON beyond the limits of depth or values"
                                                           : "the answer is no good JSON");
}

class wiper {
public:
  explicit wiper(std::string& text) : text_(text) {}
  wiper(const wiper&) = delete;
  wiper& operator=(const wiper&) = delete;
  ~wiper() { core::wipe(text_); }

private:
  std::string& text_;
};

bool is_utf8(const std::string& body, const core::json_limits& limits) {
  core::json_limits roomy = limits;
  roomy.bytes_max = SIZE_MAX;
  return static_cast<bool>(core::to_text(json(body), "the answer", roomy));
}

} // namespace

json output_of(const http_answer& answer, const http_hop& hop, body_reading how, const core::json_limits& limits) {
  json output{{"status", answer.status}, {"headers", to_json(answer.headers)}, {"url", hop.url.text}};
  const bool wants_json = how == body_reading::as_json || (how == body_reading::by_type && says_json(answer.headers));
  std::string body = kept_of({answer.body.data(), answer.body.size()}, hop, wants_json);
  const wiper wiped(body); // what was taken for JSON and is none is not masked outside of its strings
  if (wants_json) {
    output["body"] = parsed(body, hop, limits);
  } else if (how != body_reading::as_base64 && is_utf8(body, limits)) {
    output["body"] = body;
  } else if (how == body_reading::as_text) {
    throw unreadable(hop, "the answer is no text in UTF-8");
  } else {
    output["body"] = base64(body);
    output["encoding"] = "base64";
  }
  return output;
}

const std::string* redirect_of(const http_answer& answer) {
  const int s = answer.status;
  if (s != 301 && s != 302 && s != 303 && s != 307 && s != 308) return nullptr;
  return find_header(answer.headers, "location");
}

milliseconds retry_after(const http_headers& headers, std::int64_t now_ms) {
  const std::string* given = find_header(headers, "retry-after");
  if (given == nullptr || given->empty()) return milliseconds(0);
  if (std::all_of(given->begin(), given->end(), [](char c) { return c >= '0' && c <= '9'; })) {
    const std::string digits = given->substr(std::min(given->find_first_not_of('0'), given->size() - 1));
    const std::int64_t seconds = digits.size() > 6 ? one_day_s : std::stoll(digits);
    return std::chrono::seconds(std::min(seconds, one_day_s));
  }
  const auto then = date_ms(*given);
  if (!then) return milliseconds(0);
  const std::string* date = find_header(headers, "date");
  const auto server_now = date != nullptr ? date_ms(*date) : std::nullopt;
  return milliseconds(std::clamp<std::int64_t>(*then - server_now.value_or(now_ms), 0, one_day_s * 1000));
}

bool may_pass(int status) noexcept { return status == 408 || status == 429 || (status >= 500 && status < 600); }

std::string base64(std::string_view bytes) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      text += i <= group.size() ? digits[bits >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

} // namespace pawl::nodes
