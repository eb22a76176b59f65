// A secret on its way to a server: how it is sent, and where it never goes.
#include "nodes/task/http_answer.hpp"
#include "nodes/task/http_auth.hpp"
#include "nodes/task/http_failure.hpp"
#include "nodes/task/http_transfer.hpp"
#include "tests/support/given.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/scripted_secrets.hpp"

#include <pawl/runtime.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace http_auth_test {

using namespace pawl;
using namespace pawl::test;
using nlohmann::json;

namespace {

using pawl::test::patience;
constexpr char canary[] = "canary-8d2f61c07ab94e53";

/// A runtime whose secret `test:token` has this value and may go to these hosts.
class caller {
public:
  caller(const std::string& value, std::vector<std::string> hosts) {
    secret_policy policy;
    policy.hosts = std::move(hosts);
    options opts;
    opts.http.allow_private = true;
    opts.secrets.providers = {std::make_shared<scripted_provider>(
        std::map<std::string, scripted_provider::entry>{{"token", {policy, value}}})};
    runtime_.emplace(given(runtime::open(std::move(opts))));
  }

  snapshot call(const json& data, const std::string& credential = "test:token") {
    json node{{"id", "n"}, {"type", "http"}, {"data", data}};
    if (!credential.empty()) node["credentials"] = {{"auth", credential}};
    const json definition{{"id", "w"}, {"input", true}, {"nodes", {node}}, {"edges", json::array()}};
    given(runtime_->load_definition(definition.dump()));
    const auto id = given(runtime_->start("w", nullptr));
    return given(runtime_->wait(id, wait_until::ended, patience));
  }
  std::vector<secret_audit_entry> audit() { return runtime_->secret_audit().value(); }

private:
  std::optional<runtime> runtime_;
};

std::vector<std::string> here(const http_server& server) { return {server.url("")}; }

/// What the server got of a header; "(none)" without it.
std::string sent(const snapshot& ended, const std::string& name) {
  if (ended.status() != instance_status::completed) FAIL(ended.failed_reason());
  for (const json& header : ended.document()["context"]["n"][0]["output"]["body"]["backwards"]) {
    const std::string value = header[1].get<std::string>();
    if (header[0] == name) return {value.rbegin(), value.rend()};
  }
  return "(none)";
}

std::string line_of(const std::string& scheme, const std::string& value) {
  const auto line = nodes::auth_line(scheme, secret(value));
  if (!line) return "";
  CHECK(line->view().back() == '\0');
  return std::string(line->view().substr(0, line->size() - 1));
}

} // namespace

TEST_CASE("http auth: the line that is sent") {
  CHECK(line_of("bearer", "token-1234") == "Authorization: Bearer token-1234");
  CHECK(line_of("basic", "user:pass") == "Authorization: Basic dXNlcjpwYXNz");
  CHECK(line_of("X-Api-Key", "token-1234") == "X-Api-Key: token-1234");
  for (const char* bad : {"", "a\nb", "a\r\nX-Other: 1", "a\x7f", "\x01"})
    CHECK(line_of("bearer", bad).empty());
  CHECK(line_of("bearer", std::string("a\0b", 3)).empty());
  CHECK(line_of("basic", "no-colon").empty());
}

TEST_CASE("http auth: the header that a scheme means") {
  CHECK(nodes::auth_header("bearer").value() == "Authorization");
  CHECK(nodes::auth_header("basic").value() == "Authorization");
  CHECK(nodes::auth_header("X-Api-Key").value() == "X-Api-Key");
  CHECK(nodes::auth_header("CF-Access-Client-Secret"));
  for (const char* bad : {"", "Host", "content-length", "a b", "a:b", "a\nb", "User-Agent", "referer",
                          "X-Forwarded-For", "x-b3-traceid", "X-Request-ID"})
    CHECK_FALSE(nodes::auth_header(bad));
}

TEST_CASE("http auth: an answer that marks would make too large is no good answer") {
  const std::string method = "GET";
  const nodes::http_url url = nodes::http_url::read("http://127.0.0.1/").value();
  const nodes::http_headers none;
  nodes::http_hop hop{method, url, none, nullptr, {}, {}, 9, {}, {}};
  hop.masked = [](std::string_view, bool) -> std::string { throw std::length_error("it has more than 9 bytes"); };
  try {
    (void)nodes::kept_of("text", hop);
    FAIL("it was kept");
  } catch (const nodes::http_failure& e) {
    CHECK(e.name() == "HttpResponse");
    CHECK_FALSE(e.is_retryable());
  }
}

TEST_CASE("http auth: a secret goes to the host that its policy allows", "[server]") {
  http_server server;
  caller calls(canary, here(server));
  CHECK(sent(calls.call({{"url", server.url("/echo")}}), "authorization") == std::string("Bearer ") + canary);
  CHECK(sent(calls.call({{"url", server.url("/echo")}, {"auth", "X-Api-Key"}}), "x-api-key") == canary);
  CHECK(sent(calls.call({{"url", server.url("/echo")}}, ""), "authorization") == "(none)");
  const auto lines = calls.audit();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].destination == "http://127.0.0.1:" + server.port());
}

TEST_CASE("http auth: a secret that may go nowhere, or elsewhere, is sent nowhere", "[server]") {
  http_server server;
  for (const std::vector<std::string>& hosts :
       {std::vector<std::string>{}, {"example.org"}, {"127.0.0.1:1"}, {"https://127.0.0.1"}}) {
    caller calls(canary, hosts);
    const snapshot ended = calls.call({{"url", server.url("/echo")}});
    CHECK_THAT(ended.failed_reason(), Catch::StartsWith("SecretRefused: "));
    CHECK(ended.document().dump().find(canary) == std::string::npos);
  }
  caller asks("x", here(server));
  const snapshot counted = asks.call({{"url", server.url("/requests")}}, "");
  CHECK(counted.document()["context"]["n"][0]["output"]["body"] == 1); // this one alone
}

TEST_CASE("http auth: a redirect to the same origin takes the secret along, to another one not", "[server]") {
  http_server server;
  http_server other;
  caller calls(canary, here(server));
  const auto redirected = [&](const std::string& to) {
    return calls.call({{"url", server.url("/moved/302")}, {"query", {{"to", to}}}, {"followRedirects", 3}});
  };
  CHECK(sent(redirected(server.url("/echo")), "authorization") == std::string("Bearer ") + canary);
  CHECK(sent(redirected(other.url("/echo")), "authorization") == "(none)");
}

TEST_CASE("http auth: data that does not go with the credential is refused", "[server]") {
  http_server server;
  caller calls(canary, here(server));
  const std::string url = server.url("/echo");
  CHECK_THAT(calls.call({{"url", url}, {"auth", "bearer"}}, "").failed_reason(),
             Catch::StartsWith("HttpRequest: ") && Catch::Contains("credentials.auth names none"));
  CHECK_THAT(calls.call({{"url", url}, {"headers", {{"authorization", "x"}}}}).failed_reason(),
             Catch::StartsWith("HttpRequest: ") && Catch::Contains("set by credentials.auth as well"));
  CHECK_THAT(calls.call({{"url", url}, {"auth", "Host"}}).failed_reason(), Catch::StartsWith("HttpRequest: "));
  caller broken("two\nlines", here(server));
  const std::string why = broken.call({{"url", url}}).failed_reason();
  CHECK_THAT(why, Catch::StartsWith("HttpRequest: ") && Catch::Contains("holds a line end"));
  CHECK(why.find("two") == std::string::npos);
}

TEST_CASE("http auth: a secret that the server sends back is masked before it is parsed", "[server]") {
  http_server server;
  caller calls(canary, here(server));
  const auto back = [&](const std::string& how) {
    const snapshot ended =
        calls.call({{"url", server.url("/back/" + how)}, {"response", how == "bytes" ? "base64" : "auto"}});
    INFO(how << " " << ended.document());
    CHECK(ended.document().dump().find(canary) == std::string::npos);
    REQUIRE(ended.status() == instance_status::completed);
    return ended.document()["context"]["n"][0]["output"];
  };
  const std::string mark = "[secret test:token]";
  CHECK(back("json")["body"] == json({{"text", "it is " + mark}, {mark, {mark, 1}}, {"twice", "\"" + mark + "\""}}));
  CHECK(back("text")["body"] == mark);
  CHECK(back("gzip")["body"] == mark);
  CHECK(back("bytes")["body"] == nodes::base64("\xff\xfe" + mark));
  const json headers = back("header")["headers"];
  CHECK(headers["x-back"] == mark);
  CHECK(headers["set-cookie"] == json({"s=" + mark}));
}

TEST_CASE("http auth: a secret that comes back in an error or in a redirect goes nowhere", "[server]") {
  http_server server;
  http_server other;
  caller calls(canary, here(server));
  const auto reason = [&](const std::string& path, const json& query = json::object()) {
    const snapshot ended = calls.call({{"url", server.url(path)}, {"query", query}, {"followRedirects", 3}});
    CHECK(ended.document().dump().find(canary) == std::string::npos);
    return ended.failed_reason();
  };
  CHECK_THAT(reason("/back/error"), Catch::StartsWith("HttpStatus: "));
  CHECK_THAT(reason("/back/bad-json"), Catch::StartsWith("HttpResponse: "));
  for (const std::string& to : {server.url("/echo"), other.url("/echo")})
    CHECK_THAT(reason("/back/redirect", {{"to", to}}),
               Catch::StartsWith("HttpRedirect: ") && Catch::EndsWith("the redirect holds the secret"));
  const snapshot counted = calls.call({{"url", other.url("/requests")}}, "");
  CHECK(counted.document()["context"]["n"][0]["output"]["body"] == 1); // this one alone
}

} // namespace http_auth_test
