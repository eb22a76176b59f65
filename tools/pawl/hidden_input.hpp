// A line typed on the terminal that nobody sees: without echo, straight into locked memory.
#pragma once

#include <pawl/secrets.hpp>

#include <string>

namespace pawl::tool {

enum class asked { once, twice };

/// Asks for `what` on /dev/tty, which need not be stdin, and takes one line without its end. The terminal is as before
/// on every way out; SIGINT, SIGTERM, SIGHUP and SIGQUIT end the command (128 plus the number) after that. Call it
/// before other threads wait for these signals. Ends the command as well when there is no terminal (usage), nothing is
/// typed, the line is longer than terminals take, or the second one differs.
secret_bytes ask_hidden(const std::string& what, asked how);

} // namespace pawl::tool
