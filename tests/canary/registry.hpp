// What there is, and what covers it: places that are searched, node types and commands that are run. registry_test.cpp
// holds these lists against what Pawl has, so that a new one without a canary turns the check red.
#pragma once

#include "tests/canary/rig.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace pawl::canary {

/// Where a secret could turn up. Each has a control of its name, which plants one there (controls_test.cpp).
struct place {
  std::string name;
  std::vector<std::string> files; ///< ends of the names of files in the rig's folders
  /// What of pawl::options takes what Pawl tells.
  std::vector<std::string> members;
};
const std::vector<place>& places();
/// Empty: none knows such a file.
std::string place_of_file(const std::string& name);

/// What the commands work on.
struct command_scene {
  rig& in;
  std::vector<std::string> ids;             ///< instances of the child
  std::map<std::string, std::string> shown; ///< id → its snapshot and its history
  std::string mail;                         ///< a public key for envelopes
};
/// How a command is run, by its words: `list`, `secrets audit`.
struct command {
  std::string name;
  bool needs_owner = false; ///< of the store: only when the child has gone
  std::function<void(command_scene&)> run;
};
const std::vector<command>& commands();

/// What Pawl has.
struct inventory {
  std::vector<std::string> node_types;
  std::vector<std::string> commands;
  std::vector<std::string> members; ///< callbacks of options
};
/// What of it nothing here covers.
std::vector<std::string> uncovered(const inventory& have);

} // namespace pawl::canary
