// Nothing new without a canary: node types, commands and what takes Pawl's output are held against registry.cpp.
#include "nodes/catalog.hpp"
#include "tests/canary/declarations.hpp"
#include "tests/canary/registry.hpp"

#include <catch2/catch.hpp>

#include <sstream>

using namespace pawl::canary;

namespace {

// The names below "Subcommands:" in what --help prints.
std::vector<std::string> below(const words& command) {
  words line = command;
  line.push_back("--help");
  std::istringstream help(pawl::test::run_pawl(line).out);
  std::vector<std::string> names;
  bool is_there = false;
  for (std::string text; std::getline(help, text);) {
    if (text == "Subcommands:") {
      is_there = true;
    } else if (is_there && text.empty()) {
      break;
    } else if (is_there && text.rfind("  ", 0) == 0 && text[2] != ' ') {
      names.push_back(text.substr(2, text.find(' ', 2) - 2));
    }
  }
  return names;
}

// Those that do something: `secrets audit`, not `secrets`.
std::vector<std::string> all_commands(const words& above = {}) {
  std::vector<std::string> all;
  for (const std::string& name : below(above)) {
    words line = above;
    line.push_back(name);
    const auto inner = all_commands(line);
    all.insert(all.end(), inner.begin(), inner.end());
    if (!inner.empty()) continue;
    std::string joined;
    for (const std::string& word : line)
      joined += (joined.empty() ? "" : " ") + word;
    all.push_back(joined);
  }
  return all;
}

inventory everything() {
  inventory have;
  for (const auto& [key, type] : pawl::nodes::built_in_types())
    have.node_types.push_back(key.first);
  for (const char* type : {echo_type, echo_later_type, echo_strict_type, polite_type})
    have.node_types.push_back(type);
  have.commands = all_commands();
  have.members = callbacks_of("options", code_below({"runtime/include", "nodes/include"}));
  return have;
}

} // namespace

TEST_CASE("canary registry: every node type, command and listener is covered", "[registry]") {
  const inventory have = everything();
  CHECK(have.node_types.size() >= 14);
  CHECK(have.commands.size() >= 26);
  CHECK(have.members.size() == 3);
  CHECK(uncovered(have) == std::vector<std::string>{});
}

TEST_CASE("canary registry control: a new node type, command and listener is not covered", "[registry]") {
  inventory have = everything();
  have.node_types.push_back("mail");
  have.commands.push_back("secrets show");
  have.members.push_back("on_page");
  CHECK(uncovered(have) ==
        std::vector<std::string>{"node type mail", "command secrets show", "member of options on_page"});
}

TEST_CASE("canary registry: callbacks of a struct are found wherever and however it stands", "[registry]") {
  const std::string code = R"(
namespace pawl { struct options; // declared
  using teller = std::function<void(int)>;
  using listener = teller;
class PAWL_API options final : public base<int> {
public:
    /* std::function<void()> on_nothing; */
    [[deprecated("(")]] std::function<void(const event&)>
        on_event;
    listener on_page{}; int digits = 1'000; void call(teller to) { to(1); }
    std::vector<teller> on_all = {};
    static listener none();
}; struct other { teller on_other; }; })";
  CHECK(callbacks_of("options", code) == std::vector<std::string>{"on_event", "on_page", "on_all"});
}

TEST_CASE("canary registry control: a struct that is not there once is reported", "[registry]") {
  CHECK_THROWS_WITH(callbacks_of("options", "struct settings { std::function<void()> on_log; };"),
                    "struct options is defined 0 times");
  CHECK_THROWS_WITH(callbacks_of("options", "struct options;"), "struct options is defined 0 times");
  CHECK_THROWS_WITH(callbacks_of("options", "struct options {}; namespace b { struct options {}; }"),
                    "struct options is defined 2 times");
}
