// Secrets from files and stdin, straight into locked memory: no std::string and no buffer of stdio ever holds one.
#pragma once

#include <pawl/secrets.hpp>

#include <string>

namespace pawl::tool {

/// Takes one final line end (`\n` or `\r\n`) off.
void take_line_end_off(secret_bytes& bytes);
/// The whole file. Ends the command (usage) when it cannot be read, holds more than secret_bytes_max, or others than
/// its owner may read or write it; `option` names what asked for it.
secret_bytes read_private_file(const std::string& name, const std::string& option);
/// The value of the secret `name`: all of stdin, of which one final line end is taken off unless `is_raw`; on a
/// terminal, asked for twice without echo.
secret_bytes read_value(const std::string& name, bool is_raw);

} // namespace pawl::tool
