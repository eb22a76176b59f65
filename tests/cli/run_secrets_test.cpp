// The options by which run and resume take secrets, and what they come to.
#include "tests/cli/secrets_support.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/secrets_arguments.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>

namespace run_secrets_test {

using namespace secrets_tests;
using namespace pawl;

namespace {

struct environment {
  explicit environment(const char* value) { ::setenv("PAWL_SECRETS", value, 1); }
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;
  ~environment() { ::unsetenv("PAWL_SECRETS"); }
};

secrets_options options_of(words line) {
  CLI::App app;
  tool::run_secrets_arguments given;
  tool::add_run_secrets(app, given);
  std::reverse(line.begin(), line.end()); // as CLI11 takes a vector
  app.parse(line);
  return given.options();
}

} // namespace

TEST_CASE("secrets of run: none but those that the command line names", "[secrets]") {
  const secrets_options none = options_of({});
  CHECK(none.sealed_path.empty());
  CHECK(none.environment.empty());
  const secrets_options some = options_of({"--secrets", "s", "--key-file", "k", "--accept-rollback"});
  CHECK(some.sealed_path == "s");
  CHECK(some.key.key_file == "k");
  CHECK(some.accept_rollback);
}

TEST_CASE("secrets of run: $PAWL_SECRETS names a store, whose key must be named as well", "[secrets]") {
  const environment set("from-environment");
  CHECK(options_of({"--credential", "c"}).sealed_path == "from-environment");
  CHECK(options_of({"--credential", "c"}).key.credential == "c");
  CHECK(options_of({}).sealed_path.empty());
}

TEST_CASE("secrets of run: the key of no store is refused", "[secrets]") {
  CHECK_THROWS_AS(options_of({"--key-file", "k"}), tool::command_failure);
  CHECK_THROWS_AS(options_of({"--accept-rollback"}), tool::command_failure);
  CHECK_THROWS_AS(options_of({"--secrets", "s"}), tool::command_failure);
}

TEST_CASE("secrets of run: variables with the hosts that they may go to", "[secrets]") {
  const auto found =
      options_of({"--allow-env", "A", "--allow-env", "B=api.example.org", "--allow-env", "B=https://b.example.org:444"})
          .environment;
  REQUIRE(found.size() == 2);
  CHECK(found[0].name == "A");
  CHECK(found[0].policy == secret_policy{});
  CHECK(found[1].name == "B");
  CHECK(found[1].policy.hosts == std::vector<std::string>{"api.example.org", "https://b.example.org:444"});
  CHECK_THROWS_AS(options_of({"--allow-env", "=x"}), tool::command_failure);
  CHECK_THROWS_AS(options_of({"--allow-env", "B=*"}), tool::command_failure);
}

namespace {

/// `pawl run` of an http node that asks for the secret `token`; it never gets so far as to call anybody.
struct running_place : made_place {
  std::string state = folder.file("p.db");
  std::string definition = folder.file("w.json");

  running_place() {
    std::ofstream(definition) << R"({"id": "w", "input": true, "edges": [], "nodes": [{"id": "n", "type": "http",
      "credentials": {"auth": "token"}, "data": {"url": "https://other.example.org/"}}]})";
    REQUIRE(set("token", {"--allow-host", "api.example.org", "--allow-label", "device=A-*"}).code == 0);
  }
  ended pawl(words command, const words& more = {}) const {
    command.insert(command.end(), {"--store", state});
    command.insert(command.end(), more.begin(), more.end());
    return checked(run_pawl(command));
  }
  ended run_it(const words& more) const {
    words all{"--secrets", store, "--key-file", key};
    all.insert(all.end(), more.begin(), more.end());
    return pawl({"run", definition}, all);
  }
};

} // namespace

TEST_CASE("secrets of run: what a policy refuses is said, and the audit lists it", "[secrets]") {
  const running_place here;
  const ended unlabelled = here.run_it({"--id", "a"});
  CHECK(unlabelled.code == 1);
  CHECK(has(unlabelled.out + unlabelled.err, "SecretRefused"));
  const ended labelled = here.run_it({"--id", "b", "--label", "device=A-17"});
  CHECK(labelled.code == 1);
  CHECK(has(labelled.out + labelled.err, "SecretRefused"));
  CHECK_FALSE(has(labelled.out + labelled.err, "does not allow the host")); // that is for the audit alone
  CHECK(has(here.pawl({"show", "b"}, {"-o", "json"}).out, "\"device\": \"A-17\""));
  const json lines = json::parse(here.pawl({"secrets", "audit"}, {"-o", "json"}).out).at("audit");
  REQUIRE(lines.size() == 2);
  CHECK(lines[1]["instanceId"] == "b");
  CHECK(lines[1]["secret"] == "sealed:token");
  CHECK(lines[1]["destination"] == "https://other.example.org");
  CHECK(lines[1]["allowed"] == false);
  const ended wide = here.pawl({"secrets", "audit"}, {"--refused"});
  CHECK(has(wide.out, "sealed:token"));
  CHECK(has(lines[1]["reason"].get<std::string>(), "does not allow the host"));
}

TEST_CASE("secrets of run: without a source, with a wrong key and with bad labels nothing is started", "[secrets]") {
  const running_place here;
  const ended none = here.pawl({"run", here.definition});
  CHECK(none.code == 1);
  CHECK(has(none.err, "--secrets FILE"));
  const made_place other;
  const ended wrong = here.pawl({"run", here.definition}, {"--secrets", here.store, "--key-file", other.key});
  CHECK(wrong.code == 1);
  CHECK(has(wrong.err, "key"));
  for (const char* label : {"device", "=A", ""})
    CHECK(here.run_it({"--label", label}).code == 2);
  CHECK(here.run_it({"--label", "device=A", "--label", "device=B"}).code == 2);
  CHECK_FALSE(has(here.pawl({"list"}).out, "w  "));
}

TEST_CASE("secrets of run: an older store is refused until it is accepted", "[secrets]") {
  const running_place here;
  std::filesystem::copy_file(here.store, here.folder.file("older"));
  REQUIRE(here.set("token").code == 0);
  CHECK(has(here.run_it({"--id", "a"}).err + here.run_it({"--id", "a"}).out, "SecretRefused"));
  std::filesystem::copy_file(here.folder.file("older"), here.store, std::filesystem::copy_options::overwrite_existing);
  const ended refused = here.run_it({"--id", "b"});
  CHECK(refused.code == 1);
  CHECK(has(refused.err, "--accept-rollback"));
  const ended accepted = here.run_it({"--id", "b", "--accept-rollback"});
  CHECK(has(accepted.out + accepted.err, "SecretRefused"));
  CHECK(has(here.run_it({"--id", "c"}).out, "SecretRefused"));
  CHECK(has(here.pawl({"secrets", "audit"}).out, "an older sealed store was accepted"));
}

} // namespace run_secrets_test
