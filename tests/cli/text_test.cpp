// What the command writes of somebody else's data: nothing that steers a terminal, and words that a shell reads back.
#include "tests/cli/process.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/views.hpp"

#include <catch2/catch.hpp>

namespace text_test {

using namespace pawl;
using namespace pawl::test;

namespace {

const char* const hostile[] = {
    "",
    "plain",
    "two words",
    "it's",
    "-o",
    "--store=evil.db",
    "ask\x1b]0;PWNED\x07\x1b[31m",
    "ask' --visit 1\r\x1b[Kstatus completed",
    "a\nb\\n'c",
    "go\xc2\x9bm41",
    "pay \xe2\x80\xae$ 001",
    "zero\xe2\x80\x8bwidth",
    "broken\xff\xc2",
    "$(reboot) `reboot` \"x\" \x7f",
};

} // namespace

TEST_CASE("text: a word for a shell shows nothing that is hidden and reads back as what it was", "[basic]") {
  for (const std::string text : hostile) {
    const std::string word = tool::shell_word(text);
    INFO(word);
    CHECK(printable(word) == word);
    CHECK(run_to_end({"/bin/bash", "-c", "printf %s " + word}).out == text);
  }
}

TEST_CASE("text: the command that answers a wait takes no id for an option", "[basic]") {
  wait_info wait;
  wait.kind = wait_kind::payload;
  wait.node = "--payload";
  wait.visit = 2;
  CHECK(tool::answer_text("--store=evil.db", wait, " --store x") ==
        "pawl resume --store x --node=--payload --visit 2 --payload JSON -- --store=evil.db");
  wait.kind = wait_kind::signal;
  wait.signals = {"go\xc2\x9b"};
  CHECK(tool::answer_text("a-1", wait, "") == R"(pawl signal a-1 $'go\xc2\x9b' --payload JSON)");
}

TEST_CASE("text: lines stay lines and everything else in them is made visible", "[basic]") {
  CHECK(tool::printable_lines("a\x1b\n\nb\r\n") == "a\\x1b\n\nb\\x0d\n");
  CHECK(tool::printable_lines("").empty());
}

} // namespace text_test
