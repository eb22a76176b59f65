// Reading the fields of an http node.
#include "nodes/task/http_request.hpp"

#include "nodes/control/data_fields.hpp"
#include "runtime/core/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace pawl::nodes {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds timeout_max = std::chrono::minutes(10);
constexpr int redirects_limit = 10;
constexpr std::size_t pairs_max = 1000;

[[noreturn]] void wrong(const std::string& what) { throw std::invalid_argument(what); }

void refuse_unknown(const json& data) {
  static constexpr std::array<std::string_view, 14> known{"method",
                                                          "url",
                                                          "query",
                                                          "headers",
                                                          "auth",
                                                          "json",
                                                          "text",
                                                          "form",
                                                          "expect",
                                                          "timeout",
                                                          "connectTimeout",
                                                          "responseBytesMax",
                                                          "followRedirects",
                                                          "response"};
  for (const auto& member : data.items())
    if (std::find(known.begin(), known.end(), member.key()) == known.end())
      wrong(fmt::format("data.{} is no field of http; known are {}", member.key(), fmt::join(known, ", ")));
}

std::string method_of(const json& data) {
  static constexpr std::array<std::string_view, 7> known{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  std::string method = text_field(data, "method", "GET");
  if (std::find(known.begin(), known.end(), method) == known.end())
    wrong(fmt::format("data.method must be one of {}", fmt::join(known, ", ")));
  return method;
}

milliseconds timeout_field(const json& data, const char* name, milliseconds otherwise) {
  const auto given = duration_field(data, name);
  if (!given) return otherwise;
  if (given->count() < 1 || *given > timeout_max)
    wrong(fmt::format("data.{} must be 1 to {} milliseconds", name, timeout_max.count()));
  return *given;
}

std::size_t count_field(const json& data, const char* name, std::size_t otherwise, std::size_t max) {
  const json* given = field(data, name);
  if (given == nullptr) return std::min(otherwise, max);
  const double number = given->is_number() ? given->get<double>() : -1;
  if (!(number >= 0) || number > static_cast<double>(max) || std::floor(number) != number)
    wrong(fmt::format("data.{} must be a whole number from 0 to {}", name, max));
  return static_cast<std::size_t>(number);
}

void add_pair(std::vector<std::string>& pairs, const char* of, const std::string& name, const json& value) {
  if (value.is_null()) return;
  if (value.is_structured()) wrong(fmt::format("data.{} must hold texts, numbers, booleans or lists of them", of));
  if (pairs.size() >= pairs_max) wrong(fmt::format("data.{} holds more than {} values", of, pairs_max));
  pairs.push_back(percent_encoded(name) + "=" +
                  percent_encoded(value.is_string() ? value.get<std::string>() : plain_text(value)));
}

// `{name: value | [value …]}` as name=value&…, percent-encoded; null is left out.
std::string pairs_of(const json& data, const char* of) {
  std::vector<std::string> pairs;
  const json* given = field(data, of);
  if (given == nullptr) return "";
  if (!given->is_object()) wrong(fmt::format("data.{} must be an object of names and values", of));
  for (const auto& [name, value] : given->items()) {
    if (!value.is_array()) {
      add_pair(pairs, of, name, value);
      continue;
    }
    for (const json& one : value)
      add_pair(pairs, of, name, one);
  }
  return fmt::format("{}", fmt::join(pairs, "&"));
}

void add_body(http_request& request, std::string body, const char* type) {
  if (request.body) wrong("data may have one of json, text and form");
  request.body = std::move(body);
  if (find_header(request.headers, "Content-Type") == nullptr) request.headers.push_back({"Content-Type", type});
}

void read_body(http_request& request, const json& data) {
  if (const auto given = data.find("json"); given != data.end()) {
    auto text = core::to_text(*given, "data.json");
    if (!text) wrong(text.failure().message);
    add_body(request, std::move(*text), "application/json");
  }
  if (field(data, "text") != nullptr) add_body(request, text_field(data, "text", ""), "text/plain; charset=utf-8");
  if (field(data, "form") != nullptr) add_body(request, pairs_of(data, "form"), "application/x-www-form-urlencoded");
  if (request.body && request.only_reads())
    wrong(fmt::format("a {} has no body: leave out json, text and form, or use another method", request.method));
}

body_reading reading_of(const json& data) {
  const std::string name = text_field(data, "response", "auto");
  if (name == "auto") return body_reading::by_type;
  if (name == "json") return body_reading::as_json;
  if (name == "text") return body_reading::as_text;
  if (name == "base64") return body_reading::as_base64;
  wrong("data.response must be auto, json, text or base64");
}

// "204", "2xx" or "201-204" as its first and last status; nothing when it is none.
std::optional<std::pair<int, int>> range_of(const std::string& text) {
  const auto digits = [&](std::size_t from, std::size_t count) {
    return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(from),
                       text.begin() + static_cast<std::ptrdiff_t>(from + count),
                       [](char c) { return c >= '0' && c <= '9'; });
  };
  if (text.size() == 3 && digits(0, 1) && text.substr(1) == "xx")
    return std::pair{(text[0] - '0') * 100, (text[0] - '0') * 100 + 99};
  if (text.size() == 3 && digits(0, 3)) return std::pair{std::stoi(text), std::stoi(text)};
  if (text.size() == 7 && text[3] == '-' && digits(0, 3) && digits(4, 3))
    return std::pair{std::stoi(text.substr(0, 3)), std::stoi(text.substr(4))};
  return std::nullopt;
}

void expect_one(status_set& set, const json& given) {
  const auto range = range_of(given.is_string()           ? given.get<std::string>()
                              : given.is_number_integer() ? given.dump()
                                                          : std::string());
  if (!range || range->first < 100 || range->second >= status_end || range->first > range->second)
    wrong(R"(data.expect must hold statuses from 100 to 599, as 200, "2xx" or "201-204")");
  for (int status = range->first; status <= range->second; ++status)
    set.set(static_cast<std::size_t>(status));
}

} // namespace

status_set read_expected(const json& list) {
  status_set set;
  if (!list.is_array()) {
    expect_one(set, list);
    return set;
  }
  if (list.empty()) wrong("data.expect is empty: no answer could ever be right");
  for (const json& one : list)
    expect_one(set, one);
  return set;
}

http_request read_http_request(const json& data, std::size_t payload_bytes_max) {
  if (!data.is_object()) wrong("data must be an object with the member 'url'");
  refuse_unknown(data);
  http_request request;
  request.method = method_of(data);
  const std::string url = text_field(data, "url", "");
  if (url.empty()) wrong("data.url must be a text, the URL to call");
  auto read = http_url::read(url, pairs_of(data, "query"));
  if (!read) wrong("data.url " + read.failure().message);
  request.auth = text_field(data, "auth", "");
  request.url = std::move(*read);
  if (const json* headers = field(data, "headers")) request.headers = read_headers(*headers);
  read_body(request, data);
  const json* expect = field(data, "expect");
  request.expected = read_expected(expect != nullptr ? *expect : json("2xx"));
  request.timeout = timeout_field(data, "timeout", request.timeout);
  request.connect_timeout = timeout_field(data, "connectTimeout", request.connect_timeout);
  request.response_bytes_max = count_field(data, "responseBytesMax", request.response_bytes_max, payload_bytes_max);
  request.redirects_max = static_cast<int>(count_field(data, "followRedirects", 0, redirects_limit));
  request.response = reading_of(data);
  return request;
}

} // namespace pawl::nodes
