// The options by which run and resume take secrets, and what they come to.
#include "tests/cli/secrets_support.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/secrets_arguments.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>

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
  CHECK_THROWS_AS(options_of({}), tool::command_failure);
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
