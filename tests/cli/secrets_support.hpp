// Short forms for the tests of pawl secrets.
#pragma once

#include "tests/cli/process.hpp"
#include "tests/support/temp_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace secrets_tests {

using namespace pawl::test;
using nlohmann::json;

inline const std::string canary = "canary-3f9Qx7Lw0TzK";

inline std::string read_whole(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_private(const std::string& file, const std::string& text) {
  std::ofstream(file) << text;
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

inline std::filesystem::perms mode_of(const std::string& file) { return std::filesystem::status(file).permissions(); }

inline std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// A folder with a sealed store and its key file.
struct place {
  temp_folder folder;
  std::string store = folder.file("s.sealed");
  std::string key = folder.file("s.key");

  words line(words command, const words& more = {}) const {
    command.insert(command.begin(), "secrets");
    command.insert(command.end(), {"--secrets", store, "--key-file", key});
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }
  /// Runs `pawl secrets COMMAND --secrets … --key-file … MORE`, which must not show the canary.
  ended run(const words& command, const words& more = {}, const std::string& input = "") const {
    return checked(run_pawl(line(command, more), input));
  }
  ended set(const std::string& name, const words& more = {}, const std::string& value = canary) const {
    return run({"set", name}, more, value);
  }
  json policy_of(const std::string& name) const { return json::parse(run({"policy", name}, {"-o", "json"}).out); }
  json list() const { return json::parse(run({"list"}, {"-o", "json"}).out).at("secrets"); }

  static ended checked(ended done) {
    INFO(done.out << done.err);
    CHECK_FALSE(has(done.out, canary));
    CHECK_FALSE(has(done.err, canary));
    return done;
  }
};

/// One whose store is there.
struct made_place : place {
  made_place() { REQUIRE(run({"init"}).code == 0); }
};

} // namespace secrets_tests
