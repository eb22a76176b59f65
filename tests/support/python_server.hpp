// A server in Python as a child that goes with its test; it prints its port.
#pragma once

#include "tests/support/child_process.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace pawl::test {

class python_server {
public:
  /// `script` is the environment's variable that names the file; ctest sets it.
  explicit python_server(const char* script, const std::vector<std::string>& arguments = {})
      : child_(command(script, arguments)), port_(child_.line()) {
    if (port_.empty()) throw std::runtime_error(std::string(script) + " did not start");
  }

  const std::string& port() const { return port_; }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + port_ + path; }
  /// Every connection is refused from now on.
  void kill() { child_.kill(); }

private:
  static std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set; run this by ctest");
    return value;
  }
  static std::vector<std::string> command(const char* script, const std::vector<std::string>& arguments) {
    std::vector<std::string> line{variable("PAWL_PYTHON"), variable(script)};
    line.insert(line.end(), arguments.begin(), arguments.end());
    return line;
  }

  child_process child_;
  std::string port_;
};

} // namespace pawl::test
