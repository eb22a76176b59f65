// http against a real server: what is sent, what comes back, what an error is called and whether it is tried again.
#include "tests/nodes/attempt.hpp"
#include "tests/support/http_server.hpp"

#include <algorithm>
#include <map>

namespace http_test {

using namespace pawl;
using namespace pawl::test;
using nlohmann::json;

namespace {

// One for all tests of this program.
core::node_types open_types(const core::json_limits& limits = {}) {
  nodes::built_in_settings settings;
  settings.http.allow_private = true;
  settings.output = limits;
  return types_with(settings);
}

attempted call(const std::string& path, json more = json::object()) {
  more["url"] = shared_http_server().url(path);
  return attempt(open_types(), "http", more);
}

// The headers that the server got, names in lower case.
std::map<std::string, std::string> got(const attempted& done) {
  std::map<std::string, std::string> headers;
  for (const json& pair : done.output["body"]["headers"])
    headers[pair[0]] = pair[1];
  return headers;
}

// The error's name, with * when it is tried again.
std::string failed(const attempted& done) { return done.error_name + (done.retryable ? "*" : ""); }

std::string host() { return "127.0.0.1:" + shared_http_server().port(); }

} // namespace

TEST_CASE("http: a GET gives status, headers, body and URL", "[server]") {
  const attempted done =
      call("/echo?x=1#f", {{"query", {{"q", "ä b"}}}, {"headers", {{"X-Mine", "yes"}, {"X-Empty", ""}}}});
  INFO(done.error);
  REQUIRE(done.error_name.empty());
  CHECK(done.output["status"] == 200);
  CHECK(done.output["headers"]["content-type"] == "application/json");
  CHECK(done.output["url"] == shared_http_server().url("/echo?x=1&q=%C3%A4%20b"));
  CHECK(done.output["body"]["method"] == "GET");
  CHECK(done.output["body"]["query"] == json::parse(R"([["x", "1"], ["q", "ä b"]])"));
  auto headers = got(done);
  CHECK(headers["x-mine"] == "yes");
  CHECK(headers.count("x-empty") == 1);
  CHECK(headers["host"] == host());
  CHECK(headers["user-agent"].find("pawl/") == 0);
  CHECK(headers.count("idempotency-key") == 0);
  CHECK(headers.count("content-type") == 0);
}

TEST_CASE("http: every method sends its body and, if it changes something, the visit's key", "[server]") {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    const attempted with = call("/echo", {{"method", method}, {"json", {{"n", 1}}}});
    INFO(method << " " << with.error);
    REQUIRE(with.error_name.empty());
    CHECK(with.output["body"]["method"] == method);
    CHECK(with.output["body"]["body"] == "{\"n\":1}");
    auto headers = got(with);
    CHECK(headers["content-type"] == "application/json");
    CHECK(headers["idempotency-key"] == "0123456789abcdef0123456789abcdef");
    CHECK(headers.count("expect") == 0);
    const attempted without = call("/echo", {{"method", method}});
    CHECK(without.output["body"]["body"] == "");
    CHECK(got(without).count("content-type") == 0);
  }
  CHECK(got(call("/echo", {{"method", "POST"}, {"headers", {{"idempotency-key", "own"}}}}))["idempotency-key"] ==
        "own");
  const attempted head = call("/echo", {{"method", "HEAD"}, {"response", "text"}});
  CHECK(head.output["body"] == "");
  CHECK(call("/echo", {{"method", "HEAD"}}).output["body"] == nullptr);
  CHECK(call("/echo", {{"method", "POST"}, {"form", {{"a", "b c"}}}}).output["body"]["body"] == "a=b%20c");
}

TEST_CASE("http: a body is JSON, text or base64 by its type and bytes", "[server]") {
  CHECK(call("/json/good").output["body"] == json::parse(R"({"a": [1, 2.5, "ä"]})"));
  CHECK(call("/json/empty").output["body"] == nullptr);
  CHECK(call("/json/good", {{"response", "text"}}).output["body"].is_string());
  CHECK(call("/large/5").output["body"] == "xxxxx");
  const attempted bytes = call("/bytes");
  CHECK(bytes.output["body"] == "//4AAQ==");
  CHECK(bytes.output["encoding"] == "base64");
  CHECK(call("/large/2", {{"response", "base64"}}).output["body"] == "eHg=");
  for (const char* bad : {"bad", "twice", "deep", "surrogate", "utf8"}) {
    const attempted refused = call(std::string("/json/") + bad);
    INFO(refused.error);
    CHECK(failed(refused) == "HttpResponse");
    CHECK(refused.error.find("SECRET") == std::string::npos);
  }
  CHECK(failed(call("/large/2", {{"response", "json"}})) == "HttpResponse");
  CHECK(failed(call("/bytes", {{"response", "text"}})) == "HttpResponse");
}

TEST_CASE("http: headers come in lower case, cookies as a list", "[server]") {
  const json headers = call("/cookies").output["headers"];
  CHECK(headers["set-cookie"] == json{"a=1, 2", "b=2"});
  CHECK(headers["x-many"] == "1, 2");
  CHECK(headers["x-latin"] == "café");
}

TEST_CASE("http: a status that is not expected fails, for good unless it may pass", "[server]") {
  for (const int status : {400, 401, 404, 409, 422, 301, 304})
    CHECK(failed(call("/status/" + std::to_string(status))) == "HttpStatus");
  for (const int status : {408, 429, 500, 502, 503, 504})
    CHECK(failed(call("/status/" + std::to_string(status))) == "HttpStatus*");
  CHECK(call("/status/404?key=SECRET").error == "GET http://" + host() + ": status 404");
  CHECK(call("/status/404", {{"expect", {200, "4xx"}}}).output["status"] == 404);
  CHECK(failed(call("/status/200", {{"expect", "201-204"}})) == "HttpStatus");
  CHECK(call("/busy/503/a?retry-after=5").after_ms == 5000);
  CHECK(call("/busy/429/b?retry-after=date%2B60").after_ms == 60'000);
  CHECK(call("/busy/500/c?retry-after=5").after_ms == 0);
}

TEST_CASE("http: redirects are followed only when asked, and counted", "[server]") {
  CHECK(failed(call("/redirect/1")) == "HttpStatus");
  CHECK(call("/redirect/1", {{"expect", {302}}}).output["headers"]["location"] == "/echo");
  const attempted two = call("/redirect/2", {{"followRedirects", 2}});
  CHECK(two.output["url"] == shared_http_server().url("/echo"));
  CHECK(failed(call("/redirect/3", {{"followRedirects", 2}})) == "HttpRedirect");
  for (const char* to : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://u:p@127.0.0.1/"})
    CHECK(failed(call("/moved/302", {{"query", {{"to", to}}}, {"followRedirects", 1}})) == "HttpRedirect");
}

TEST_CASE("http: a redirect keeps or drops the body by its status", "[server]") {
  const auto method_after = [](const char* status, const char* method) {
    const attempted done = call(std::string("/moved/") + status + "?to=/echo",
                                {{"method", method}, {"text", "body"}, {"followRedirects", 1}});
    return done.output["body"]["method"].get<std::string>() + " " + done.output["body"]["body"].get<std::string>() +
           (got(done).count("idempotency-key") != 0 ? " key" : "") +
           (got(done).count("content-type") != 0 ? " type" : "");
  };
  CHECK(method_after("301", "POST") == "GET ");
  CHECK(method_after("302", "POST") == "GET ");
  CHECK(method_after("303", "PUT") == "GET ");
  CHECK(method_after("307", "POST") == "POST body key type");
  CHECK(method_after("308", "PUT") == "PUT body key type");
  CHECK(method_after("302", "PUT") == "PUT body key type");
}

TEST_CASE("http: a redirect to another host takes no credentials and no body along", "[server]") {
  http_server other;
  for (const char* status : {"302", "307", "308"}) {
    const json put{
        {"method", "PUT"}, {"text", "body"}, {"followRedirects", 1}, {"query", {{"to", other.url("/echo")}}}};
    const attempted done = call(std::string("/moved/") + status, put);
    CHECK(failed(done) == "HttpRedirect");
    CHECK_THAT(done.error, Catch::EndsWith("the redirect would carry the body to another origin"));
  }
  CHECK(call("/moved/303",
             {{"method", "PUT"}, {"text", "body"}, {"followRedirects", 1}, {"query", {{"to", other.url("/echo")}}}})
            .output["body"]["method"] == "GET"); // the control: without it
  const json headers{
      {"Authorization", "Bearer SECRET"}, {"Cookie", "SECRET"}, {"X-Api-Key", "SECRET"}, {"Accept", "a/b"}};
  const auto after = [&](const std::string& to) {
    const attempted done = call("/moved/307", {{"query", {{"to", to}}}, {"headers", headers}, {"followRedirects", 1}});
    INFO(done.error);
    REQUIRE(done.error_name.empty());
    return got(done);
  };
  auto far = after(other.url("/echo"));
  CHECK(far["accept"] == "a/b");
  for (const char* name : {"authorization", "cookie", "x-api-key"})
    CHECK(far.count(name) == 0);
  auto near = after("/echo"); // the control: the same headers reach the same host
  for (const char* name : {"authorization", "cookie", "x-api-key"})
    CHECK(near.count(name) == 1);
}

TEST_CASE("http: an answer is bounded, also one that packs small", "[server]") {
  const json limit{{"responseBytesMax", 10'000}};
  CHECK(call("/large/10000", limit).output["body"].get<std::string>().size() == 10'000);
  CHECK(failed(call("/large/10001", limit)) == "HttpResponse");
  CHECK(failed(call("/endless", limit)) == "HttpResponse");
  CHECK(call("/gzip/10000", limit).output["body"].get<std::string>().size() == 10'000);
  CHECK(failed(call("/gzip/100000000", limit)) == "HttpResponse"); // 100 MB in 100 kB
  CHECK(failed(call("/headers/5000")) == "HttpResponse");
  CHECK(call("/headers/90").output["headers"].size() > 90);
  // What failed by its status says so, whatever its body is like.
  CHECK(failed(call("/status/500", {{"responseBytesMax", 0}})) == "HttpStatus*");
}

TEST_CASE("http: the header decides, whatever becomes of a body that nobody wants", "[server]") {
  const json brief{{"timeout", 20'000}}; // what waits for the body is an HttpTimeout
  CHECK(failed(call("/raw/late", brief)) == "HttpStatus");
  const attempted busy = call("/raw/encoding", brief);
  CHECK(failed(busy) == "HttpStatus*");
  CHECK(busy.after_ms == 5000);
  CHECK(failed(call("/raw/encoding", {{"expect", 503}})) == "HttpResponse"); // the control
  for (const char* how : {"/raw/twice", "/raw/twice-in-lines"})
    CHECK_THAT(call(how, brief).error, Catch::EndsWith("the answer is compressed more than once"));
  CHECK(failed(call("/raw/twice-unwanted", brief)) == "HttpStatus"); // nobody unpacks it
  CHECK(failed(call("/raw/switch", brief)) == "HttpResponse");
  CHECK(failed(call("/raw/switch", {{"expect", 101}})) == "HttpResponse");
  CHECK(call("/raw/moved", {{"followRedirects", 1}}).output["url"] == shared_http_server().url("/echo"));
  CHECK(failed(call("/raw/moved", brief)) == "HttpStatus");
  CHECK(failed(call("/raw/moved", {{"expect", 302}, {"timeout", 60}})) == "HttpTimeout*"); // its body is wanted
}

TEST_CASE("http: the headers are those of the answer, not of what comes before or after it", "[server]") {
  const attempted early = call("/raw/hints");
  CHECK(early.output["body"] == "ok");
  CHECK_FALSE(early.output["headers"].contains("x-early"));
  const attempted late = call("/raw/trailer");
  CHECK(late.output["body"] == "ok");
  CHECK(late.output["headers"]["x-first"] == "1");
  CHECK_FALSE(late.output["headers"].contains("x-last"));
}

TEST_CASE("http: a header line that is too large for libcurl is no lack of memory", "[server]") {
  const attempted done = call("/raw/line");
  CHECK(failed(done) == "HttpResponse");
  CHECK(done.error == "GET http://" + host() + ": the header of the answer is too large");
}

TEST_CASE("http: what does not answer in time is a timeout, and tried again", "[server]") {
  CHECK(failed(call("/silent", {{"timeout", 60}})) == "HttpTimeout*");
  CHECK(failed(call("/half", {{"timeout", 60}})) == "HttpTimeout*");
}

TEST_CASE("http: the network's faults have names", "[server]") {
  CHECK(failed(call("/reset")) == "HttpNetwork*");
  CHECK(failed(call("/no-http")) == "HttpResponse");
  http_server gone;
  const std::string url = gone.url("/echo");
  gone.kill();
  const attempted refused = attempt(open_types(), "http", {{"url", url + "?key=SECRET"}});
  CHECK(failed(refused) == "HttpNetwork*");
  CHECK(refused.error.find("SECRET") == std::string::npos);
  CHECK(failed(attempt(open_types(), "http", {{"url", "SECRET"}})) == "HttpRequest");
}

TEST_CASE("http: the environment's proxy is not used", "[server]") {
  // Nothing listens there: a request that went through it would fail.
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"})
    ::setenv(name, "http://127.0.0.1:1", 1);
  const attempted done = call("/echo");
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"})
    ::unsetenv(name);
  CHECK(done.output["status"] == 200);
}

} // namespace http_test
