// Nothing new without a canary: node types, commands and what takes Pawl's output are held against registry.cpp.
#include "nodes/catalog.hpp"
#include "tests/canary/registry.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <regex>
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

// Members of pawl::options that are called.
std::vector<std::string> callbacks() {
  std::ifstream header(PAWL_SOURCES "/runtime/include/pawl/options.hpp");
  const std::regex member(R"(^  (?:std::function<.*>|node_logger) (\w+);.*)");
  std::vector<std::string> names;
  for (std::string line; std::getline(header, line);)
    if (std::smatch found; std::regex_match(line, found, member)) names.push_back(found[1]);
  return names;
}

inventory everything() {
  inventory have;
  for (const auto& [key, type] : pawl::nodes::built_in_types())
    have.node_types.push_back(key.first);
  for (const char* type : {echo_type, echo_later_type, echo_strict_type, polite_type})
    have.node_types.push_back(type);
  have.commands = all_commands();
  have.members = callbacks();
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
