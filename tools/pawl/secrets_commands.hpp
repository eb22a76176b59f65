// The commands below `pawl secrets`: each adds itself to the command line, as those of commands.hpp do.
#pragma once

#include "tools/pawl/commands.hpp"

#include <string>

namespace pawl::tool {

void add_secrets_init(CLI::App& secrets, action& chosen);
void add_secrets_set(CLI::App& secrets, action& chosen);
void add_secrets_list(CLI::App& secrets, action& chosen);
void add_secrets_policy(CLI::App& secrets, action& chosen);
void add_secrets_allow(CLI::App& secrets, action& chosen);
void add_secrets_rm(CLI::App& secrets, action& chosen);
void add_secrets_rotate(CLI::App& secrets, action& chosen);
void add_secrets_rotate_payload_key(CLI::App& secrets, action& chosen);
void add_secrets_public_key(CLI::App& secrets, action& chosen);
void add_secrets_signing_key(CLI::App& secrets, action& chosen);
void add_secrets_signer(CLI::App& secrets, action& chosen);
void add_secrets_seal(CLI::App& secrets, action& chosen);
void add_secrets_import(CLI::App& secrets, action& chosen);
void add_secrets_check(CLI::App& secrets, action& chosen);
void add_secrets_audit(CLI::App& secrets, action& chosen);

/// Adds a command which refuses words too many without repeating them, since they may be a secret that somebody put on
/// the command line. Set its work by on_chosen().
CLI::App& add_discreet(CLI::App& parent, const std::string& name, const std::string& description);
/// Makes `work` what main() carries out when `command`, which add_discreet() made, is on the command line.
void on_chosen(CLI::App& command, action& chosen, action work);

} // namespace pawl::tool
