// What an expression can read of the context: enough to load only that, and never less.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace pawl::expression {

struct node_mention {
  bool latest = false; ///< `output` or `last`, or whether the node has a result at all
  bool all = false;    ///< every result: `all`, the whole entry, or a name that is computed
};

struct mentions {
  std::map<std::string, node_mention, std::less<>> nodes; ///< by node id; an id that is not here is not read
  bool every_node_all = false;                            ///< `nodes` as a whole or under a computed name
  bool input = false;
  bool globals = false;
  bool run = false;

  void merge(const mentions& other);
};

} // namespace pawl::expression
