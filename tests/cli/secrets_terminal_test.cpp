// Secrets typed on a terminal: not echoed, and the terminal is as before on every way out.
#include "tests/cli/secrets_support.hpp"
#include "tests/cli/terminal.hpp"

#include <csignal>

namespace secrets_terminal_test {

using namespace secrets_tests;

namespace {

words command_of(words line) {
  line.insert(line.begin(), pawl_file());
  return line;
}

} // namespace

TEST_CASE("secrets: a typed value is not echoed, asked for twice, and the terminal is restored", "[secrets]") {
  const made_place here;
  on_terminal at(command_of(here.line({"set", "mail"})));
  REQUIRE(at.shows("value of mail: "));
  CHECK_FALSE(at.echoes());
  at.type(canary + "\n");
  REQUIRE(at.shows("the same again: "));
  CHECK_FALSE(at.echoes());
  at.type(canary + "\n");
  CHECK(at.wait() == 0);
  CHECK(at.echoes());
  INFO(at.screen());
  CHECK(has(at.screen(), "'mail' is version 1"));
  CHECK_FALSE(has(at.screen(), canary));
  CHECK(here.policy_of("mail")["size"] == canary.size());
}

TEST_CASE("secrets: an echo would be seen (control)", "[secrets]") {
  on_terminal at({"cat"});
  CHECK(at.echoes());
  at.type(canary + "\n");
  CHECK(at.shows(canary));
}

TEST_CASE("secrets: two values that differ change nothing", "[secrets]") {
  const made_place here;
  on_terminal at(command_of(here.line({"set", "mail"})));
  REQUIRE(at.shows("value of mail: "));
  at.type(canary + "\n");
  REQUIRE(at.shows("the same again: "));
  at.type(canary + "!\n");
  CHECK(at.wait() == 2);
  CHECK(at.echoes());
  CHECK(has(at.screen(), "the two differ"));
  CHECK_FALSE(has(at.screen(), canary));
  CHECK(here.list().empty());
}

TEST_CASE("secrets: a passphrase is asked for on the terminal, twice for a new store", "[secrets]") {
  const place here;
  const auto line = [&](words command) {
    command.insert(command.begin(), {"secrets"});
    command.insert(command.end(), {"--secrets", here.store, "--passphrase"});
    return command_of(command);
  };
  on_terminal init(line({"init"}));
  REQUIRE(init.shows("passphrase of " + here.store + ": "));
  init.type(canary + "\n");
  REQUIRE(init.shows("the same again: "));
  init.type(canary + "\n");
  REQUIRE(init.wait() == 0);

  // stdin is the value's, and the terminal is asked for the passphrase all the same.
  on_terminal set(
      {"sh", "-c", "printf 12345678 | \"$0\" secrets set mail --secrets \"$1\" --passphrase", pawl_file(), here.store});
  REQUIRE(set.shows("passphrase of "));
  set.type(canary + "\n");
  CHECK(set.wait() == 0);

  on_terminal list(line({"list"}));
  REQUIRE(list.shows("passphrase of "));
  list.type(canary + "\n");
  CHECK(list.wait() == 0);
  CHECK(has(list.screen(), "mail"));

  on_terminal wrong(line({"list"}));
  REQUIRE(wrong.shows("passphrase of "));
  wrong.type("another passphrase\n");
  CHECK(wrong.wait() == 1);
  CHECK(has(wrong.screen(), "give the right key"));

  on_terminal rotate(line({"rotate", "--new-passphrase"}));
  REQUIRE(rotate.shows("passphrase of "));
  rotate.type(canary + "\n");
  REQUIRE(rotate.shows("new passphrase: "));
  rotate.type(canary + "2\n");
  REQUIRE(rotate.shows("the same again: "));
  rotate.type(canary + "2\n");
  CHECK(rotate.wait() == 0);
  for (const on_terminal* shown : {&init, &set, &list, &wrong, &rotate}) {
    CHECK_FALSE(has(shown->screen(), canary));
    CHECK(shown->echoes());
  }
}

TEST_CASE("secrets: a signal while somebody types ends the command and restores the terminal", "[secrets]") {
  const made_place here;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    on_terminal at(command_of(here.line({"set", "mail"})));
    REQUIRE(at.shows("value of mail: "));
    at.type("half a va");
    at.send(signal);
    INFO(signal);
    CHECK(at.wait() == 128 + signal);
    CHECK(at.echoes());
    CHECK_FALSE(has(at.screen(), "half"));
  }
  on_terminal interrupted(command_of(here.line({"set", "mail"})));
  REQUIRE(interrupted.shows("value of mail: "));
  interrupted.type("half a va\x03");
  CHECK(interrupted.wait() == 130);
  CHECK(interrupted.echoes());
  CHECK(here.list().empty());
}

TEST_CASE("secrets: nothing typed, or more than a line of a terminal holds, changes nothing", "[secrets]") {
  const made_place here;
  for (const char* keys : {"\x04", "\n"}) {
    on_terminal at(command_of(here.line({"set", "mail"})));
    REQUIRE(at.shows("value of mail: "));
    at.type(keys);
    CHECK(at.wait() == 2);
    CHECK(at.echoes());
    CHECK(has(at.screen(), "nothing was typed"));
  }
  on_terminal at(command_of(here.line({"set", "mail"})));
  REQUIRE(at.shows("value of mail: "));
  at.type(std::string(5000, 'x') + "\n");
  CHECK(at.wait() == 2);
  CHECK(has(at.screen(), "lines of at most 4094 bytes"));
  CHECK(here.list().empty());
}

TEST_CASE("secrets: without a terminal nobody is asked", "[secrets]") {
  const place here;
  const ended refused = run_to_end(
      {"setsid", "-w", pawl_file(), "secrets", "init", "--secrets", here.store, "--passphrase"}, canary + "\n");
  INFO(refused.err);
  CHECK(refused.code == 2);
  CHECK(has(refused.err, "there is no terminal"));
  CHECK_FALSE(std::filesystem::exists(here.store));
}

} // namespace secrets_terminal_test
