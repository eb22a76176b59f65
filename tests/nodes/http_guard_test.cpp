// Where http may not go: addresses, redirects into the inside, servers that cannot prove who they are. Each refusal has
// its control: the same request under a policy or with a certificate that lets it through.
#include "nodes/task/http_address.hpp"
#include "tests/nodes/attempt.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/http_server.hpp"

#include <fstream>

namespace http_guard_test {

using namespace pawl;
using namespace pawl::test;
using nlohmann::json;

namespace {

attempted get(const http_options& options, const json& data) {
  nodes::built_in_settings settings;
  settings.http = options;
  return attempt(types_with(settings), "http", data);
}

http_options allowing(std::vector<std::string> allow) {
  http_options options;
  options.allow = std::move(allow);
  return options;
}

// How many requests have reached the server.
int reached() {
  return get(allowing({"127.0.0.1"}), {{"url", shared_http_server().url("/requests")}}).output["body"].get<int>();
}

std::string outcome_of(const http_options& options, const json& data) {
  const attempted done = get(options, data);
  return done.error_name.empty() ? done.output["status"].dump() : done.error_name + (done.retryable ? "*" : "");
}

} // namespace

TEST_CASE("http guard: embedded, loopback is refused and nothing reaches the server", "[server]") {
  const int before = reached();
  for (const std::string& host : {std::string("127.0.0.1"), std::string("localhost"), std::string("[::ffff:127.0.0.1]"),
                                  std::string("2130706433"), std::string("0x7f.1"), std::string("127.1")}) {
    const attempted refused = get({}, {{"url", "http://" + host + ":" + shared_http_server().port() + "/echo"}});
    INFO(host << ": " << refused.error);
    CHECK(refused.error_name == "HttpRefused");
    CHECK_FALSE(refused.retryable);
    CHECK(refused.error.find("http.allow") != std::string::npos);
  }
  CHECK(reached() == before + 1);
}

TEST_CASE("http guard: control: what was refused above reaches the server where the policy lets it", "[server]") {
  http_options open;
  open.allow_private = true;
  for (const http_options& lets :
       {allowing({"127.0.0.0/8"}), allowing({"127.0.0.1:" + shared_http_server().port()}), open})
    for (const char* host : {"127.0.0.1", "2130706433", "[::ffff:127.0.0.1]"})
      CHECK(outcome_of(lets, {{"url", std::string("http://") + host + ":" + shared_http_server().port() + "/echo"}}) ==
            "200");
  const json by_name{{"url", "http://localhost:" + shared_http_server().port() + "/echo"}};
  CHECK(outcome_of(allowing({"localhost"}), by_name) == "200");
  CHECK(outcome_of(allowing({"LOCALHOST:" + shared_http_server().port()}), by_name) == "200");
  CHECK(outcome_of(allowing({"localhost:1"}), by_name) == "HttpRefused");
  CHECK(outcome_of(allowing({"other"}), by_name) == "HttpRefused");
}

TEST_CASE("http guard: link-local and metadata addresses are refused whatever is allowed", "[server]") {
  http_options open = allowing({"0.0.0.0/0", "::/0", "169.254.169.254"});
  open.allow_private = true;
  for (const char* host : {"169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "100.100.100.200", "0.0.0.0", "[::]",
                           "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "224.0.0.1",
                           "255.255.255.255", "2852039166"}) {
    INFO(host);
    CHECK(outcome_of(open, {{"url", std::string("http://") + host + "/latest/meta-data"}, {"timeout", 1000}}) ==
          "HttpRefused");
  }
}

TEST_CASE("http guard: a redirect is checked like the first address", "[server]") {
  const auto follow = [](const http_options& options, const std::string& to) {
    return outcome_of(options, {{"url", "http://localhost:" + shared_http_server().port() + "/moved/302"},
                                {"query", {{"to", to}}},
                                {"followRedirects", 3},
                                {"timeout", 1000}});
  };
  http_options open;
  open.allow_private = true;
  CHECK(follow(open, "http://169.254.169.254/latest") == "HttpRefused");
  // The name was allowed, its address is not: a redirect to the bare address is another place.
  CHECK(follow(allowing({"localhost"}), "http://127.0.0.1:" + shared_http_server().port() + "/echo") == "HttpRefused");
  CHECK(follow(open, "http://127.0.0.1:" + shared_http_server().port() + "/echo") == "200");
}

TEST_CASE("http guard: a host may close the internet but for a list", "[server]") {
  http_options closed = allowing({"127.0.0.1"});
  closed.only_allowed = true;
  CHECK(outcome_of(closed, {{"url", shared_http_server().url("/echo")}}) == "200");
  CHECK(outcome_of(closed, {{"url", "http://1.1.1.1/"}, {"timeout", 1000}}) == "HttpRefused");
}

TEST_CASE("http guard: a server without a certificate that is trusted is refused", "[server]") {
  temp_folder folder;
  make_certificate(folder, "127.0.0.1", "IP");
  http_server secure(folder.file("certificate.pem"), folder.file("key.pem"));
  const json by_address{{"url", "https://127.0.0.1:" + secure.port() + "/echo"}};
  http_options options;
  options.allow_private = true;
  CHECK(outcome_of(options, by_address) == "HttpTls");
  options.ca_file = folder.file("certificate.pem");
  CHECK(outcome_of(options, by_address) == "200");                                                    // the control
  CHECK(outcome_of(options, {{"url", "https://localhost:" + secure.port() + "/echo"}}) == "HttpTls"); // another name
  const json down{{"url", "https://127.0.0.1:" + secure.port() + "/moved/302"},
                  {"query", {{"to", shared_http_server().url("/echo")}}},
                  {"followRedirects", 1}};
  const attempted refused = get(options, down);
  CHECK(refused.error_name == "HttpRedirect");
  CHECK(refused.error.find("from https to http") != std::string::npos);
  CHECK(outcome_of(options, {{"url", shared_http_server().url("/moved/302")},
                             {"query", {{"to", by_address["url"]}}},
                             {"followRedirects", 1}}) == "200");
  // A plain server behind https, and the other way round.
  CHECK(outcome_of(options, {{"url", "https://127.0.0.1:" + shared_http_server().port() + "/echo"},
                             {"timeout", 2000}}) == "HttpTls*");
  CHECK(outcome_of(options, {{"url", "http://127.0.0.1:" + secure.port() + "/echo"}, {"timeout", 2000}}).find("Http") ==
        0);
}

TEST_CASE("http guard: options that cannot be used are refused when the types are made", "[server]") {
  temp_folder folder;
  const auto refused = [](const std::string& ca_file, const std::string& ca_path) {
    nodes::built_in_settings settings;
    settings.http.ca_file = ca_file;
    settings.http.ca_path = ca_path;
    auto made = nodes::built_in_types(settings);
    if (!made) CHECK(made.failure().code == errc::invalid_argument);
    return made ? "" : made.failure().message;
  };
  const auto written = [&](const char* name, const std::string& text) {
    std::ofstream(folder.file(name)) << text;
    return folder.file(name);
  };
  for (const std::string& none : {std::string("/no/such/file"), folder.file("")})
    CHECK(refused(none, "") == "http.ca_file is no file that can be read");
  for (const char* text : {"", "no certificate\n", "-----BEGIN PRIVATE KEY-----\n"})
    CHECK(refused(written("no.pem", text), "") == "http.ca_file holds no certificate in PEM");
  const std::string good = written("good.pem", "a comment\n-----BEGIN CERTIFICATE-----\n");
  CHECK(refused(good, "") == "");
  CHECK(refused("", good) == "http.ca_path is no folder that can be read");
  CHECK(refused("", folder.file("")) == "");
}

TEST_CASE("http guard: a broken certificate of the host's own is not called the server's fault", "[server]") {
  temp_folder folder;
  make_certificate(folder, "127.0.0.1", "IP");
  http_server secure(folder.file("certificate.pem"), folder.file("key.pem"));
  http_options options;
  options.allow_private = true;
  options.ca_file = folder.file("broken.pem");
  std::ofstream(options.ca_file) << "-----BEGIN CERTIFICATE-----\nbroken\n";
  const attempted done = get(options, {{"url", "https://127.0.0.1:" + secure.port() + "/echo"}});
  CHECK(done.error_name == "HttpTls");
  CHECK(done.error.find("http.ca_file") != std::string::npos);
  CHECK(done.error.find("the server") == std::string::npos);
}

} // namespace http_guard_test
