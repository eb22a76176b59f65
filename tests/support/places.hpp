// Where the sources and the built programs lie. Told by one small file (places.cpp), so that no other object depends on
// the folder it was built in.
#pragma once

#include <string>

namespace pawl::test {

/// `name` below the folder of the sources: "tests/golden".
std::string source(const std::string& name);
/// A program of this build: "pawl-store-child".
std::string program(const std::string& name);

} // namespace pawl::test
