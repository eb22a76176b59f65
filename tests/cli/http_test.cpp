// http and log as `pawl run` offers them: loopback is open, --http-allow closes it, log lines go to stderr.
#include "tests/cli/process.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/temp_folder.hpp"

#include <catch2/catch.hpp>

#include <fstream>

namespace http_test {

using namespace pawl::test;
using nlohmann::json;

namespace {

ended run_http(const http_server& server, const std::string& path, const words& more = {}) {
  const temp_folder folder;
  words line{
      "run", example("http.json"), "--store", folder.file("s.db"), "--input", json{{"url", server.url(path)}}.dump()};
  line.insert(line.end(), more.begin(), more.end());
  return run_pawl(line);
}

} // namespace

TEST_CASE("command: run fetches from this machine, branches and logs", "[http]") {
  const http_server server;
  const ended found = run_http(server, "/json/good", {"--id", "h-1", "-o", "json"});
  INFO(found.out << found.err);
  REQUIRE(found.code == 0);
  const json snapshot = json::parse(found.out).at("snapshot"); // the log line is not in it
  CHECK(snapshot["context"]["get"][0]["output"]["body"]["a"][1] == 2.5);
  CHECK(has(found.err,
            " info  h-1 found: " + server.url("/json/good") + " is there {\"type\":\"application/problem+json"));
  const ended missing = run_http(server, "/status/404");
  CHECK(missing.code == 0);
  CHECK(has(missing.err, " warn "));
  CHECK(has(missing.err, " missing: "));
  CHECK_FALSE(has(missing.err, "SECRET"));
}

TEST_CASE("command: --http-allow leaves only what it lists", "[http]") {
  const http_server server;
  const ended refused = run_http(server, "/echo", {"--http-allow", "10.0.0.0/8", "--http-allow", "printer.lan"});
  INFO(refused.out << refused.err);
  CHECK(refused.code == 1);
  CHECK(has(refused.out, "HttpRefused"));
  CHECK(has(refused.out, "--http-allow"));
  CHECK(run_http(server, "/echo", {"--http-allow", "127.0.0.1"}).code == 0); // the control
  for (const words& wrong : {words{"--http-allow", "10.0.0.1/8"}, words{"--ca-file", "/no/such/file"}}) {
    const ended said = run_http(server, "/echo", wrong);
    INFO(said.err);
    CHECK(said.code == 2);
    CHECK(said.err.rfind("pawl: ", 0) == 0);
  }
}

TEST_CASE("command: a log line is one line without control characters", "[http]") {
  const temp_folder folder;
  std::ofstream(folder.file("log.json"))
      << R"({"nodes": [{"id": "l", "type": "log", "data": {"message": "a\nb\u001b[2J", "level": "error"}}], "edges": []})";
  const ended done =
      run_pawl({"run", folder.file("log.json"), "--store", folder.file("s.db"), "--id", "x", "-o", "jsonl"});
  CHECK(done.code == 0);
  CHECK(has(done.err, " error x l: a\\x0ab\\x1b[2J\n"));
  CHECK(json_lines(done.out).back()["status"] == "completed");
}

} // namespace http_test
