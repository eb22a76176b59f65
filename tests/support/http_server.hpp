// The server of http_server.py as a child that goes with its test.
#pragma once

#include "tests/support/child_process.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace pawl::test {

class http_server {
public:
  http_server() : http_server(std::vector<std::string>{}) {}
  /// Speaks TLS with these files.
  http_server(const std::string& certificate, const std::string& key)
      : http_server(std::vector<std::string>{certificate, key}) {}

  const std::string& port() const { return port_; }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + port_ + path; }
  /// Every connection is refused from now on.
  void kill() { child_.kill(); }

private:
  explicit http_server(const std::vector<std::string>& more) : child_(command(more)), port_(child_.line()) {
    if (port_.empty()) throw std::runtime_error("tests/support/http_server.py did not start");
  }

  static std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set; run this by ctest");
    return value;
  }
  static std::vector<std::string> command(const std::vector<std::string>& more) {
    std::vector<std::string> line{variable("PAWL_PYTHON"), variable("PAWL_HTTP_SERVER")};
    line.insert(line.end(), more.begin(), more.end());
    return line;
  }

  child_process child_;
  std::string port_;
};

} // namespace pawl::test
