// What authors may write into an http node, and what answers mean; no server.
#include "nodes/task/http_answer.hpp"
#include "nodes/task/http_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace http_request_test {

using namespace pawl;
using namespace pawl::nodes;
using nlohmann::json;

namespace {

constexpr std::size_t mebi = std::size_t{1} << 20;

http_request read(json more = json::object()) {
  if (!more.contains("url")) more["url"] = "http://host/path";
  return read_http_request(more, 4 * mebi);
}

// The error's text; empty when it is good data.
std::string said(const json& more) {
  try {
    read(more);
    return "";
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
}

bool begins(const std::string& text, const std::string& with) { return text.rfind(with, 0) == 0; }

} // namespace

TEST_CASE("http request: the defaults") {
  const http_request r = read();
  CHECK(r.method == "GET");
  CHECK(r.url.text == "http://host/path");
  CHECK(r.url.origin() == "http://host");
  CHECK(r.timeout.count() == 30'000);
  CHECK(r.connect_timeout.count() == 10'000);
  CHECK(r.response_bytes_max == mebi);
  CHECK(r.redirects_max == 0);
  CHECK(r.headers.empty());
  CHECK_FALSE(r.body);
  CHECK(r.expected.test(200));
  CHECK(r.expected.test(299));
  CHECK_FALSE(r.expected.test(300));
  CHECK(read_http_request({{"url", "http://h"}}, 1000).response_bytes_max == 1000);
}

TEST_CASE("http request: only absolute http and https URLs without user are taken, and none is quoted") {
  for (const char* url : {"", "/path", "host/path", "ftp://host/", "file:///etc/passwd", "gopher://host",
                          "javascript:alert(1)", "http://", "http:///", "http://user@host/", "http://user:SECRET@host/",
                          "http://host:0/", "http://host:70000/", "http://ho st/", "http://host/a b",
                          "http://host/\r\nX: y", "http://b\xc3\xbc.de/", "http://[::1/", "http://[fe80::1%25eth0/"}) {
    INFO(url);
    const std::string why = said({{"url", url}});
    CHECK(begins(why, "data.url "));
    CHECK(why.find("SECRET") == std::string::npos);
  }
  CHECK(begins(said({{"url", 5}}), "data.url must be a text"));
  CHECK(begins(said({{"url", std::string("http://host/\0x", 14)}}), "data.url"));
  CHECK(begins(said({{"url", "http://host/" + std::string(9000, 'a')}}), "data.url is longer than 8192 bytes"));
}

TEST_CASE("http request: a URL is normalised as it will be connected to") {
  CHECK(read({{"url", "HTTP://HOST:80/#f"}}).url.target.host == "host");
  CHECK(read({{"url", "http://0x7f.1/"}}).url.target.host == "127.0.0.1");
  CHECK(read({{"url", "http://2130706433/"}}).url.target.host == "127.0.0.1");
  CHECK(read({{"url", "https://[::1]:8443/x?y#z"}}).url.origin() == "https://[::1]:8443");
  CHECK(read({{"url", "https://[::1]:8443/x?y#z"}}).url.text == "https://[::1]:8443/x?y");
  CHECK(read({{"url", "https://host./"}}).url.target.port == 443);
  CHECK(read({{"url", "https://host./"}}).url.target.host == "host");
}

TEST_CASE("http request: a URL's path and query are sent in ASCII, its host must be") {
  CHECK(read({{"url", "http://h/\xc3\xa4?q=\xc3\xa4#\xc3\xa4"}}).url.text == "http://h/%C3%A4?q=%C3%A4");
  CHECK(read({{"url", "http://h?\xff"}}).url.text == "http://h/?%FF");
  CHECK(read({{"url", "http://h/%c3?%2f"}}).url.text == "http://h/%c3?%2f"); // what is encoded stays as it is
  CHECK(begins(said({{"url", "http://\xc3\xa4/\xc3\xa4"}}), "data.url "));
}

TEST_CASE("http request: a number is the same text, written or computed") {
  const json query = json::parse(R"({"a": 1.0, "b": 0.5, "c": 9007199254740993, "d": -0.0, "e": 1e21})");
  CHECK(read({{"query", query}}).url.text == "http://host/path?a=1&b=0.5&c=9007199254740993&d=0&e=1e%2B21");
  CHECK(read({{"method", "POST"}, {"form", {{"a", 2.0}}}}).body == "a=2");
  CHECK(*find_header(read({{"headers", {{"X-N", 3.0}}}}).headers, "x-n") == "3");
}

TEST_CASE("http request: query values are appended and encoded") {
  const json query = json::parse(R"({"a": "b&c=d e", "list": [1, true, "ä"], "none": null, "k=&": ""})");
  CHECK(read({{"url", "http://h/?x=1#f"}, {"query", query}}).url.text ==
        "http://h/?x=1&a=b%26c%3Dd%20e&k%3D%26=&list=1&list=true&list=%C3%A4");
  const json one{{"a", 1}};
  CHECK(read({{"url", "http://h?"}, {"query", one}}).url.text == "http://h/?a=1");
  CHECK(read({{"url", "http://h/%C3?x&"}, {"query", one}}).url.text == "http://h/%C3?x&a=1");
  CHECK(begins(said({{"query", {{"a", {{"b", 1}}}}}}), "data.query must hold"));
  CHECK(begins(said({{"query", "a=b"}}), "data.query must be an object"));
  CHECK(begins(said({{"query", {{"a", std::string(9000, 'x')}}}}), "data.url is longer"));
}

TEST_CASE("http request: headers cannot break out of their line or take over the connection") {
  for (const char* name : {"", "a b", "a:", "a\r\nb", "\xc3\xa4", "a\n", "(a)"})
    CHECK(begins(said({{"headers", {{name, "v"}}}}), "data.headers has a name that is no token"));
  CHECK(begins(said({{"headers", {{std::string("a\0b", 3), "v"}}}}), "data.headers has a name"));
  for (const char* value : {"a\r\nX: y", "a\nb", "a\rb", "\x01", "\x7f"}) {
    const std::string why = said({{"headers", {{"A", value}}}});
    CHECK(why == "data.headers.A holds a line end or another control character");
  }
  CHECK(begins(said({{"headers", {{"A", std::string("a\0b", 3)}}}}), "data.headers.A holds"));
  for (const char* name : {"Host", "content-length", "Transfer-Encoding", "CONNECTION", "Upgrade", "TE", "Expect"})
    CHECK(
        begins(said({{"headers", {{name, "v"}}}}), std::string("data.headers.") + name + " belongs to the connection"));
  CHECK(begins(said({{"headers", {{"a", "1"}, {"A", "2"}}}}), "data.headers."));
  CHECK(begins(said({{"headers", {{"a", json::array()}}}}), "data.headers.a must be"));
  CHECK(begins(said({{"headers", 1}}), "data.headers must be an object"));
  const http_request good = read({{"headers", {{"X-A", " caf\xc3\xa9\t"}, {"X-N", 5}, {"X-0", nullptr}}}});
  CHECK(good.headers.size() == 2);
  CHECK(*find_header(good.headers, "x-a") == "caf\xc3\xa9");
}

TEST_CASE("http request: there is one body at most, with its type") {
  CHECK(read({{"method", "POST"}, {"json", {{"a", 1.5}}}}).body == R"({"a":1.5})");
  CHECK(read({{"method", "POST"}, {"json", nullptr}}).body == "null");
  CHECK(read({{"method", "PUT"}, {"form", {{"a", "b c"}, {"d", {1, 2}}}}}).body == "a=b%20c&d=1&d=2");
  const http_request text = read({{"method", "PATCH"}, {"text", "t"}, {"headers", {{"content-type", "text/x"}}}});
  CHECK(text.headers.size() == 1);
  CHECK(*find_header(text.headers, "Content-Type") == "text/x");
  CHECK(*find_header(read({{"method", "POST"}, {"json", 1}}).headers, "content-type") == "application/json");
  CHECK(begins(said({{"method", "POST"}, {"json", 1}, {"text", "t"}}), "data may have one of json, text and form"));
  CHECK(begins(said({{"json", 1}}), "a GET has no body"));
  CHECK(begins(said({{"method", "HEAD"}, {"text", "t"}}), "a HEAD has no body"));
}

TEST_CASE("http request: numbers have bounds") {
  for (const json& wrong : {json(0), json(-1), json(600'001), json("1"), json(1e300)})
    for (const char* name : {"timeout", "connectTimeout"})
      CHECK(begins(said({{name, wrong}}), std::string("data.") + name));
  CHECK(read({{"timeout", 600'000}}).timeout.count() == 600'000);
  for (const json& wrong : {json(-1), json(11), json(1.5), json("1")})
    CHECK(begins(said({{"followRedirects", wrong}}), "data.followRedirects must be a whole number from 0 to 10"));
  CHECK(begins(said({{"responseBytesMax", 4 * mebi + 1}}), "data.responseBytesMax"));
  CHECK(read({{"responseBytesMax", 4 * mebi}}).response_bytes_max == 4 * mebi);
}

TEST_CASE("http request: what is misspelt is told") {
  CHECK(begins(said({{"header", json::object()}}), "data.header is no field of http; known are method, url"));
  CHECK(begins(said({{"method", "get"}}), "data.method must be one of GET, HEAD"));
  CHECK(begins(said({{"method", "CONNECT"}}), "data.method"));
  CHECK(begins(said({{"response", "xml"}}), "data.response"));
  CHECK_THROWS_AS(read_http_request(json::array(), mebi), std::invalid_argument);
}

TEST_CASE("http request: expected statuses are numbers, classes and ranges") {
  const status_set set = read_expected(json::parse(R"([200, "3xx", "404", "500-503"])"));
  for (const std::size_t in : {200, 300, 399, 404, 500, 503})
    CHECK(set.test(in));
  for (const std::size_t out : {199, 201, 299, 400, 403, 405, 499, 504})
    CHECK_FALSE(set.test(out));
  CHECK(read_expected(json("1xx")).count() == 100);
  CHECK(read_expected(json(201)).count() == 1);
  for (const char* wrong :
       {"[]", "[99]", "[600]", "[\"6xx\"]", "[\"0xx\"]", "[\"204-200\"]", "[\"500-600\"]", "[200.5]", "[true]",
        "[\"\"]", "[\"20x\"]", "[\"200-\"]", "{}", "[[200]]", "null", "[\"+20\"]"})
    CHECK_THROWS_AS(read_expected(json::parse(wrong)), std::invalid_argument);
}

TEST_CASE("http answer: Retry-After is seconds or a date, from now to a day") {
  constexpr std::int64_t now = 1'700'000'000'000; // Tue, 14 Nov 2023 22:13:20 GMT
  const auto ms = [&](const std::string& value, http_headers more = {}) {
    more.push_back({"retry-after", value});
    return retry_after(more, now).count();
  };
  CHECK(retry_after({}, now).count() == 0);
  CHECK(ms("0") == 0);
  CHECK(ms("7") == 7000);
  CHECK(ms("0000005") == 5000);
  CHECK(ms("00000000") == 0);
  CHECK(ms("86401") == 86'400'000);
  CHECK(ms("99999999999999999999") == 86'400'000);
  CHECK(ms("Tue, 14 Nov 2023 22:14:20 GMT") == 60'000);
  CHECK(ms("Tuesday, 14-Nov-23 22:14:20 GMT") == 60'000);
  CHECK(ms("Tue, 14 Nov 2023 22:13:19 GMT") == 0);
  CHECK(ms("Tue, 14 Nov 2033 22:13:19 GMT") == 86'400'000);
  CHECK(ms("Sun, 06 Nov 2147483600 08:49:37 GMT") == 86'400'000);
  CHECK(ms("Sun, 06 Nov 2147483600 08:49:37 GMT", {{"date", "Sun, 06 Nov 2147483600 08:49:37 GMT"}}) == 0);
  CHECK(ms("Tue, 14 Nov 2023 22:14:20 GMT", {{"date", "Sun, 06 Nov 2147483600 08:49:37 GMT"}}) == 0);
  // The server's clock, not this one's, is what its date is by.
  CHECK(ms("Thu, 01 Jan 1970 00:00:09 GMT", {{"date", "Thu, 01 Jan 1970 00:00:04 GMT"}}) == 5000);
  for (const char* wrong : {"", "soon", "-5", "1.5", "5 s"})
    CHECK(ms(wrong) == 0);
}

TEST_CASE("http answer: repeated headers are joined, cookies are not") {
  const http_headers headers{{"a", "1"}, {"a", "2, 3"}, {"set-cookie", "x=1, y"}, {"b", "\xe9"}};
  CHECK(to_json(headers) == json::parse(R"({"a": "1, 2, 3", "set-cookie": ["x=1, y"], "b": "é"})"));
  CHECK_FALSE(read_header_line("no colon"));
  CHECK_FALSE(read_header_line("bad name: x"));
  CHECK(read_header_line("Content-TYPE:\t a \r\n")->name == "content-type");
  CHECK(read_header_line("Content-TYPE:\t a \r\n")->value == "a");
}

TEST_CASE("http answer: base64 is padded") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64(std::string_view("\xff\xfe\x00\x01", 4)) == "//4AAQ==");
}

TEST_CASE("http answer: what may pass by itself") {
  for (const int again : {408, 429, 500, 502, 503, 504, 599})
    CHECK(may_pass(again));
  for (const int never : {0, 200, 301, 400, 401, 404, 409, 410, 422, 600})
    CHECK_FALSE(may_pass(never));
}

} // namespace http_request_test
