// What loading a definition tells: its id and hash, and every problem at once.
#pragma once

#include <string>
#include <vector>

namespace pawl {

/// What is wrong, or doubtful, with a definition.
struct problem {
  bool is_warning = false;
  std::string pointer; ///< JSON pointer into the document
  std::string message; ///< what is wrong
  std::string advice;  ///< what to do
};

struct loaded_definition {
  std::string id;
  std::string hash; ///< BLAKE2b-256 of its canonical JSON (RFC 8785), 64 hexadecimal digits
  std::vector<problem> warnings;
};

} // namespace pawl
