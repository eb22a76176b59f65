// The lists of places, node types and what covers them; commands are in commands.cpp.
#include "tests/canary/registry.hpp"

#include <algorithm>
#include <set>

namespace pawl::canary {

const std::vector<place>& places() {
  static const std::vector<place> all{
      {"database", {"state.db"}, {}},
      {"wal", {"state.db-wal"}, {}},
      {"shm", {"state.db-shm"}, {}},
      {"lock", {"state.db.lock", "secrets.lock"}, {}},
      {"reserve", {"state.db.reserve"}, {}},
      {"sealed", {"secrets", "key"}, {}},
      {"backup", {}, {}},
      {"log", {"log"}, {"on_log"}},
      {"node-log", {"node-log"}, {"on_node_log"}},
      {"events", {"events"}, {"on_event"}},
      {"stdout", {}, {}},
      {"stderr", {"stderr"}, {}},
      {"commands", {}, {}},
      {"elsewhere", {}, {}},
      {"memory", {}, {}},
      {"messages", {}, {}},
  };
  return all;
}

std::string place_of_file(const std::string& name) {
  for (const place& p : places())
    if (std::find(p.files.begin(), p.files.end(), name) != p.files.end()) return p.name;
  return "";
}

std::vector<std::string> uncovered(const inventory& have) {
  std::set<std::string> types, names, members;
  for (const scenario& s : all_scenarios({"http://127.0.0.1:1", "http://127.0.0.1:2"}))
    for (const std::string& type : s.types())
      types.insert(type);
  for (const command& c : commands())
    names.insert(c.name);
  for (const place& p : places())
    members.insert(p.members.begin(), p.members.end());
  std::vector<std::string> missing;
  const auto look = [&](const char* kind, const std::vector<std::string>& all, const std::set<std::string>& known) {
    for (const std::string& one : all)
      if (known.count(one) == 0) missing.push_back(std::string(kind) + " " + one);
  };
  look("node type", have.node_types, types);
  look("command", have.commands, names);
  look("member of options", have.members, members);
  return missing;
}

} // namespace pawl::canary
