// Joining the mentions of several expressions; finding those of one is in program.cpp.
#include "runtime/expression/mentions.hpp"

namespace pawl::expression {

void mentions::merge(const mentions& other) {
  for (const auto& [id, used] : other.nodes) {
    auto& mine = nodes[id];
    mine.latest = mine.latest || used.latest;
    mine.all = mine.all || used.all;
  }
  every_node_all = every_node_all || other.every_node_all;
  input = input || other.input;
  globals = globals || other.globals;
  run = run || other.run;
}

} // namespace pawl::expression
