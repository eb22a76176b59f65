// The control nodes, one function each; what each takes and gives is told in nodes/README.md.
#pragma once

#include <pawl/node.hpp>
#include <pawl/node_log.hpp>

namespace pawl::nodes {

node_type trigger_type();
node_type set_type();
node_type if_type();
node_type iterator_type();
node_type wait_type();
node_type delay_type();
node_type fail_type();
node_type switch_type();
/// `logger` may be empty.
node_type log_type(node_logger logger);

} // namespace pawl::nodes
