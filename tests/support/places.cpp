#include "tests/support/places.hpp"

namespace pawl::test {

std::string source(const std::string& name) { return PAWL_SOURCES "/" + name; }
std::string program(const std::string& name) { return PAWL_PROGRAMS "/" + name; }

} // namespace pawl::test
