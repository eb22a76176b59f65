// The server of http_server.py.
#pragma once

#include "tests/support/python_server.hpp"

#include <string>

namespace pawl::test {

class http_server : public python_server {
public:
  http_server() : python_server("PAWL_HTTP_SERVER") {}
  /// Speaks TLS with these files.
  http_server(const std::string& certificate, const std::string& key)
      : python_server("PAWL_HTTP_SERVER", {certificate, key}) {}
};

/// Plain HTTP; starts at its first use and runs until the program ends.
inline http_server& shared_http_server() {
  static http_server running;
  return running;
}

} // namespace pawl::test
