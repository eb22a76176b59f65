// Certificates for servers of tests.
#pragma once

#include "tests/support/temp_folder.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace pawl::test {

/// A certificate for `name` signed by itself, in files certificate.pem and key.pem. `kind`: IP or DNS.
inline void make_certificate(const temp_folder& folder, const std::string& name, const std::string& kind) {
  const std::string line =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" + name +
      " -addext subjectAltName=" + kind + ":" + name + " -keyout " + folder.file("key.pem") + " -out " +
      folder.file("certificate.pem") + " 2>/dev/null";
  if (std::system(line.c_str()) != 0) throw std::runtime_error("openssl made no certificate");
}

} // namespace pawl::test
