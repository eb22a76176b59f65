// Checks the header fields of authors, reads and joins those of servers.
#include "nodes/task/http_headers.hpp"

#include "runtime/core/json.hpp"
#include "runtime/expression/ascii.hpp"
#include "runtime/expression/numbers.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace pawl::nodes {
namespace {

using nlohmann::json;

constexpr std::size_t headers_max = 100;
constexpr std::size_t header_name_bytes_max = 256;
constexpr std::size_t value_bytes_max = 8 * 1024;

// They say how the message is framed and where it goes: a second opinion on that is how requests are smuggled.
constexpr std::array<std::string_view, 13> of_the_connection{
    "host",    "content-length", "transfer-encoding", "connection",       "keep-alive",          "upgrade",       "te",
    "trailer", "expect",         "accept-encoding",   "proxy-connection", "proxy-authorization", "http2-settings"};

constexpr std::array<std::string_view, 4> harmless{"accept", "accept-language", "content-type", "user-agent"};

// Proxies and servers write them into their logs, or hand them on.
constexpr std::array<std::string_view, 22> logged{
    "user-agent",   "referer",          "origin",          "from",        "via",        "forwarded", "range",
    "x-real-ip",    "x-client-ip",      "true-client-ip",  "traceparent", "tracestate", "baggage",   "idempotency-key",
    "x-request-id", "x-correlation-id", "x-amzn-trace-id", "accept",      "cf-ray",     "warning",   "accept-language",
    "content-type"};
constexpr std::array<std::string_view, 3> logged_starts{"x-forwarded-", "x-b3-", "sec-"};

using expression::ascii::lower;

bool is_token_character(char c) {
  const char small = lower(c);
  return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_character);
}

bool has_control(std::string_view value) {
  return std::any_of(value.begin(), value.end(),
                     [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

template <std::size_t count> bool holds(const std::array<std::string_view, count>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [name](std::string_view n) { return same_name(n, name); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string value_of(const std::string& name, const json& given) {
  if (!given.is_string() && !given.is_number() && !given.is_boolean())
    throw std::invalid_argument(fmt::format("data.headers.{} must be a text, a number or a boolean", name));
  std::string value = given.is_string() ? given.get<std::string>() : plain_text(given);
  if (has_control(value))
    throw std::invalid_argument(fmt::format("data.headers.{} holds a line end or another control character", name));
  if (value.size() > value_bytes_max)
    throw std::invalid_argument(fmt::format("data.headers.{} is longer than {} bytes", name, value_bytes_max));
  return std::string(trimmed(value));
}

std::string as_utf8(const std::string& value) {
  if (core::to_text(json(value), "a header")) return value;
  std::string read;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      read += c;
    } else {
      read += static_cast<char>(0xC0 | byte >> 6);
      read += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return read;
}

} // namespace

std::string plain_text(const json& value) {
  return value.is_number_float() ? expression::number_to_text(value.get<double>()) : value.dump();
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool may_be_set(std::string_view name) {
  return is_token(name) && name.size() <= header_name_bytes_max && !holds(of_the_connection, name);
}

bool is_logged(std::string_view name) {
  return holds(logged, name) || std::any_of(logged_starts.begin(), logged_starts.end(), [name](std::string_view start) {
           return same_name(name.substr(0, start.size()), start);
         });
}

http_headers read_headers(const json& object) {
  if (!object.is_object()) throw std::invalid_argument("data.headers must be an object of names and values");
  if (object.size() > headers_max)
    throw std::invalid_argument(fmt::format("data.headers has more than {} members", headers_max));
  http_headers headers;
  for (const auto& [name, value] : object.items()) {
    if (!is_token(name) || name.size() > header_name_bytes_max)
      throw std::invalid_argument("data.headers has a name that is no token (letters, digits, - and _, no spaces)");
    if (holds(of_the_connection, name))
      throw std::invalid_argument(fmt::format("data.headers.{} belongs to the connection and cannot be set", name));
    if (find_header(headers, name) != nullptr)
      throw std::invalid_argument(fmt::format("data.headers.{} is there twice, in different case", name));
    if (!value.is_null()) headers.push_back({name, value_of(name, value)});
  }
  return headers;
}

const std::string* find_header(const http_headers& headers, std::string_view name) {
  const auto at =
      std::find_if(headers.begin(), headers.end(), [name](const http_header& h) { return same_name(h.name, name); });
  return at == headers.end() ? nullptr : &at->value;
}

std::optional<http_header> read_header_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return std::nullopt;
  http_header read{std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))};
  std::transform(read.name.begin(), read.name.end(), read.name.begin(), lower);
  return read;
}

json to_json(const http_headers& headers) {
  json object = json::object();
  for (const http_header& h : headers) {
    if (h.name == "set-cookie") {
      core::array_in(object, h.name).push_back(as_utf8(h.value));
      continue;
    }
    json& there = object[h.name];
    there = there.is_null() ? as_utf8(h.value) : there.get_ref<const std::string&>() + ", " + as_utf8(h.value);
  }
  return object;
}

http_headers without_private(const http_headers& headers) {
  http_headers kept;
  std::copy_if(headers.begin(), headers.end(), std::back_inserter(kept),
               [](const http_header& h) { return holds(harmless, h.name); });
  return kept;
}

} // namespace pawl::nodes
